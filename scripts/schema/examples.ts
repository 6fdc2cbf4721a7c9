/**
 * One message for each method, as docs/protocol.md prints it. Ids of the server's are words, as in the document's
 * exchanges; `requestId`s are as a client makes them.
 */
import type { z } from "zod";
import type { clientMethods, serverMethods } from "../../protocol/index.ts";
import type { lspClientMethods, lspServerMethods } from "../../protocol/lsp.ts";

type Methods = Readonly<Record<string, { readonly params: z.ZodType }>>;
type Examples<M extends Methods> = { readonly [Name in keyof M]: z.input<M[Name]["params"]> };

let made = 0;
const requestId = (): string => `6d2f3c7a-0b1e-4c55-9a52-${String(++made).padStart(12, "0")}`;

const sessionId = "session";
const turnId = "turn";
const cwd = "/home/me/project";
const kernel = {
	kind: "existing",
	connectionFile: "/run/user/1000/ipyai/kernel-1.json",
	label: "/usr/bin/python3",
} as const;
const content = [{ kind: "text" as const, text: "why is this slow?" }];
const uri = "file:///home/me/project/a.py";
const position = { line: 0, character: 5 };
const textDocument = { uri };
const range = { start: { line: 0, character: 0 }, end: position };
const item = { insertText: " + 1", range: { start: position, end: position } };
const notebook = { uri: "file:///home/me/project/a.ipynb" };
const cell = { uri: "vscode-notebook-cell:/home/me/project/a.ipynb#1" };
const token = "1";

const client: Examples<typeof clientMethods> = {
	"session/new": { requestId: requestId(), cwd, kernel, settings: { permissions: "auto" } },
	"session/list": { cwd, limit: 20 },
	"session/resume": { requestId: requestId(), ref: { sessionId, cwd }, settings: {} },
	"session/attach": { ref: { sessionId }, role: "controller", since: 4 },
	"session/transcript": { sessionId, before: null, limit: 50 },
	"session/detach": { sessionId },
	"session/close": { sessionId, requestId: requestId() },
	"session/configure": { sessionId, requestId: requestId(), settings: { think: "h" } },
	"session/reset": { sessionId, requestId: requestId() },
	"session/fork": { sessionId, requestId: requestId(), turnId, kernel: null },
	"session/rename": { sessionId, requestId: requestId(), title: "prices" },
	"session/delete": { sessionId, requestId: requestId() },
	"session/export": { sessionId, path: "prices.jsonl" },
	"session/import": { requestId: requestId(), path: "/home/me/project/prices.jsonl" },
	"session/prompt": { sessionId, requestId: requestId(), content, source: ".why is this slow?" },
	"session/steer": { sessionId, requestId: requestId(), content },
	"session/cancel": { sessionId },
	"queue/list": { sessionId },
	"queue/edit": { sessionId, requestId: requestId(), turnId, content },
	"queue/remove": { sessionId, requestId: requestId(), turnId },
	"turn/hide": { sessionId, requestId: requestId(), turnId, hidden: true },
	"cell/execute": { sessionId, requestId: requestId(), code: "x = 41; x" },
	"cell/propose": { sessionId, requestId: requestId(), code: "x + 1" },
	"cell/interrupt": { sessionId },
	"output/read": { sessionId, blobId: "blob", offset: 0, maxChars: 100_000 },
	"input/answer": { sessionId, inputId: "input", value: "yes" },
	"kernel/adopt": { sessionId, requestId: requestId(), kernel },
	"kernel/end": { sessionId, requestId: requestId() },
	"kernel/complete": { sessionId, code: "df.gro", cursor: 6 },
	"kernel/inspect": { sessionId, code: "df.groupby", cursor: 10, detail: 0 },
	"kernel/isComplete": { sessionId, code: "for x in y:" },
	"kernel/history": { sessionId, limit: 100 },
	"kernel/variables": { sessionId, filter: "d" },
	"kernel/resize": { sessionId, columns: 100, rows: 30 },
	"permission/answer": {
		sessionId,
		approvalId: "approval",
		decision: "deny",
		message: "Not in this folder.",
	},
	"command/run": { sessionId, requestId: requestId(), line: "model" },
	"context/preview": { sessionId, text: "what is in $df?" },
	"context/receipt": { sessionId, turnId },
	"backend/list": {},
	"model/list": { backend: "scripted" },
	"tool/list": { sessionId },
	"notebook/save": { sessionId, requestId: requestId(), path: "analysis" },
	"notebook/load": { sessionId, requestId: requestId(), path: "analysis.ipynb", run: "ifOurs" },
	"textDocument/inlineCompletion": { textDocument, position, context: { triggerKind: 1 } },
	"textDocument/didShowCompletion": { item },
	"textDocument/didPartiallyAcceptCompletion": { item, acceptedLength: 2 },
	"aiShell/retire": { version: 1, schemaVersion: 1 },
};

const server: Examples<typeof serverMethods> = {
	"session/update": {
		kind: "event",
		sessionId,
		seq: 7,
		at: 1_767_225_600_000,
		event: { kind: "cellFinished", cellId: "cell", status: "ok", executionCount: 1, payloads: [] },
	},
	"input/request": { sessionId, inputId: "input", cellId: "cell", prompt: "Delete it? ", password: false },
};

const lspClient: Examples<typeof lspClientMethods> = {
	initialize: {
		capabilities: { experimental: { aiShell: { version: 1, approvals: {}, input: {} } } },
		initializationOptions: { aiShell: { name: "example", cwd, environment: { PATH: "/usr/bin" } } },
	},
	initialized: {},
	shutdown: {},
	exit: {},
	"$/cancelRequest": { id: 2 },
	"$/setTrace": { value: "off" },
	"textDocument/codeAction": {
		textDocument,
		range,
		context: { diagnostics: [{ message: "x is not defined" }] },
	},
	"textDocument/completion": { textDocument, position },
	"completionItem/resolve": { label: "groupby", data: { uri, name: "df.groupby" } },
	"textDocument/signatureHelp": { textDocument, position },
	"textDocument/hover": { textDocument, position },
	"workspace/executeCommand": {
		command: "ipyai.prompt",
		arguments: [{ text: "what does this do?", uri, range, wait: false }],
	},
	"textDocument/didOpen": { textDocument: { uri, languageId: "python", version: 1, text: "df.gro\n" } },
	"textDocument/didChange": {
		textDocument: { uri, version: 2 },
		contentChanges: [{ range: { start: position, end: position }, text: "u" }],
	},
	"textDocument/didClose": { textDocument },
	"notebookDocument/didOpen": {
		notebookDocument: { ...notebook, cells: [{ kind: 2, document: cell.uri }] },
		cellTextDocuments: [{ ...cell, languageId: "python", version: 1, text: "x = 1" }],
	},
	"notebookDocument/didChange": {
		notebookDocument: { ...notebook, version: 2 },
		change: {
			cells: { textContent: [{ document: { ...cell, version: 2 }, changes: [{ text: "x = 2" }] }] },
		},
	},
	"notebookDocument/didClose": { notebookDocument: notebook, cellTextDocuments: [cell] },
	"workspace/didChangeWorkspaceFolders": {
		event: { added: [{ uri: "file:///home/me/other" }], removed: [] },
	},
	"workspace/didChangeConfiguration": { settings: { ipyai: { completionModel: "script-mini" } } },
	"window/workDoneProgress/cancel": { token },
};

const lspServer: Examples<typeof lspServerMethods> = {
	"window/showMessage": { type: 3, message: "It is 42." },
	"window/showMessageRequest": {
		type: 2,
		message: "ipyai: the model wants to run pyrun:\nx + 1",
		actions: [{ title: "Allow" }, { title: "Deny" }],
	},
	"window/workDoneProgress/create": { token },
	"$/progress": { token, value: { kind: "begin", title: "ipyai", cancellable: true } },
	"workspace/configuration": { items: [{ section: "ipyai" }] },
	"client/registerCapability": {
		registrations: [
			{ id: "1", method: "workspace/didChangeConfiguration", registerOptions: { section: "ipyai" } },
		],
	},
	"$/cancelRequest": { id: 3 },
	"$/logTrace": { message: "Received request 'backend/list - (2)'." },
};

export const examples: Readonly<Record<string, Readonly<Record<string, object>>>> = {
	client,
	server,
	lspClient,
	lspServer,
};

/** The message as it goes over the wire. A request has an id, any number that its sender does not use otherwise. */
export const exampleMessage = (group: string, method: string, kind: "request" | "notification"): string =>
	JSON.stringify({
		jsonrpc: "2.0",
		...(kind === "request" && { id: 2 }),
		method,
		params: examples[group]?.[method],
	});
