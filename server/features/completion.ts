import { TextDocumentSyncKind } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { CompletionError } from "../completions/completions.ts";
import { RequestError } from "../sessions/errors.ts";
import type { Session } from "../sessions/session.ts";
import type { Client } from "./client.ts";
import type { Feature, Services } from "./feature.ts";

/** How many of the newest cells a suggestion is told about. */
const recentCells = 20;
/** The look at live variables must not hold up a suggestion. */
const variablesTimeoutMs = 150;

/** Document sync and `textDocument/inlineCompletion`, on files and on clients' input lines alike. */
export const completionFeature: Feature = {
	capabilities: {
		textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
		inlineCompletionProvider: true,
	},
	aiShell: { completion: {} },
	register(client, services) {
		const documents = new Map<string, TextDocument>();

		client.rpc.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
			documents.set(uri, TextDocument.create(uri, languageId, version, text));
		});
		client.rpc.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
			const document = documents.get(textDocument.uri);
			if (document)
				documents.set(textDocument.uri, TextDocument.update(document, contentChanges, textDocument.version));
		});
		client.rpc.onDidCloseTextDocument(({ textDocument: { uri } }) => {
			documents.delete(uri);
			services.completions.close(uri);
		});

		client.onRequest("textDocument/inlineCompletion", async ({ textDocument: { uri }, position }, signal) => {
			const document = documents.get(uri);
			if (!document)
				throw new RequestError(
					"invalidParams",
					`${uri} is not open: send textDocument/didOpen before asking for completions.`,
				);
			const { version } = document;
			const text = await suggest(client, services, document, position, signal);
			const changed = documents.get(uri)?.version !== version;
			if (text === null || changed) return { items: [] };
			return { items: [{ insertText: text, range: { start: position, end: position } }] };
		});

		// Only local statistics would use these; nothing is kept yet, and clients may send them all the same.
		client.onNotification("textDocument/didShowCompletion", () => {});
		client.onNotification("textDocument/didPartiallyAcceptCompletion", () => {});
	},
};

const suggest = async (
	client: Client,
	services: Services,
	document: TextDocument,
	position: { line: number; character: number },
	signal: AbortSignal,
): Promise<string | null> => {
	const session = sessionOf(client, services, document.uri);
	const choice = chooseModel(client, services, session);
	const offset = document.offsetAt(position);
	const text = document.getText();
	try {
		return await services.completions.complete({
			uri: document.uri,
			prefix: text.slice(0, offset),
			suffix: text.slice(offset),
			kernelId: session?.hosting.kernelId ?? null,
			cells: session ? services.store.recentCells(session.sessionId, recentCells) : [],
			variables: await variablesOf(session, signal),
			...choice,
			environment: client.facts.environment,
			cwd: session?.cwd ?? client.facts.cwd,
			signal,
		});
	} catch (error) {
		if (error instanceof CompletionError)
			throw new RequestError("internalError", error.message, { cause: error });
		throw error;
	}
};

/** An input line's uri names its session; a file uses one its connection joined, else the latest of the folder. */
const sessionOf = (client: Client, { sessions }: Services, uri: string): Session | null => {
	const named = /^ipyai:\/sessions\/([^/]+)\//.exec(uri)?.[1];
	if (named) return sessions.require(named);
	const joined = [...client.joined].at(-1);
	if (joined) return sessions.require(joined);
	return sessions.live.filter(({ cwd }) => cwd === client.facts.cwd).at(-1) ?? null;
};

const chooseModel = (client: Client, { backends }: Services, session: Session | null) => {
	const name = session?.settings.backend ?? backends.firstReady(client.facts.environment)?.name;
	const backend = name === undefined ? null : backends.find(name);
	if (!backend) throw new RequestError("backendNotReady", backends.howToGetOne());
	const model = session?.settings.completionModel ?? backend.defaultCompletionModel;
	if (model === null)
		throw new RequestError(
			"backendNotReady",
			`Backend ${backend.name} has no completion model: set one with %ipyai completion_model NAME.`,
		);
	return { backend, model };
};

const variablesOf = async (session: Session | null, signal: AbortSignal) => {
	const host = session?.hosting.host;
	if (!host?.capabilities.subshell) return [];
	try {
		return await host.variables(null, AbortSignal.any([signal, AbortSignal.timeout(variablesTimeoutMs)]));
	} catch {
		// A suggestion without variables is better than none.
		return [];
	}
};
