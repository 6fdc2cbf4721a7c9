/** Sessions from Neovim: starting, joining, leaving, and what survives what. */
import { symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { joinServer } from "../../../clients/common/server/joinServer.ts";
import { isAlive, until } from "../../support/kernel.ts";
import { choose, startNeovim, type TestNeovim } from "../../support/neovim.ts";
import { newPerson } from "../../support/person.ts";
import { testPython } from "../../support/python.ts";

const status = (vim: TestNeovim) => async () => String(await vim.lua("return require('ipyai').status()"));
/** Runs code in a buffer of its own and gives what stands below it. */
const run = async (vim: TestNeovim, code: string): Promise<string> => {
	await vim.edit(`run-${++runs}.py`, code);
	await vim.command("IpyaiRunCell");
	return (await vim.shows(vim.shown, /[✓✗]/)).split("\n").slice(1).join("\n");
};
let runs = 0;
const kernelPid = async (vim: TestNeovim): Promise<number> =>
	Number(/\d+/.exec(await run(vim, "__import__('os').getpid()"))![0]);
test("a session that is left goes on and is joined again; a stopped one ends with its kernel", async () => {
	const vim = await startNeovim();
	await vim.start();
	expect(await run(vim, "kept = 42; kept")).toBe("▎ 42");
	const pid = await kernelPid(vim);
	await vim.command("IpyaiStop!");
	await vim.shows(vim.notices, /it goes on/);
	expect(await status(vim)()).toBe("");
	await vim.command("IpyaiStart");
	await vim.shows(status(vim), /idle/);
	await vim.command("IpyaiStop!");
	await vim.shows(vim.notices, /it goes on/);
	await choose(vim, "  live  .* 2 cells,");
	await vim.command("IpyaiJoin");
	await vim.shows(status(vim), /idle/);
	expect(await run(vim, "kept")).toBe("▎ 42");
	await vim.command("IpyaiLog");
	expect(await vim.lines("ipyai://log")).toContain("kept = 42; kept");
	await vim.command("close");
	await vim.command("IpyaiStop");
	await until(() => !isAlive(pid));
	await vim.command("IpyaiJoin");
	await vim.shows(vim.notices, /no live session here/);
});

test("a stored session without a kernel gets a new one, its past is there", async () => {
	const vim = await startNeovim();
	await vim.start();
	await run(vim, "first = 1; first");
	await vim.command("IpyaiStop");
	await vim.shows(vim.notices, /has ended/);
	await choose(vim, "  closed  ");
	await vim.command("IpyaiSessions");
	await vim.shows(status(vim), /idle/);
	expect(await run(vim, "'first' in globals()")).toBe("▎ False");
	await vim.command("IpyaiLog");
	expect(await vim.lines("ipyai://log")).toContain("first = 1; first");
	await vim.command("close");
	const id = String(await vim.lua("return require('ipyai.session').current.sessionId"));
	await vim.command("IpyaiStop!");
	await vim.shows(vim.notices, /goes on/);
	expect(await vim.lua("return vim.fn.getcompletion('IpyaiJoin ', 'cmdline')")).toEqual([id]);
	await vim.command(`IpyaiJoin ${id.slice(0, 20)}`);
	await vim.shows(status(vim), /idle/);
	await vim.command("IpyaiStop");
	await vim.shows(vim.notices, /has ended/);
});

test("the first cell starts a session; where others are live it asks", async () => {
	const vim = await startNeovim({ settings: { first_use: "ask" } });
	expect(await run(vim, "a = 1; a")).toBe("▎ 1");
	await vim.command("IpyaiStop!");
	await vim.shows(vim.notices, /goes on/);
	await choose(vim, "^join: %d+  live");
	expect(await run(vim, "a + 1")).toBe("▎ 2");
	expect(await vim.lua("return #_G.offered")).toBe(2);
	await vim.command("IpyaiStop");
	await vim.shows(vim.notices, /has ended/);
	await vim.lua("require('ipyai').setup({ first_use = 'never', command = require('ipyai.host').command() })");
	await vim.command("IpyaiRunCell");
	expect(await vim.notices()).toContain("There is no session: :IpyaiStart begins one");
});

test("a restart gives new variables and keeps the session", async () => {
	const vim = await startNeovim();
	await vim.start();
	await run(vim, "x = 1; x");
	const before = await vim.lua("return require('ipyai.session').current.sessionId");
	await vim.command("IpyaiRestart");
	await vim.shows(vim.notices, /new kernel/);
	expect(await run(vim, "'x' in globals()")).toBe("▎ False");
	expect(await vim.lua("return require('ipyai.session').current.sessionId")).toBe(before);
});

test("an own session ends with Neovim, unless others are in it", async () => {
	const vim = await startNeovim();
	await vim.start();
	const pid = await kernelPid(vim);
	await vim.quit();
	await until(() => !isAlive(pid));

	const second = await startNeovim({ person: vim.person });
	await second.start();
	const shared = await kernelPid(second);
	const connection = await joinServer({
		name: "test",
		cwd: vim.person.folder,
		environment: vim.person.environment,
		answers: "everything",
	});
	const { state } = await connection.request("session/attach", {
		ref: { cwd: vim.person.folder },
		role: "controller",
		since: null,
	});
	await second.shows(status(second), /\+1/);
	await second.quit();
	expect(isAlive(shared)).toBe(true);
	await connection.request("session/close", { sessionId: state.sessionId, requestId: "close" });
	connection.close();
	await until(() => !isAlive(shared));
});

test("a session that others work in is not ended for them unasked", async () => {
	const vim = await startNeovim();
	await vim.start();
	const pid = await kernelPid(vim);
	const other = await vim.joinedBy("Ada");
	await vim.shows(status(vim), /\+1/);
	await choose(vim, "^Leave it to Ada");
	await vim.command("IpyaiStop");
	await vim.shows(vim.notices, /it goes on/);
	expect(isAlive(pid)).toBe(true);
	await vim.command(`IpyaiJoin ${other.sessionId}`);
	await vim.shows(status(vim), /\+1 idle/);
	await vim.edit("exit.py", "exit");
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.notices, /it goes on/);
	expect(isAlive(pid)).toBe(true);
	await vim.command(`IpyaiJoin ${other.sessionId}`);
	await vim.shows(status(vim), /\+1 idle/);
	await choose(vim, "^End it for everyone");
	await vim.command("IpyaiStop");
	await vim.shows(vim.notices, /has ended/);
	await until(() => !isAlive(pid));
});

test("%edit opens its file, whose code runs when the window closes", async () => {
	const vim = await startNeovim();
	await vim.start();
	await vim.edit("a.py", "%edit");
	await vim.command("IpyaiRunCell");
	await vim.shows(() => vim.lua("return vim.fn.expand('%')").then(String), /ipython_edit/);
	await vim.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'edited = 6', 'print(edited * 7)' })");
	await vim.command("wq");
	await vim.shows(vim.notices, /its code runs/);
	await vim.command("IpyaiLog");
	await vim.shows(() => vim.lines("ipyai://log"), /print\(edited \* 7\)\n42/);
});

test("a Neovim that is killed leaves its session as it is: it is joined again", async () => {
	const vim = await startNeovim();
	await vim.start();
	const pid = await kernelPid(vim);
	vim.kill();
	await vim.quit();
	const second = await startNeovim({ person: vim.person });
	// The only one of its folder: nothing is asked.
	await second.command("IpyaiJoin");
	await second.shows(status(second), /^ipyai idle/);
	expect(await kernelPid(second)).toBe(pid);
	await second.command("IpyaiStop");
	await until(() => !isAlive(pid));
});

test("a killed server is found again: the session goes on, with its variables", async () => {
	const vim = await startNeovim();
	await vim.start();
	await run(vim, "x = 40; x");
	const other = await vim.joinedBy("test");
	const { pid } = other.connection.aiShell;
	other.connection.close();
	await vim.shows(status(vim), /^ipyai idle/);
	process.kill(pid, "SIGKILL");
	await vim.shows(vim.notices, /server is lost|$/);
	await vim.shows(status(vim), / idle /);
	expect(await run(vim, "x + 2")).toBe("▎ 42");
});

const killHost = (vim: TestNeovim): Promise<unknown> =>
	vim.lua(`
		for _, channel in ipairs(vim.api.nvim_list_chans()) do
			if channel.stream == "job" then vim.uv.kill(vim.fn.jobpid(channel.id), "sigkill") end
		end`);

test("a process beside Neovim that dies is started again, in the same session, with what runs in it", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# %%\nx = 6\n# %%\n|print('begun', flush=True); __import__('time').sleep(600)");
	await vim.start();
	const current = "local s = require('ipyai.session').current; return s and { s.sessionId, s.own }";
	const before = await vim.lua(current);
	await vim.command("IpyaiRunAbove");
	await vim.shows(vim.shown, /\[1\] ✓/);
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /▎ begun/);
	await vim.notices();
	await killHost(vim);
	expect(await vim.shows(vim.notices, /ended with code 137/)).toContain("It is started again.");
	await vim.shows(status(vim), /busy/);
	expect(await vim.lua(current)).toEqual(before);
	await vim.command("IpyaiInterrupt");
	await vim.shows(vim.shown, /sleep\(600\) .*\[2\] ✗ interrupted/);
	expect(await run(vim, "x + 1")).toBe("▎ 7");

	// One that cannot live is left to the person.
	await killHost(vim);
	expect(await vim.shows(vim.notices, /ended with code 137/)).toContain("The next command starts it again.");
	expect(await status(vim)()).toBe("");
	await vim.command(`IpyaiJoin ${(before as string[])[0]}`);
	await vim.shows(status(vim), /idle/);
	await vim.command("IpyaiStop");
	await vim.shows(vim.notices, /has ended/);
});

test("a Python that is not there is said so", async () => {
	const vim = await startNeovim();
	await vim.command("IpyaiStart /nowhere/python");
	await vim.shows(vim.notices, /\/nowhere\/python does not exist/);
	expect(await status(vim)()).toBe("");
});

test("a session takes a named Python, else the project's, and says so; what is wrong is told in Neovim's words", async () => {
	const person = newPerson();
	symlinkSync(dirname(dirname(testPython())), join(person.folder, ".venv"));
	const vim = await startNeovim({ person });
	await vim.command("IpyaiStart nopython");
	await vim.shows(vim.notices, /:IpyaiStart nopython: no such command in PATH, and no such environment here/);
	await vim.command("IpyaiStart .venv");
	await vim.shows(status(vim), / idle /);
	expect(await run(vim, "import sys; sys.prefix")).toContain("/.venv");
	await vim.command("IpyaiStop");
	await vim.shows(vim.notices, /has ended/);
	await vim.command("IpyaiStart");
	await vim.shows(vim.notices, /Python 3\.\d+\.\d+: the project's \.venv \(\.venv\/bin\/python\)/);
	await vim.shows(status(vim), / idle /);
	await vim.command("Ipyai");
	await vim.shows(vim.lines, /python = .*\/\.venv\/bin\/python \(the project's\s\.venv\)/);
});
