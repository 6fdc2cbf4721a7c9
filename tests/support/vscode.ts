/**
 * A stand-in for the module `vscode`, as much of an editor as an extension with a language client meets. What it has not
 * got is `anything`: it can be called, constructed, extended and asked for more, and does nothing.
 */
import Module from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export type EditorStandIn = {
	/** What the extension registered. */
	readonly commands: Map<string, (...args: unknown[]) => unknown>;
	readonly inlineProviders: InlineProvider[];
	readonly lensProviders: LensProvider[];
	/** Lines of output channels, by name. */
	readonly output: Map<string, string[]>;
	readonly errors: string[];
	/** The editor's own commands that were run. */
	readonly executed: string[];
	/** Questions that dialogs put. */
	readonly asked: { message: string; detail: string; modal: boolean; buttons: string[] }[];
	/** What a person types into input boxes, and the buttons they press in dialogs. */
	typed: string;
	pressed: string;
	activeTextEditor: unknown;
	document(name: string, text: string): TextDocument;
	/** Loads an extension's main file with this editor as `vscode`: once in a process, where modules are kept. */
	load(path: string): { activate(context: object): Promise<void>; deactivate(): Promise<void> };
	/** Tells everybody that settings have changed. */
	changeSettings(): void;
};

export type TextDocument = { readonly uri: object; readonly languageId: string; getText(): string };
type InlineProvider = {
	provideInlineCompletionItems(
		document: TextDocument,
		position: Position,
		context: object,
		token: object,
	): Promise<{ items: { insertText: string }[] }>;
};

type LensProvider = {
	provideCodeLenses(
		document: TextDocument,
	): { command: { title: string; command: string; arguments: unknown[] } }[];
};

class Position {
	readonly line: number;
	readonly character: number;
	constructor(line: number, character: number) {
		this.line = line;
		this.character = character;
	}
}

class Range {
	readonly start: Position;
	readonly end: Position;
	constructor(start: Position, end: Position) {
		this.start = start;
		this.end = end;
	}
}

class CodeLens {
	readonly range: Range;
	readonly command: object;
	constructor(range: Range, command: object) {
		this.range = range;
		this.command = command;
	}
}

class Uri {
	readonly #text: string;
	constructor(text: string) {
		this.#text = text;
	}
	static parse(text: string): Uri {
		return new Uri(text);
	}
	static file(path: string): Uri {
		return new Uri(pathToFileURL(path).href);
	}
	get scheme(): string {
		return this.#text.slice(0, this.#text.indexOf(":"));
	}
	get fsPath(): string {
		return fileURLToPath(this.#text);
	}
	toString(): string {
		return this.#text;
	}
}

class InlineCompletionItem {
	readonly insertText: string;
	constructor(insertText: string) {
		this.insertText = insertText;
	}
}

class InlineCompletionList {
	readonly items: readonly InlineCompletionItem[];
	constructor(items: readonly InlineCompletionItem[]) {
		this.items = items;
	}
}

// biome-ignore lint/suspicious/noExplicitAny: it is any, on purpose
const anything: any = new Proxy(class {}, {
	get: (target, key) => {
		if (key === "prototype") return target.prototype;
		if (key === "then") return undefined;
		if (key === Symbol.toPrimitive) return () => "";
		if (key === Symbol.iterator) return [][Symbol.iterator];
		return anything;
	},
	apply: () => anything,
	construct: (_, __, newTarget) => (newTarget === anything ? anything : Object.create(newTarget.prototype)),
});

/** These values, and `anything` beyond them. */
const standIn = (values: object): object =>
	new Proxy(values, { get: (target, key) => (key in target ? Reflect.get(target, key) : anything) });

export const never = {
	isCancellationRequested: false,
	onCancellationRequested: () => ({ dispose: () => {} }),
};

export const startEditor = (
	folder: string,
	settings: Readonly<Record<string, unknown>> = {},
): EditorStandIn => {
	const documents: TextDocument[] = [];
	const settingsListeners: ((event: object) => unknown)[] = [];
	const editor: EditorStandIn = {
		changeSettings: () => {
			for (const listen of settingsListeners) listen({ affectsConfiguration: () => true });
		},
		commands: new Map(),
		inlineProviders: [],
		lensProviders: [],
		output: new Map(),
		errors: [],
		executed: [],
		asked: [],
		typed: "",
		pressed: "",
		activeTextEditor: undefined,
		document: (name, text) => {
			const document = {
				uri: Uri.file(join(folder, name)),
				languageId: "python",
				version: 1,
				isClosed: false,
				getText: () => text,
			};
			documents.push(document);
			return document;
		},
		load: (path) => {
			const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
			const load = loader._load;
			loader._load = (request, ...rest) => (request === "vscode" ? vscode : load(request, ...rest));
			try {
				return Module.createRequire(import.meta.url)(path);
			} finally {
				loader._load = load;
			}
		},
	};
	const channel = (name: string) => {
		const lines: string[] = [];
		editor.output.set(name, lines);
		return standIn({ name, appendLine: (line: string) => void lines.push(line) });
	};
	const ask = (message: string, ...rest: unknown[]) => {
		const [options, ...buttons] = rest as [{ modal?: boolean; detail?: string }, ...{ title: string }[]];
		const { modal = false, detail = "" } = options ?? {};
		editor.asked.push({ message, detail, modal, buttons: buttons.map(({ title }) => title) });
		return Promise.resolve(buttons.find(({ title }) => title === editor.pressed));
	};
	const vscode = standIn({
		version: "1.91.0",
		Position,
		Range,
		CodeLens,
		InlineCompletionItem,
		InlineCompletionList,
		InlineCompletionTriggerKind: { Invoke: 0, Automatic: 1 },
		Uri,
		env: { appName: "Visual Studio Code", language: "en", appHost: "desktop" },
		languages: standIn({
			match: () => 10,
			registerCodeLensProvider: (_: unknown, provider: LensProvider) => {
				editor.lensProviders.push(provider);
				return { dispose: () => {} };
			},
			registerInlineCompletionItemProvider: (_: unknown, provider: InlineProvider) => {
				editor.inlineProviders.push(provider);
				return { dispose: () => {} };
			},
		}),
		commands: {
			executeCommand: async (...words: string[]) => void editor.executed.push(words.join(" ")),
			registerCommand: (name: string, run: (...args: unknown[]) => unknown) => {
				editor.commands.set(name, run);
				return { dispose: () => editor.commands.delete(name) };
			},
		},
		workspace: standIn({
			textDocuments: documents,
			notebookDocuments: [],
			onDidChangeConfiguration: (listen: (event: object) => unknown) => {
				settingsListeners.push(listen);
				return { dispose: () => {} };
			},
			workspaceFolders: [{ uri: Uri.file(folder), name: "folder", index: 0 }],
			getConfiguration: (section?: string) =>
				section === "ipyai"
					? { ...settings, get: (name: string) => settings[name] }
					: { get: () => undefined },
		}),
		window: standIn({
			createOutputChannel: channel,
			showInputBox: () => Promise.resolve(editor.typed),
			showWarningMessage: ask,
			showErrorMessage: (message: string, button?: string) => {
				editor.errors.push(message);
				return Promise.resolve(button);
			},
			get activeTextEditor() {
				return editor.activeTextEditor;
			},
			visibleTextEditors: [],
			withProgress: (_: unknown, task: (progress: object, token: object) => unknown) =>
				task({ report: () => {} }, never),
		}),
	});
	return editor;
};
