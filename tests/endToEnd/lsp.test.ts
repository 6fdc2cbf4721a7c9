/** `ipyai lsp` as an editor starts it: real processes, a model on loopback. */
import { existsSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { joinServer } from "../../clients/common/server/joinServer.ts";
import { isAlive, until } from "../support/kernel.ts";
import { startLspEditor } from "../support/lspEditor.ts";
import { type ModelServer, startModelServer } from "../support/modelServer/modelServer.ts";
import { newPerson } from "../support/person.ts";
import { launchTestKernel } from "../support/sessionWithKernel.ts";

const start = async (options: Parameters<typeof startLspEditor>[1] = {}) => {
	const model = await startTestModel();
	const person = newPerson(model.environment);
	return { model, person, editor: await startLspEditor(person, options) };
};

const startTestModel = async (): Promise<ModelServer> => {
	const model = await startModelServer();
	onTestFinished(model.close);
	return model;
};

test("completes from the document alone, with the editor's variables, and leaves with the editor", async () => {
	const { editor, model, person } = await start();
	const uri = editor.open("a.py", "x = 1\n@@say  + 2@@\ny = x");
	expect(await editor.complete(uri, 2, 5)).toEqual([" + 2"]);
	const { headers } = model.requests[0]!;
	expect(headers["x-api-key"] ?? headers.authorization).toContain("loopback-key");
	expect(existsSync(person.socket)).toBe(true);
	expect(await editor.leave()).toBe(0);
});

test("two editors share one server; one of its own is not shared", async () => {
	const { editor, person } = await start();
	const second = await startLspEditor(person);
	const own = await startLspEditor(person, { args: ["--no-share"] });
	expect(second.aiShell.pid).toBe(editor.aiShell.pid);
	expect(own.aiShell.pid).not.toBe(editor.aiShell.pid);
	expect(await own.leave()).toBe(0);
	await until(() => !isAlive(own.aiShell.pid));
});

test("a lost server is replaced without a message, and knows the text as it was typed", async () => {
	const logged: string[] = [];
	const { editor } = await start({
		capabilities: { general: { positionEncodings: ["utf-8"] } },
		prepare: (rpc) => rpc.onNotification("window/logMessage", ({ message }) => void logged.push(message)),
	});
	expect(editor.initialized.capabilities.positionEncoding).toBe("utf-8");
	const uri = editor.open("a.py", "# ü @@say 7@@\ny = \n");
	expect(await editor.complete(uri, 1, 4)).toEqual(["7"]);
	// In UTF-8 the marker's digit stands one further than in UTF-16.
	await editor.rpc.sendNotification("textDocument/didChange", {
		textDocument: { uri, version: 2 },
		contentChanges: [
			{ range: { start: { line: 0, character: 11 }, end: { line: 0, character: 12 } }, text: "8" },
		],
	});
	process.kill(editor.aiShell.pid, "SIGKILL");
	await until(() => logged.length > 0);
	expect(await editor.complete(uri, 1, 4)).toEqual(["8"]);
	expect(logged).toEqual([expect.stringContaining("The ipyai server was lost")]);
	expect(editor.messages).toEqual([]);
});

test("a request that the lost server had is answered", async () => {
	const { editor, model } = await start();
	const uri = editor.open("a.py", "@@hang@@\ny = ");
	const asked = editor.complete(uri, 1, 4);
	await model.held();
	process.kill(editor.aiShell.pid, "SIGKILL");
	await expect(asked).rejects.toMatchObject({ code: -32801 });
	const other = editor.open("b.py", "# @@say 7@@\ny = ");
	expect(await editor.complete(other, 1, 4)).toEqual(["7"]);
});

test("an editor that dies takes its proxy along, and leaves the server to others", async () => {
	const { editor, person } = await start();
	const other = await startLspEditor(person);
	editor.process.stdin!.end();
	await until(() => editor.process.exitCode !== null);
	expect(editor.process.exitCode).toBe(1);
	expect(isAlive(other.aiShell.pid)).toBe(true);
});

test("in the folder of a live session suggestions know its variables", async () => {
	const { editor, model, person } = await start();
	const terminal = await joinServer({
		name: "terminal",
		cwd: person.folder,
		environment: person.environment,
		answers: "nothing",
	});
	const finished = new Promise<void>((resolve) =>
		terminal.onUpdate((update) => {
			if (update.kind === "event" && update.event.kind === "cellFinished") resolve();
		}),
	);
	const { state } = await terminal.request("session/new", {
		requestId: "n",
		cwd: person.folder,
		kernel: launchTestKernel(),
		settings: {},
	});
	const { sessionId } = state;
	await terminal.request("cell/execute", { sessionId, requestId: "c", code: "prices = {'left': 1}" });
	await finished;
	const right = editor.open("a.py", "# @@say left']@@\nprices['");
	expect(await editor.complete(right, 1, 8)).toEqual(["left']"]);
	expect(model.requests[0]!.raw).toContain("prices: dict = dict of 1: 'left': int");
	const wrong = editor.open("b.py", "# @@say middle']@@\nprices['");
	expect(await editor.complete(wrong, 1, 8)).toEqual([]);
	await terminal.request("session/close", { sessionId, requestId: "e" });
	terminal.close();
});
