/** A server in this process, on a socket as in life, and clients of it. */
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { openConnection, type ServerConnection } from "../clients/common/server/connection.ts";
import type { Backend } from "../server/backends/backend.ts";
import { Backends, createBackends } from "../server/backends/registry.ts";
import { Completions } from "../server/completions/completions.ts";
import { Handshake } from "../server/connection/handshake.ts";
import { answerInitialize } from "../server/initialize.ts";
import { KernelHost } from "../server/kernel/kernelHost.ts";
import { Server } from "../server/server.ts";
import { Sessions } from "../server/sessions/sessions.ts";
import { openStore } from "../server/store/openStore.ts";

export type OurServerOptions = {
	/** Where its files and its socket go, under this name. */
	readonly folder: string;
	readonly name: string;
	/** Those that are measured, `null` for the real ones. */
	readonly backends: readonly Backend[] | null;
	/** Where the client's shell finds models. */
	readonly environment: Readonly<Record<string, string>>;
};

export type OurServer = { readonly client: ServerConnection; close(): Promise<void> };

/** The server with a client in this process too. */
export const startOurServer = async (options: OurServerOptions): Promise<OurServer> => {
	const { path, close } = serveHere(options);
	const client = await connectTo(path, options);
	return {
		client,
		close: async () => {
			client.close();
			await close();
		},
	};
};

export const connectTo = (
	path: string,
	{ folder, environment }: Pick<OurServerOptions, "folder" | "environment">,
): Promise<ServerConnection> =>
	openConnection(connect(path), {
		name: "bench",
		cwd: folder,
		environment,
		answers: "nothing",
	});

/** The server alone, on the socket `path`. */
export const serveHere = (
	options: Pick<OurServerOptions, "folder" | "name" | "backends">,
): { readonly path: string; close(): Promise<void> } => {
	const { folder, name, backends: own } = options;
	const store = openStore(join(folder, `${name}.sqlite`));
	const backends = own ? new Backends(own) : createBackends();
	const sessions = new Sessions({
		store,
		backends,
		owner: { instanceId: "bench", pid: process.pid, startTime: "0" },
		createHost: (launch, kernelId, listener) => new KernelHost({ launch, kernelId, listener }),
		onLog: () => {},
		isAlive: () => true,
	});
	const server = new Server({
		environment: {},
		services: { store, backends, sessions, completions: new Completions() },
		onLog: () => {},
		onConnectionEnded: () => {},
		onRetire: () => {},
	});
	const path = join(folder, name);
	const answer = { initialize: answerInitialize({ serverId: "bench", version: "0" }), onLog: () => {} };
	const serve = (socket: Socket) => server.serve(new Handshake(socket, socket, answer));
	const listener = createServer({ noDelay: true }, serve).listen(path);
	const close = async () => {
		server.dispose();
		await sessions.dispose();
		store.close();
		listener.close();
	};
	return { path, close };
};

/** One key only, so that the first ready backend is Anthropic's. */
export const anthropicAt = (modelUrl: string, folder: string): Readonly<Record<string, string>> => ({
	ANTHROPIC_API_KEY: "loopback-key",
	ANTHROPIC_BASE_URL: modelUrl,
	CLAUDE_CONFIG_DIR: folder,
});

/** A document that a client edits, and suggestions for it. */
export const documentOf = (client: ServerConnection, uri: string, begin: string) => {
	let version = 1;
	let text = begin;
	client.notify("textDocument/didOpen", { textDocument: { uri, languageId: "python", version, text } });
	const positionAt = (offset: number) => {
		const before = text.slice(0, offset);
		const line = before.split("\n").length - 1;
		return { line, character: offset - before.lastIndexOf("\n") - 1 };
	};
	return {
		edit: (from: number, to: number, put: string) => {
			const range = { start: positionAt(from), end: positionAt(to) };
			text = text.slice(0, from) + put + text.slice(to);
			version++;
			client.notify("textDocument/didChange", {
				textDocument: { uri, version },
				contentChanges: [{ range, text: put }],
			});
		},
		ask: async (offset: number, triggerKind: 1 | 2, signal?: AbortSignal) => {
			const { items } = await client.request(
				"textDocument/inlineCompletion",
				{ textDocument: { uri }, position: positionAt(offset), context: { triggerKind } },
				signal ? { signal } : {},
			);
			return items[0]?.insertText ?? "";
		},
	};
};
