/** `workspace/executeCommand`: prompts, cells and interrupts of an editor that knows LSP and nothing of ours. */
import { expect, test } from "vitest";
import { CancellationTokenSource } from "vscode-languageserver/node";
import { until } from "../../support/kernel.ts";
import { editorBeside, editorWith } from "../../support/plainEditor.ts";
import { hangAfter, say, scriptedBackend } from "../../support/scriptedBackend.ts";

test("a prompt without any session: the answer as result and message, progress meanwhile", async () => {
	const { run, shown, told, tokens } = await editorWith(scriptedBackend(say("It is 42.")));
	expect(await run("ipyai.prompt", { text: "what is it?" })).toMatchObject({
		answer: "It is 42.",
		stopReason: "endTurn",
	});
	await until(() => told.filter(({ method }) => method === "$/progress").length >= 3);
	expect(shown()).toEqual(["It is 42."]);
	expect(tokens).toHaveLength(1);
	expect(told.flatMap(({ method, params }) => (method === "$/progress" ? [params] : []))).toEqual([
		{ kind: "begin", title: "ipyai", cancellable: true },
		{ kind: "report", message: "It is 42." },
		{ kind: "end" },
	]);
});

test("prompts of one editor go on in one conversation, about the code they name", async () => {
	const backend = scriptedBackend(say("first"), say("second"));
	const { run, open, uri } = await editorWith(backend);
	await open("a = 1\nb = 2\n");
	const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 5 } };
	const first = await run("ipyai.prompt", { text: "why?", uri, range });
	const second = await run("ipyai.prompt", { text: "and?" });
	expect(second.sessionId).toBe(first.sessionId);
	expect(backend.requests[1]!.transcript).toHaveLength(3);
	expect(JSON.stringify(backend.requests[0]!.transcript)).toContain(
		"a.py, lines 2 to 2:\\n```python\\nb = 2\\n```",
	);
});

test("cancelled by its token or by a person at the progress: the turn ends, the request is answered", async () => {
	const backend = scriptedBackend(hangAfter("so far"));
	const { rpc, run, tokens } = await editorWith(backend);
	const asked = run("ipyai.prompt", { text: "long?" });
	await until(() => backend.requests.length === 1);
	await rpc.sendNotification("window/workDoneProgress/cancel", { token: tokens[0]! });
	expect(await asked).toMatchObject({ stopReason: "cancelled" });

	const cancellation = new CancellationTokenSource();
	const params = { command: "ipyai.prompt", arguments: [{ text: "again?" }] };
	const again = rpc.sendRequest("workspace/executeCommand", params, cancellation.token);
	await until(() => backend.requests.length === 2);
	cancellation.cancel();
	await expect(again).rejects.toMatchObject({ code: -32800 });
	expect(backend.requests[1]!.signal.aborted).toBe(true);
});

test("cells of a file run in the folder's live session, whoever brought it", async () => {
	const { run, open, uri, shown, client } = await editorBeside();
	await open("# %%\nx = 20\n# %% second\nprint(x + 1)\nx * 2\n");
	expect(await run("ipyai.runCell", { uri, line: 1 })).toMatchObject({ status: "ok", text: "" });
	expect(await run("ipyai.runCell", { uri, line: 4 })).toMatchObject({ status: "ok", text: "21\n40" });
	await until(() => shown().length > 0);
	expect(shown()).toEqual(["21\n40"]);
	expect((await client.event("cellStarted")).code).toBe("x = 20");
});

test("of a cell that fails the fault is told first", async () => {
	const { run, open, uri, shown } = await editorBeside();
	await open("# %%\n1 / 0\n");
	expect(await run("ipyai.runCell", { uri, line: 1 })).toMatchObject({ status: "error" });
	await until(() => shown().length > 0);
	expect(shown()[0]).toMatch(
		/^ZeroDivisionError: division by zero\n\n-+\n[\s\S]*ZeroDivisionError: division by zero$/,
	);
});

test("without a live Python a cell does not run, and it says what to do", async () => {
	const { run, open, uri, server } = await editorWith(scriptedBackend());
	await open("# %%\n1");
	await expect(run("ipyai.runCell", { uri })).rejects.toMatchObject({
		code: -32013,
		message: `No live Python of ${server.folder}: start ipyai in a terminal there.`,
	});
});

test("interrupts what runs", async () => {
	const { run, open, uri, client } = await editorBeside();
	await open("import time\nprint('on')\ntime.sleep(600)");
	const running = run("ipyai.runCell", { uri });
	await client.event("cellOutput");
	expect(await run("ipyai.interrupt")).toEqual({ interrupted: true });
	expect(await running).toMatchObject({ status: "interrupted" });
});
