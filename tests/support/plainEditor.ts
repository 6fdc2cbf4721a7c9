/** An editor that knows LSP and nothing of ours: vscode-languageserver-protocol's client, on a server in memory. */
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import {
	type ClientCapabilities,
	createProtocolConnection,
	type InitializeResult,
	type ProtocolConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver/node";
import type { Backend } from "../../server/backends/backend.ts";
import type { Script } from "./scriptedBackend.ts";
import { startTestServer, type TestServer } from "./server.ts";
import { startKernelSession } from "./sessionWithKernel.ts";

export const everything: ClientCapabilities = {
	window: { workDoneProgress: true, showMessage: {} },
	workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
	// From a version that is not there yet.
	...({
		textDocument: {
			hover: { contentFormat: ["markdown", "plaintext"] },
			telepathy: { dynamicRegistration: true },
		},
	} as object),
};

export type PlainEditorOptions = {
	readonly capabilities?: ClientCapabilities;
	readonly settings?: object;
	/** Which button a person takes, `null` for none. Without it the editor knows no messages with buttons. */
	readonly onAsked?: ((message: string) => string | null | Promise<never>) | undefined;
	readonly workspaceFolders?: readonly object[];
};

export type PlainEditor = Awaited<ReturnType<typeof connectEditor>>;

/** In the server's folder, with a document `a.py` that `open` opens. */
export const connectEditor = async (server: TestServer, options: PlainEditorOptions = {}) => {
	const { capabilities = everything, settings = {}, onAsked, workspaceFolders } = options;
	const stream = server.open();
	const rpc = createProtocolConnection(new StreamMessageReader(stream), new StreamMessageWriter(stream));
	const told: { method: string; params: unknown }[] = [];
	rpc.onNotification("window/showMessage", (params) => {
		told.push({ method: "window/showMessage", params });
	});
	const tokens: string[] = [];
	rpc.onRequest("window/workDoneProgress/create", ({ token }) => {
		tokens.push(token);
		rpc.onProgress({} as never, token, (value) => {
			told.push({ method: "$/progress", params: value });
		});
		return null;
	});
	rpc.onRequest("workspace/configuration", ({ items }) => items.map(() => settings));
	rpc.onRequest("client/registerCapability", () => null);
	if (onAsked)
		rpc.onRequest("window/showMessageRequest", async ({ message }) => {
			const title = await onAsked(message);
			return title === null ? null : { title };
		});
	rpc.listen();
	onTestFinished(() => rpc.dispose());
	const { capabilities: offered }: InitializeResult = await rpc.sendRequest("initialize", {
		processId: null,
		rootUri: pathToFileURL(server.folder).href,
		capabilities,
		...(workspaceFolders && { workspaceFolders }),
	});
	await rpc.sendNotification("initialized", {});
	const uri = pathToFileURL(`${server.folder}/a.py`).href;
	return {
		rpc,
		offered,
		told,
		tokens,
		uri,
		open: (text: string) =>
			rpc.sendNotification("textDocument/didOpen", {
				textDocument: { uri, languageId: "python", version: 1, text },
			}),
		run: (command: string, argument?: object) =>
			rpc.sendRequest<Record<string, unknown>>("workspace/executeCommand", {
				command,
				arguments: argument ? [argument] : [],
			}),
		/** Inline completions in the first line: asked for, or as ones that come by themselves. */
		suggest: (character: number, how: "asked" | "automatic" = "asked", of = uri) =>
			rpc.sendRequest<{ items: unknown[] }>("textDocument/inlineCompletion", {
				textDocument: { uri: of },
				position: { line: 0, character },
				context: { triggerKind: how === "asked" ? 1 : 2 },
			}),
		/** What `window/showMessage` said. */
		shown: () =>
			told.flatMap(({ method, params }) =>
				method === "window/showMessage" ? [(params as { message: string }).message] : [],
			),
	};
};

export const editorWith = async (backend: Backend, options: PlainEditorOptions = {}) => {
	const server = await startTestServer({ backends: [backend] });
	return { server, ...(await connectEditor(server, options)) };
};

/** Beside a session with a kernel, which another client has begun. */
export const editorBeside = async (scripts: Script[] = [], options: PlainEditorOptions = {}) => {
	const session = await startKernelSession(scripts);
	return { ...session, ...(await connectEditor(session.server, { onAsked: () => null, ...options })) };
};

/** Titles and commands of what is offered at the beginning of the editor's document. */
export const codeActionsOf = (editor: { rpc: ProtocolConnection; uri: string }) =>
	editor.rpc.sendRequest<{ title: string; command: string; arguments: object[] }[]>(
		"textDocument/codeAction",
		{
			textDocument: { uri: editor.uri },
			range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
			context: { diagnostics: [] },
		},
	);
