/** Nothing that others wrote acts, hides or reorders in a plain LSP editor: every payload in all that it is told. */
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import {
	createProtocolConnection,
	type DataCallback,
	type Message,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver/node";
import type { Output } from "../../../protocol/index.ts";
import { postprocess } from "../../../server/completions/postprocess.ts";
import type { Host } from "../../../server/sessions/python/host.ts";
import { faultsOf, payloads, textsIn } from "../../support/payloads.ts";
import { callTool, failAfter, type Script, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { scriptedHost } from "../../support/scriptedHost.ts";
import { startTestServer } from "../../support/server.ts";

const text = payloads.map((payload) => payload.text).join("\n");
/** A model's tools and a kernel's words. */
const scripts: readonly Script[] = [
	say(text),
	failAfter(text, text),
	callTool("bash", { command: text }),
	callTool("pyrun", { code: text }),
	callTool(text.slice(0, 1000), { [text]: text }),
];
const outputs: readonly Output[] = [
	{ kind: "stream", name: "stdout", text },
	{ kind: "displayData", data: { "text/plain": text, "text/markdown": text }, metadata: {} },
	{ kind: "error", ename: text, evalue: text, traceback: [text] },
];

/** Keeps everything that the server sends. */
class RecordingReader extends StreamMessageReader {
	readonly messages: Message[] = [];
	override listen(callback: DataCallback) {
		return super.listen((message) => {
			this.messages.push(message);
			callback(message);
		});
	}
}

test("what an editor is told of a model, a kernel, tools and faults", async () => {
	const server = await startTestServer({
		backends: [scriptedBackend(...scripts)],
		createHost: (...args) => {
			const host: Partial<Host> = {
				capabilities: { complete: true, subshell: false },
				completeLive: async (_code, cursor) => ({
					start: cursor,
					end: cursor,
					matches: payloads.map(({ text }) => ({ text, type: text, signature: text })),
				}),
				inspect: async () => text,
				execute: async ({ onOutput }) => {
					for (const output of outputs) onOutput(output);
					return { status: "error", executionCount: 1, payloads: [] };
				},
			};
			return Object.assign(Object.create(scriptedHost(...args)), host);
		},
	});
	const joined = await server.connect();
	await joined.request("session/new", {
		requestId: "new",
		cwd: server.folder,
		settings: {},
		kernel: { kind: "existing", connectionFile: "/none/kernel.json", label: "scripted" },
	});
	const stream = server.open();
	const reader = new RecordingReader(stream);
	const rpc = createProtocolConnection(reader, new StreamMessageWriter(stream));
	const asked: string[] = [];
	rpc.onRequest("window/showMessageRequest", ({ message }) => {
		asked.push(message);
		return { title: "Deny" };
	});
	rpc.onRequest("window/workDoneProgress/create", () => null);
	rpc.onRequest("workspace/configuration", ({ items }) =>
		items.map(() => ({ backend: { [text.slice(0, 100)]: 1 } })),
	);
	rpc.listen();
	onTestFinished(() => rpc.dispose());
	await rpc.sendRequest("initialize", {
		processId: null,
		rootUri: pathToFileURL(server.folder).href,
		capabilities: {
			window: { workDoneProgress: true },
			workspace: { configuration: true },
			textDocument: { codeAction: {}, hover: { contentFormat: ["markdown"] } },
		},
	});
	await rpc.sendNotification("initialized", {});
	const uri = pathToFileURL(`${server.folder}/a.py`).href;
	const textDocument = { uri };
	await rpc.sendNotification("textDocument/didOpen", {
		textDocument: { uri, languageId: "python", version: 1, text: "# %%\nname\n" },
	});
	const run = (command: string, argument: object) =>
		rpc.sendRequest("workspace/executeCommand", { command, arguments: [argument] });
	for (const _ of scripts) await run("ipyai.prompt", { text: "ask" });
	await run("ipyai.runCell", { uri, line: 1 });
	const position = { line: 1, character: 4 };
	await rpc.sendRequest("textDocument/hover", { textDocument, position });
	await rpc.sendRequest("textDocument/completion", { textDocument, position });
	const range = { start: position, end: position };
	const actions: { title: string }[][] = [];
	for (const payload of payloads) {
		const diagnostics = [{ range, message: payload.text }];
		actions.push(
			await rpc.sendRequest("textDocument/codeAction", { textDocument, range, context: { diagnostics } }),
		);
	}
	const refused = [
		rpc.sendRequest("workspace/executeCommand", { command: text.slice(0, 150) }),
		run("ipyai.prompt", { text: "ask", uri: `file:///${text.slice(0, 100)}` }),
		rpc.sendRequest(`x/${text.slice(0, 100)}`, {}),
		rpc.sendRequest("textDocument/hover", { [text]: text }),
	];
	const errors = (await Promise.allSettled(refused)).map((each) => each.status === "rejected" && each.reason);
	expect(errors.map((error) => typeof error.message)).toEqual(refused.map(() => "string"));

	expect(asked).not.toEqual([]);
	expect(actions.flat().filter(({ title }) => title.startsWith("Ask ipyai about:"))).toHaveLength(
		payloads.length,
	);
	const methods = new Set(reader.messages.map((message) => (message as { method?: string }).method));
	expect(methods).toEqual(
		new Set(
			[
				undefined,
				"client/registerCapability",
				"window/showMessage",
				"window/showMessageRequest",
				"window/workDoneProgress/create",
				"workspace/configuration",
				"$/progress",
			].filter((method) => method !== "client/registerCapability"),
		),
	);
	// What a command takes comes back to the server and is shown to nobody.
	for (const message of reader.messages)
		for (const [way, each] of textsIn(message))
			if (!way.includes(".arguments[")) expect(faultsOf(each), `${way}: ${each.slice(0, 200)}`).toEqual([]);
});

test.each(payloads.map(({ name, text }) => [name, text]))("no suggestion holds %s", async (_, text) => {
	expect(faultsOf(postprocess(`f(x)${text}`, { prefix: "a = ", suffix: "", uri: "" } as never).text)).toEqual(
		[],
	);
});
