import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanEnvironment, personsEnvironment } from "../../../../server/tools/commands/environment.ts";
import { type BashOptions, runBash } from "../../../../server/tools/commands/runBash.ts";
import { systemPath } from "../../../../server/tools/commands/systemFacts.ts";
import { isRunning, until } from "../../../support/kernel.ts";

let folder: string;
beforeAll(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-bash-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (line: string, options: Partial<BashOptions> = {}) =>
	runBash(line, {
		cwd: folder,
		environment: cleanEnvironment({ HOME: folder }, systemPath()),
		timeoutMs: 20_000,
		maxChars: 10_000,
		signal: new AbortController().signal,
		onOutput: () => {},
		...options,
	});

/** The process that a line wrote its id of to this file. */
const pidIn = async (name: string): Promise<number> => {
	const path = join(folder, name);
	await until(() => existsSync(path) && readFileSync(path, "utf8").endsWith("\n"));
	return Number(readFileSync(path, "utf8"));
};

test("output, error output and exit code are kept apart", async () => {
	expect(await run("echo out; echo err >&2; exit 3")).toEqual({
		stdout: "out\n",
		stderr: "err\n",
		exitCode: 3,
		stopped: null,
	});
	expect(await run("pwd; kill -TERM $$")).toMatchObject({ stdout: `${folder}\n`, exitCode: null });
});

test("it has nothing to read, and reads no start-up file, however it is begun", async () => {
	writeFileSync(join(folder, ".bashrc"), "ls() { echo hijacked; }\nexport FROM_RC=1\n");
	writeFileSync(join(folder, ".bash_profile"), "ls() { echo hijacked; }\n");
	writeFileSync(join(folder, "env.sh"), "ls() { echo hijacked; }\n");
	const environment = {
		HOME: folder,
		PATH: process.env.PATH ?? "",
		BASH_ENV: join(folder, "env.sh"),
		ENV: join(folder, "env.sh"),
		"BASH_FUNC_ls%%": "() { echo hijacked; }",
		PS4: "$(touch made)",
		SHELLOPTS: "xtrace",
		CDPATH: "/",
		PYTHONPATH: "/x",
		GIT_EXTERNAL_DIFF: "touch made",
	};
	for (const env of [cleanEnvironment(environment, systemPath()), personsEnvironment(environment)]) {
		const { stdout, stderr } = await run("cat; ls -d .; echo $FROM_RC-; set -o | grep xtrace", {
			environment: env,
		});
		expect(stdout).toBe(".\n-\nxtrace         \toff\n");
		expect(stderr).toBe("");
	}
	const clean = cleanEnvironment(environment, systemPath());
	expect(Object.keys(clean).filter((name) => /^(PYTHON|GIT_EXT|CDPATH|ENV|BASH)/.test(name))).toEqual([]);
	// A person's own variables are there for what they allowed.
	expect(personsEnvironment(environment)).toMatchObject({
		PYTHONPATH: "/x",
		GIT_EXTERNAL_DIFF: "touch made",
	});
});

test("what it prints is shown while it runs, the first line first", async () => {
	const said: string[] = [];
	const ready = join(folder, "ready");
	const line = `echo first; echo oops >&2; while [ ! -e '${ready}' ]; do sleep 0.02; done; echo last`;
	const pending = run(line, { onOutput: (text) => said.push(text) });
	await until(() => said.join("").includes("oops"));
	expect(said.join("")).toContain("first\n");
	writeFileSync(ready, "");
	expect((await pending).stdout).toBe("first\nlast\n");
	expect(said.join("")).toContain("last\n");
});

test("its time is limited, and all that it began ends with it", async () => {
	const pending = run("sleep 1000 & echo $! > one; trap '' TERM; sleep 1000", { timeoutMs: 300 });
	const child = await pidIn("one");
	expect(await pending).toMatchObject({ stopped: "it was stopped after 0.3 s" });
	await until(() => !isRunning(child));
});

test("a cancel ends it, and what it left in the background does not outlive it", async () => {
	const abort = new AbortController();
	const pending = run("sleep 1000 & echo $! > two; wait", { signal: abort.signal });
	const child = await pidIn("two");
	abort.abort();
	await expect(pending).rejects.toMatchObject({ name: "AbortError" });
	await until(() => !isRunning(child));
	const left = await run("sleep 1000 >/dev/null 2>&1 & echo $! > three; sleep 1000 & echo done");
	expect(left.stdout).toBe("done\n");
	const pid = await pidIn("three");
	await until(() => !isRunning(pid));
});

test("long output keeps head and tail, and a flood is stopped", async () => {
	const { stdout } = await run("seq 1 100000", { maxChars: 1000 });
	expect(stdout.length).toBeLessThan(1100);
	expect(stdout).toMatch(/^1\n2\n[\s\S]*\n\[\.\.\. \d+ characters cut \.\.\.\]\n[\s\S]*\n100000\n$/);
	const pieces: string[] = [];
	const flood = await run("yes", { onOutput: (text) => pieces.push(text) });
	expect(flood.stopped).toBe("it was stopped after 64 MB of output");
	expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(8000);
});

test("characters that come in pieces are whole, and bytes that are no text do no harm", async () => {
	expect((await run("printf '\\303'; sleep 0.1; printf '\\251'")).stdout).toBe("é");
	expect((await run("printf 'a\\377b'")).stdout).toBe("a\ufffdb");
});

test("a folder that is gone is told", async () => {
	await expect(run("ls", { cwd: join(folder, "gone") })).rejects.toThrow("ENOENT");
});
