/** Where another user waits for clients: nobody's keys go there, and everybody is told what to do. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { startLspEditor } from "../support/lspEditor.ts";
import { startNeovim } from "../support/neovim.ts";
import { isRoot, listenAsOther, otherUid } from "../support/otherUser.ts";
import { newPerson } from "../support/person.ts";
import { endPrograms, runBatch, startTerminal } from "../support/pty.ts";
import { testPython } from "../support/python.ts";

afterAll(endPrograms);

/** Someone without a runtime folder, whose place below the shared temporary folder another user has taken. */
const squattedPerson = async () => {
	const tmp = mkdtempSync(join(tmpdir(), "ipyai-shared-"));
	onTestFinished(() => rmSync(tmp, { recursive: true, force: true }));
	chmodSync(tmp, 0o1777);
	const person = newPerson({
		TMPDIR: tmp,
		XDG_RUNTIME_DIR: "",
		ANTHROPIC_API_KEY: "the-key-of-this-person",
		IPYAI_PYTHON: testPython(),
	});
	mkdirSync(dirname(person.socket));
	chownSync(dirname(person.socket), otherUid, otherUid);
	return { person, other: await listenAsOther(person.socket) };
};

const refusal = new RegExp(`belongs to user ${otherUid}, not to you[^]*set XDG_RUNTIME_DIR to a folder`);

test.runIf(isRoot)("the terminal sends nothing to a stranger's socket, in any of its faces", async () => {
	const { person, other } = await squattedPerson();
	const env = person.environment;
	for (const args of [["-c", "1"], ["--sessions"], ["--sessions=all"], ["-r", "-c", "1"]]) {
		const { code, stderr } = await runBatch(args, { env });
		expect([args, code]).toEqual([args, 1]);
		expect(stderr).toMatch(refusal);
		expect(stderr).not.toContain("    at ");
	}
	for (const args of [[], ["--plain"]]) await startTerminal(args, { env, columns: 250 }).until(refusal);
	expect(other.heard).toBe("");
});

test.runIf(isRoot)("an LSP editor sends nothing to a stranger's socket, nor does Neovim", async () => {
	const { person, other } = await squattedPerson();
	await expect(startLspEditor(person)).rejects.toThrow(refusal);
	const vim = await startNeovim({ person });
	await vim.edit("a.py", "1|");
	await vim.command("IpyaiRun");
	await vim.shows(vim.notices, refusal);
	expect(other.heard).toBe("");
});

test.runIf(isRoot)("a stranger's socket in a folder that was open once is no server", async () => {
	const person = newPerson({ ANTHROPIC_API_KEY: "the-key-of-this-person" });
	mkdirSync(dirname(person.socket), { recursive: true });
	for (let at = dirname(person.socket); at !== tmpdir(); at = dirname(at)) chmodSync(at, 0o755);
	chmodSync(dirname(person.socket), 0o777);
	const other = await listenAsOther(person.socket);
	const { code, stderr } = await runBatch(["--sessions"], { env: person.environment });
	expect([code, stderr]).toEqual([
		1,
		expect.stringContaining(`${person.socket} belongs to user ${otherUid}, not to you`),
	]);
	expect(other.heard).toBe("");
});
