/**
 * One client's connection: LSP framing and lifecycle over a stream. Built on vscode-languageserver's common
 * `createConnection` with a watchdog of ours, because the `/node` one exits the process when a connection ends.
 */
import type { Duplex, Readable, Writable } from "node:stream";
import type { Message } from "vscode-jsonrpc/node";
import { type Connection, createConnection, type Logger } from "vscode-languageserver";
import { createProtocolConnection } from "vscode-languageserver/node";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import { BoundedMessageReader, type Rejection } from "./messageReader.ts";
import { FrameWriter } from "./messageWriter.ts";

/** The largest message that is read: a notebook of 100 MB does not come this way, a picture does. */
export const maxMessageBytes = 64 * 1024 * 1024;

export type ClientConnection = {
	readonly rpc: Connection;
	readonly writer: FrameWriter;
	/** Starts reading. Register all handlers before. */
	listen(): void;
	/** Ends the connection; safe to call twice. */
	close(): void;
};

export type ClientConnectionOptions = {
	readonly input: Readable;
	readonly output: Writable;
	/** Called once, when the connection has ended: by `exit`, a lost client, or `close`. */
	onEnded(how: "exit" | "lost" | "closed"): void;
	onLog(text: string): void;
};

export const createClientConnection = (options: ClientConnectionOptions): ClientConnection => {
	const writer = new FrameWriter(options.output);
	const reader = new BoundedMessageReader(options.input, { maxMessageBytes, onRejected: reject });
	let ended = false;
	const end = (how: "exit" | "lost" | "closed") => {
		if (ended) return;
		ended = true;
		options.onEnded(how);
		rpc.dispose();
		writer.end();
	};
	const gate = new InitializeGate(reader, reject);
	const rpc = createConnection((logger: Logger) => createProtocolConnection(gate, writer, logger), {
		shutdownReceived: false,
		initialize: () => gate.open(),
		exit: () => end("exit"),
	});
	reader.onClose(() => end("lost"));
	writer.onClose(() => end("lost"));
	reader.onError((error) => options.onLog(`connection: ${error.message}`));
	writer.onError((error) => options.onLog(`connection: ${error[0].message}`));
	return { rpc, writer, listen: () => rpc.listen(), close: () => end("closed") };

	function reject({ id, code, message }: Rejection): void {
		// JSON-RPC 2.0, section 5: an error that belongs to no request has a null id.
		void writer.write({ jsonrpc: "2.0", id, error: { code, message } } as unknown as Message);
	}
};

/** A duplex stream as the two ends of a connection. */
export const duplexEnds = (stream: Duplex) => ({ input: stream, output: stream });

type ReaderShape = Pick<
	BoundedMessageReader,
	"onError" | "onClose" | "onPartialMessage" | "listen" | "dispose"
>;

/** LSP: before `initialize` requests are refused with -32002 and notifications dropped, `exit` excepted. */
class InitializeGate implements ReaderShape {
	readonly #reader: BoundedMessageReader;
	readonly #reject: (rejection: Rejection) => void;
	#open = false;

	constructor(reader: BoundedMessageReader, reject: (rejection: Rejection) => void) {
		this.#reader = reader;
		this.#reject = reject;
	}

	open(): void {
		this.#open = true;
	}

	get onError() {
		return this.#reader.onError;
	}
	get onClose() {
		return this.#reader.onClose;
	}
	get onPartialMessage() {
		return this.#reader.onPartialMessage;
	}
	dispose(): void {
		this.#reader.dispose();
	}

	listen(callback: (message: Message) => void) {
		let initializing = false;
		return this.#reader.listen((message) => {
			const { id, method } = message as { id?: string | number; method?: string };
			if (method === "initialize" && id !== undefined) {
				if (initializing) {
					this.#reject({
						id,
						code: ErrorCodes.invalidRequest,
						message: "`initialize` may be sent only once",
					});
					return;
				}
				initializing = true;
			} else if (!this.#open && !initializing && method !== undefined && method !== "exit") {
				if (id === undefined) return;
				this.#reject({
					id,
					code: ErrorCodes.serverNotInitialized,
					message: `"${method}" came before "initialize": send "initialize" first`,
				});
				return;
			}
			callback(message);
		});
	}
}
