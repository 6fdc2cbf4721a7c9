/**
 * LSP's first exchange, on a stream of its own modules only: `initialize` is answered as soon as it comes, while the
 * rest of the server still loads. What the client sends after it is kept, in order, until the connection listens.
 */
import type { Readable, Writable } from "node:stream";
import type { Disposable, Message } from "vscode-jsonrpc/node";
import type { InitializeParams, InitializeResult } from "vscode-languageserver";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import { BoundedMessageReader, type Rejection } from "./messageReader.ts";
import { FrameWriter } from "./messageWriter.ts";

/** The largest message that is read: a notebook of 100 MB does not come this way, a picture does. */
export const maxMessageBytes = 64 * 1024 * 1024;

/** What `initialize` is answered with; a `problem` is an error of the client's, which may send it once more. */
export type InitializeAnswer = { readonly result: InitializeResult } | { readonly problem: string };

type Incoming = { id?: string | number; method?: string; params?: unknown };

/** Reads and writes as vscode-jsonrpc's readers and writers do; `initialize` goes by with its answer left out. */
export class Handshake {
	readonly #reader: BoundedMessageReader;
	readonly #writer: FrameWriter;
	readonly #answer: (params: InitializeParams) => InitializeAnswer;
	#initialized = false;
	#shutDown = false;
	/** Of the request whose answer the connection still owes. */
	#initializeId: string | number | null = null;
	#held: Message[] = [];
	#callback: ((message: Message) => void) | null = null;
	#closed = false;
	readonly #begun = Promise.withResolvers<void>();

	constructor(input: Readable, output: Writable, answer: (params: InitializeParams) => InitializeAnswer) {
		this.#answer = answer;
		this.#writer = new FrameWriter(output);
		this.#reader = new BoundedMessageReader(input, {
			maxMessageBytes,
			onRejected: (rejection) => this.#reject(rejection),
		});
		for (const end of [this.#reader, this.#writer])
			end.onClose(() => {
				this.#closed = true;
				this.#begun.resolve();
			});
		this.#reader.listen((message) => this.#receive(message));
	}

	/** Resolves when there is something for the connection: `initialize` is answered, or the client is gone. */
	get begun(): Promise<void> {
		return this.#begun.promise;
	}

	/** For the connection: what came since `initialize`, itself included, then everything else. */
	get reader() {
		const reader = this.#reader;
		return {
			onError: reader.onError,
			onClose: reader.onClose,
			onPartialMessage: reader.onPartialMessage,
			dispose: () => reader.dispose(),
			listen: (callback: (message: Message) => void): Disposable => {
				this.#callback = callback;
				for (const message of this.#held.splice(0)) callback(message);
				return {
					dispose: () => {
						this.#callback = () => {};
					},
				};
			},
		};
	}

	/** For the connection: its own answer to `initialize` is dropped. */
	get writer() {
		const writer = this.#writer;
		return {
			onError: writer.onError,
			onClose: writer.onClose,
			end: () => writer.end(),
			dispose: () => writer.dispose(),
			write: async (message: Message) => {
				const { id, method } = message as Incoming;
				if (id === this.#initializeId && method === undefined && id !== undefined) this.#initializeId = null;
				else await writer.write(message);
			},
		};
	}

	/** What goes out beside requests and answers. */
	get output(): FrameWriter {
		return this.#writer;
	}

	/** Shows a message to the person at once, for a server that ends with it. */
	showLast(message: string): void {
		const shown = { jsonrpc: "2.0", method: "window/showMessage", params: { type: 1, message } };
		void this.#writer.write(shown as Message);
		this.#writer.flush();
	}

	/** Whether the client was gone before anybody listened to `onClose`. */
	get isClosed(): boolean {
		return this.#closed;
	}

	#receive(message: Message): void {
		const { id, method, params } = message as Incoming;
		if (method === "initialize" && id !== undefined) {
			if (this.#initialized) {
				const text = "`initialize` may be sent only once";
				this.#reject({ id, code: ErrorCodes.invalidRequest, message: text });
				return;
			}
			const answer = this.#answer((params ?? {}) as InitializeParams);
			if ("problem" in answer) {
				this.#reject({ id, code: ErrorCodes.invalidParams, message: `initialize: ${answer.problem}` });
				return;
			}
			this.#initialized = true;
			this.#initializeId = id;
			void this.#writer.write({ jsonrpc: "2.0", id, result: answer.result } as unknown as Message);
			// What loads now takes the whole turn.
			this.#writer.flush();
		} else if (!this.#initialized && method !== undefined && method !== "exit") {
			// LSP: requests are refused with -32002 and notifications dropped, `exit` excepted.
			const text = `"${method}" came before "initialize": send "initialize" first`;
			if (id !== undefined) this.#reject({ id, code: ErrorCodes.serverNotInitialized, message: text });
			return;
		} else if (this.#shutDown && method !== undefined && id !== undefined) {
			const text = `"${method}" came after "shutdown": only "exit" may`;
			this.#reject({ id, code: ErrorCodes.invalidRequest, message: text });
			return;
		}
		if (method === "shutdown") this.#shutDown = true;
		if (this.#callback) this.#callback(message);
		else this.#held.push(message);
		this.#begun.resolve();
	}

	#reject({ id, code, message }: Rejection): void {
		// JSON-RPC 2.0, section 5: an error that belongs to no request has a null id.
		void this.#writer.write({ jsonrpc: "2.0", id, error: { code, message } } as unknown as Message);
	}
}
