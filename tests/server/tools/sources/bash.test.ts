import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { placeOf } from "../../../../server/tools/places.ts";
import { bash } from "../../../../server/tools/sources/bash.ts";

let folder: string;
beforeAll(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-bashtool-")));
	mkdirSync(join(folder, "p/bin"), { recursive: true });
	writeFileSync(join(folder, "p/a.txt"), "token sk-ant-REDACT\n");
	// The person's search path finds this one first.
	writeFileSync(join(folder, "p/bin/wc"), "#!/bin/sh\necho hijacked\n", { mode: 0o755 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
const tool = () =>
	bash({
		place: async () => placeOf(join(folder, "p"), join(folder, "p"), { HOME: folder }),
		environment: () => ({ HOME: folder, PATH: `${join(folder, "p/bin")}:${process.env.PATH}`, MINE: "yes" }),
	});

const prepare = async (args: Record<string, unknown>) => tool().prepare(args, signal);
const call = async (args: Record<string, unknown>) => {
	const prepared = await prepare(args);
	if ("problem" in prepared) return { check: "problem", text: prepared.problem, isError: true };
	const said: string[] = [];
	const { content, isError } = await prepared.run({
		signal,
		onWaiting: () => {},
		onOutput: (text) => said.push(text),
	});
	const [part] = content;
	return {
		check: prepared.check,
		text: part?.kind === "text" ? part.text : "",
		isError,
		said: said.join(""),
	};
};

test("what was shown to look runs with the system's programs, what a person allows with theirs", async () => {
	expect(await call({ cmd: "wc -l a.txt" })).toMatchObject({
		check: "looks",
		text: "1 a.txt",
		isError: false,
	});
	expect(await call({ cmd: "wc -l a.txt; echo $MINE" })).toMatchObject({
		check: "open",
		text: "hijacked\nyes",
	});
	// It answers as the person would be answered: with this search path it is not shown.
	expect(await call({ cmd: "which wc" })).toMatchObject({
		check: "looks",
		text: join(folder, "p/bin/wc"),
	});
	expect(await call({ cmd: "which wc; wc a.txt" })).toMatchObject({ check: "open" });
});

test("errors are results: exit codes, error output, stops", async () => {
	expect(await call({ cmd: "ls none" })).toMatchObject({
		isError: true,
		text: expect.stringMatching(/^stderr:\n.*none.*\nexit code 2$/),
	});
	expect(await call({ cmd: "true" })).toMatchObject({ isError: false, text: "(no output)" });
	expect(await call({ cmd: "sleep 20", timeout_seconds: 0.2 })).toMatchObject({
		isError: true,
		text: "it was stopped after 0.2 s",
	});
});

test.each([
	[{}, 'bash needs "cmd", a command line.'],
	[{ cmd: 1 }, 'bash needs "cmd", a command line.'],
	[{ cmd: "  " }, 'bash needs "cmd", a command line.'],
	[{ cmd: "ls\0" }, "bash takes no line with a NUL in it."],
	[{ cmd: "ls", timeout_seconds: "5" }, '"timeout_seconds" has to be a number up to 3600.'],
	[{ cmd: "ls", timeout_seconds: -1 }, '"timeout_seconds" has to be a number up to 3600.'],
	[{ cmd: "ls", rm_cmds: 1 }, '"rm_cmds" and "rm_dests" are texts: names separated by commas.'],
	[{ cmd: "cat a.txt | wc", rm_cmds: "git, wc" }, "Not run: the line uses wc, which this call leaves out."],
	[
		{ cmd: "git push origin", rm_cmds: "git push" },
		"Not run: the line uses git push, which this call leaves out.",
	],
	[{ cmd: "cp a.txt out/b", rm_dests: "out" }, "Not run: the line uses out, which this call leaves out."],
])("%j: %s", async (args, text) => expect((await call(args)).text).toBe(text));

test("an unbounded argument is refused or asked about, not looked at for long", async () => {
	const prepared = await prepare({ cmd: `echo ${"x".repeat(5_000_000)}` });
	expect(prepared).toMatchObject({ check: "open" });
	expect(readFileSync(join(folder, "p/a.txt"), "utf8")).toContain("token");
});
