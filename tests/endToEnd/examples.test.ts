/** The clients of examples/, as a person runs them. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { startModelServer } from "../support/modelServer/modelServer.ts";
import { neovimPath } from "../support/neovim.ts";
import { newPerson } from "../support/person.ts";
import { testPython } from "../support/python.ts";
import { repository } from "../support/sources.ts";

test.each([
	["ask.ts", () => [process.execPath]],
	["ask.py", () => [testPython()]],
	["ask.lua", () => [neovimPath(), "--clean", "-l"]],
] as const)("%s asks and prints the answer", async (name, interpreter) => {
	const model = await startModelServer();
	onTestFinished(model.close);
	const { folder, environment } = newPerson(model.environment);
	mkdirSync(join(folder, "bin"));
	// The command as it is installed, from the sources.
	const script = `#!/bin/sh\nshift\nexec '${process.execPath}' '${join(repository, "server/main.ts")}' "$@"\n`;
	writeFileSync(join(folder, "bin/ipyai"), script, { mode: 0o755 });
	const [program, ...args]: readonly string[] = interpreter();
	const { stdout, stderr } = await promisify(execFile)(
		program!,
		[...args, join(repository, "examples", name), "@@say Monads", "are", "burritos: 🌯@@"],
		{ cwd: folder, env: { ...environment, PATH: `${join(folder, "bin")}:${process.env.PATH}` } },
	);
	expect([stdout, stderr]).toEqual(["Monads are burritos: 🌯\n", ""]);
	expect(model.requests).toHaveLength(1);
});
