/** An LSP editor, made of vscode-languageserver-protocol's own client, that has started `ipyai lsp`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
import type { AiShellServerCapabilities } from "../../protocol/index.ts";
import type { Person } from "./person.ts";
import { repository } from "./sources.ts";

export type LspEditor = {
	readonly rpc: ProtocolConnection;
	readonly process: ChildProcess;
	readonly initialized: InitializeResult;
	readonly aiShell: AiShellServerCapabilities;
	/** What `window/showMessage` said. */
	readonly messages: string[];
	/** Opens a document and gives its uri. */
	open(name: string, text: string): string;
	/** Inline completions at a place, as texts. */
	complete(uri: string, line: number, character: number): Promise<string[]>;
	/** How suggestions of the whole server fared. */
	statistics(): Promise<CompletionStatistics>;
	/** Leaves as LSP says; resolves with the exit code. */
	leave(): Promise<number>;
};

export type CompletionStatistics = { readonly shown: number; readonly partiallyAccepted: number };

export type LspEditorOptions = {
	readonly args?: readonly string[];
	readonly capabilities?: ClientCapabilities;
	readonly initializationOptions?: object;
	/** Called before anything is sent. */
	prepare?(rpc: ProtocolConnection): void;
};

export const lspCommand = [process.execPath, join(repository, "clients/lsp/main.ts")] as const;

/** Puts the command `ipyai`, from the sources, on a person's PATH, and gives their environment with it. */
export const installFromSources = ({ folder, environment }: Person): Readonly<Record<string, string>> => {
	mkdirSync(join(folder, "bin"));
	const script = `#!/bin/sh\nshift\nexec ${lspCommand.map((word) => `'${word}'`).join(" ")} "$@"\n`;
	writeFileSync(join(folder, "bin/ipyai"), script, { mode: 0o755 });
	return { ...environment, PATH: `${join(folder, "bin")}:${environment.PATH}` };
};

export const startLspEditor = async (
	person: Pick<Person, "folder" | "environment">,
	options: LspEditorOptions = {},
): Promise<LspEditor> => {
	const [node, program] = lspCommand;
	const child = spawn(node, [program, ...(options.args ?? [])], {
		cwd: "/",
		env: person.environment,
		stdio: ["pipe", "pipe", "inherit"],
	});
	const exited = once(child, "exit");
	onTestFinished(async () => {
		child.stdin.end();
		await exited;
	});
	const rpc = createProtocolConnection(
		new StreamMessageReader(child.stdout),
		new StreamMessageWriter(child.stdin),
	);
	const messages: string[] = [];
	rpc.onNotification("window/showMessage", ({ message }) => {
		messages.push(message);
	});
	options.prepare?.(rpc);
	rpc.listen();
	const initialized: InitializeResult = await rpc.sendRequest("initialize", {
		processId: process.pid,
		clientInfo: { name: "test editor" },
		rootUri: pathToFileURL(person.folder).href,
		capabilities: options.capabilities ?? {},
		...(options.initializationOptions ? { initializationOptions: options.initializationOptions } : {}),
	});
	await rpc.sendNotification("initialized", {});
	return {
		rpc,
		process: child,
		initialized,
		aiShell: initialized.capabilities.experimental.aiShell,
		messages,
		open: (name, text) => {
			const uri = pathToFileURL(join(person.folder, name)).href;
			void rpc.sendNotification("textDocument/didOpen", {
				textDocument: { uri, languageId: "python", version: 1, text },
			});
			return uri;
		},
		complete: async (uri, line, character) => {
			const { items } = await rpc.sendRequest<{ items: { insertText: string }[] }>(
				"textDocument/inlineCompletion",
				{ textDocument: { uri }, position: { line, character }, context: { triggerKind: 1 } },
			);
			return items.map(({ insertText }) => insertText);
		},
		statistics: () => rpc.sendRequest("workspace/executeCommand", { command: "ipyai.completionStatistics" }),
		leave: async () => {
			await rpc.sendRequest("shutdown");
			await rpc.sendNotification("exit");
			const [code] = await exited;
			return code;
		},
	};
};
