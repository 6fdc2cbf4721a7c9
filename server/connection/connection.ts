/**
 * One client's connection: LSP's lifecycle over what the handshake reads and writes. Built on vscode-languageserver's
 * common `createConnection` with a watchdog of ours, because the `/node` one exits the process when a connection ends.
 */
import type { Logger, Message } from "vscode-jsonrpc/node";
import { type Connection, createConnection } from "vscode-languageserver";
import { createProtocolConnection } from "vscode-languageserver/node";
import type { Handshake } from "./handshake.ts";
import type { FrameWriter } from "./messageWriter.ts";

const maxLogChars = 500;

export type ClientConnection = {
	readonly rpc: Connection;
	readonly writer: FrameWriter;
	/** Begins with `initialize`. Register all handlers before. */
	listen(): void;
	/** Ends the connection; safe to call twice. */
	close(): void;
};

export type ClientConnectionOptions = {
	readonly handshake: Handshake;
	/** Called once, when the connection has ended: by `exit`, a lost client, or `close`. */
	onEnded(how: "exit" | "lost" | "closed"): void;
	onLog(text: string): void;
};

export const createClientConnection = (options: ClientConnectionOptions): ClientConnection => {
	const { handshake, onLog } = options;
	const { reader, writer, output } = handshake;
	const log = (text: string) => onLog(`connection: ${text.slice(0, maxLogChars)}`);
	let ended = false;
	const end = (how: "exit" | "lost" | "closed") => {
		if (ended) return;
		ended = true;
		options.onEnded(how);
		rpc.dispose();
		writer.end();
	};
	const watchdog = { shutdownReceived: false, initialize: () => {}, exit: () => end("exit") };
	const messageStrategy = {
		handleMessage: (message: Message, next: (message: Message) => Promise<void>) => {
			handshake.taken();
			return next(message);
		},
	};
	// The library tells editors of its own troubles, and repeats whole messages.
	const logger: Logger = { error: log, warn: log, info: () => {}, log: () => {} };
	const rpc = createConnection(
		() => createProtocolConnection(reader, writer, logger, { messageStrategy }),
		watchdog,
	);
	reader.onClose(() => end("lost"));
	writer.onClose(() => end("lost"));
	reader.onError((error) => log(error.message));
	writer.onError((error) => log(error[0].message));
	return {
		rpc,
		writer: output,
		listen: () => {
			rpc.listen();
			if (handshake.isClosed) end("lost");
		},
		close: () => end("closed"),
	};
};
