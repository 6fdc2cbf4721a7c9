/**
 * What this server tells in `initialize`. Nothing that takes time to load is used here: clients wait for this answer
 * before anything else.
 */
import type { InitializeParams, ServerCapabilities } from "vscode-languageserver";
import { choosePositionEncoding } from "../protocol/documentSync.ts";
import { editorCommandNames } from "../protocol/editorCommandNames.ts";
import type { AiShellInitializationOptions, AiShellServerCapabilities } from "../protocol/index.ts";
import { aiShellVersion } from "../protocol/version.ts";
import { type InitializeAnswer, maxMessageBytes } from "./connection/handshake.ts";
import { initializeProblem } from "./initializeProblem.ts";
import { schemaVersion } from "./store/schema.ts";

export type ServerFacts = {
	readonly serverId: string;
	readonly version: string;
};

/** LSP 3.18: documents come in steps. */
const incremental = 2;

/** What the features of `features/` answer. */
const capabilities: ServerCapabilities = {
	textDocumentSync: { openClose: true, change: incremental },
	notebookDocumentSync: { notebookSelector: [{ notebook: "*", cells: [{ language: "python" }] }] },
	workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
	inlineCompletionProvider: true,
	executeCommandProvider: { commands: [...editorCommandNames], workDoneProgress: true },
	codeActionProvider: true,
	// Quotes: keys and columns.
	completionProvider: { triggerCharacters: [".", '"', "'"], resolveProvider: true },
	signatureHelpProvider: { triggerCharacters: ["(", ","] },
	hoverProvider: true,
};

export const answerInitialize =
	({ serverId, version }: ServerFacts) =>
	(params: InitializeParams): InitializeAnswer => {
		const problem = initializeProblem(params);
		if (problem) return { problem };
		const encodings = params.capabilities.general?.positionEncodings;
		const aiShell: AiShellServerCapabilities = {
			version: aiShellVersion,
			schemaVersion,
			serverId,
			pid: process.pid,
			maxMessageBytes,
			sessions: {},
			completion: {},
			notebook: {},
		};
		return {
			result: {
				serverInfo: { name: "ipyai", version },
				capabilities: {
					...capabilities,
					...(encodings ? { positionEncoding: choosePositionEncoding(encodings) } : {}),
					experimental: { aiShell },
				},
			},
		};
	};

/**
 * What our clients tell about themselves; of an editor that says nothing, what LSP's own fields say, and the environment
 * that is known of it.
 */
export const initializationOptions = (
	params: InitializeParams,
	environment: Readonly<Record<string, string>>,
): AiShellInitializationOptions =>
	(params.initializationOptions?.aiShell as AiShellInitializationOptions | undefined) ?? {
		cwd: cwdOf(params),
		environment,
	};

const cwdOf = ({ workspaceFolders, rootUri }: InitializeParams): string => {
	const uri = workspaceFolders?.[0]?.uri ?? rootUri;
	try {
		return uri ? decodeURIComponent(new URL(uri).pathname) : "/";
	} catch {
		return "/";
	}
};
