/** Starting where one cannot be: removed folders, names that are no text, homes that take nothing. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../support/folder.ts";
import { newPerson, type Person } from "../support/person.ts";
import { testPython } from "../support/python.ts";
import { repository } from "../support/sources.ts";

/** Runs a client from its sources behind a shell command, which may prepare where it starts. */
const start = (
	{ environment }: Person,
	prepare: string,
	client: string,
	args: readonly string[],
	input = "",
): Promise<{ code: number | null; stdout: string; stderr: string }> =>
	new Promise((resolve, reject) => {
		const words = [process.execPath, join(repository, "clients", client, "main.ts"), ...args];
		const child = spawn("bash", ["--norc", "-c", `${prepare}; exec "$@"`, "bash", ...words], {
			cwd: folderWith(),
			env: { IPYAI_PYTHON: testPython(), ...environment },
		});
		const said = { stdout: "", stderr: "" };
		for (const name of ["stdout", "stderr"] as const)
			child[name].setEncoding("utf8").on("data", (text: string) => {
				said[name] += text;
			});
		child.once("error", reject);
		child.once("close", (code) => resolve({ code, ...said }));
		child.stdin.end(input);
	});

const removed = "mkdir gone; cd gone; rmdir ../gone";
const latin1 = `mkdir "$(printf 'caf\\351')"; cd caf*`;

test.each([
	["a removed folder", removed, "The folder you are in was removed: cd to one that exists, and start again."],
	["a folder whose name is Latin-1", latin1, /The name of the folder you are in is not UTF-8, .*caf\ufffd/],
])("%s is refused in a sentence; what needs no folder works", async (_, prepare, sentence) => {
	const person = newPerson();
	for (const args of [["-c", "1"], ["--sessions"], ["-r"]]) {
		const { code, stderr } = await start(person, prepare, "terminal", args);
		expect([code, stderr.split("\n").length]).toEqual([1, 2]);
		expect(stderr).toMatch(sentence);
	}
	expect((await start(person, prepare, "terminal", ["--version"])).stdout).toMatch(/^ipyai \d/);
	expect(await start(person, prepare, "terminal", ["--sessions=all"])).toMatchObject({
		code: 0,
		stdout: "No sessions found.\n",
	});
	const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`;
	const frames = `Content-Length: ${initialize.length}\r\n\r\n${initialize}`;
	const { stderr } = await start(person, prepare, "lsp", [], frames);
	expect(stderr).toBe("");
});

/** A home that nothing can be written to, in the forms that were seen. */
test.each([
	["/proc/nohome", "no such file or directory (ENOENT)"],
	["/dev/null", "not a directory (ENOTDIR)"],
])("HOME=%s is told in a sentence, at once", async (home, reason) => {
	const person = newPerson();
	const { XDG_STATE_HOME: _, XDG_DATA_HOME: __, XDG_CONFIG_HOME: ___, ...rest } = person.environment;
	const environment = { ...rest, HOME: home, IPYAI_PYTHON: "" };
	for (const args of [["-c", "1"], ["--sessions"]]) {
		const { code, stderr } = await start({ ...person, environment }, ":", "terminal", args);
		expect([args, code, stderr]).toEqual([args, 1, expect.stringMatching(/^.*\n$/)]);
		expect(stderr).toContain(home);
		expect(stderr).toContain(reason);
		expect(stderr).toMatch(/XDG_(STATE|DATA)_HOME/);
	}
});
