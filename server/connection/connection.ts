/**
 * One client's connection: LSP's lifecycle over what the handshake reads and writes. Built on vscode-languageserver's
 * common `createConnection` with a watchdog of ours, because the `/node` one exits the process when a connection ends.
 */
import { type Connection, createConnection, type Logger } from "vscode-languageserver";
import { createProtocolConnection } from "vscode-languageserver/node";
import type { Handshake } from "./handshake.ts";
import type { FrameWriter } from "./messageWriter.ts";

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
	const { reader, writer, output } = options.handshake;
	let ended = false;
	const end = (how: "exit" | "lost" | "closed") => {
		if (ended) return;
		ended = true;
		options.onEnded(how);
		rpc.dispose();
		writer.end();
	};
	const rpc = createConnection((logger: Logger) => createProtocolConnection(reader, writer, logger), {
		shutdownReceived: false,
		initialize: () => {},
		exit: () => end("exit"),
	});
	reader.onClose(() => end("lost"));
	writer.onClose(() => end("lost"));
	reader.onError((error) => options.onLog(`connection: ${error.message}`));
	writer.onError((error) => options.onLog(`connection: ${error[0].message}`));
	return {
		rpc,
		writer: output,
		listen: () => {
			rpc.listen();
			if (options.handshake.isClosed) end("lost");
		},
		close: () => end("closed"),
	};
};
