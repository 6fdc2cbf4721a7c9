/**
 * LSP's first exchange, on a stream of its own modules only: `initialize` is answered as soon as it comes, while the
 * rest of the server still loads. What the client sends after it is kept, in order, until the connection listens.
 *
 * What a client sends faster than it is taken up, or answers that it does not read, waits with the client.
 */
import type { Readable, Writable } from "node:stream";
import type { Disposable, Message } from "vscode-jsonrpc/node";
import type { InitializeParams, InitializeResult } from "vscode-languageserver";
import type { PlainText } from "../../ground/text/screenText.ts";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import type { Incoming, Rejection } from "./messageForm.ts";
import { BoundedMessageReader } from "./messageReader.ts";
import { FrameWriter } from "./messageWriter.ts";
import { maxOpenRequests, OpenRequests } from "./openRequests.ts";

/** The largest message that is read: a notebook of 100 MB does not come this way, a picture does. */
export const maxMessageBytes = 16 * 1024 * 1024;
const limits = { maxBytes: maxMessageBytes, maxValues: 200_000, maxDepth: 100 };

/** Messages that may wait to be taken up. */
const maxWaiting = 500;
/** Bytes that a client may leave unread before nothing more is read of it. */
const maxUnreadBytes = 4 * 1024 * 1024;

/** What `initialize` is answered with; a `problem` is an error of the client's, which may send it once more. */
export type InitializeAnswer = { readonly result: InitializeResult } | { readonly problem: string };

export type HandshakeOptions = {
	/** Never throws, whatever the parameters are. */
	initialize(params: InitializeParams): InitializeAnswer;
	onLog(text: string): void;
};

/** Reads and writes as vscode-jsonrpc's readers and writers do; `initialize` goes by with its answer left out. */
export class Handshake {
	readonly #reader: BoundedMessageReader;
	readonly #writer: FrameWriter;
	readonly #options: HandshakeOptions;
	readonly #open = new OpenRequests();
	#onSkipped: () => void = () => {};
	#state: "new" | "initialized" | "shutDown" = "new";
	/** Of the request whose answer the connection still owes. */
	#initializeId: number | null = null;
	#held: Message[] = [];
	#waiting = 0;
	#isPaused = false;
	#awaitsDrain = false;
	#callback: ((message: Message) => void) | null = null;
	#closed = false;
	readonly #begun = Promise.withResolvers<void>();

	constructor(input: Readable, output: Writable, options: HandshakeOptions) {
		this.#options = options;
		this.#writer = new FrameWriter(output);
		this.#reader = new BoundedMessageReader(input, {
			limits,
			onRejected: (rejection) => {
				this.#reject(rejection);
				if (rejection.id === null) this.#onSkipped();
			},
			onFailed: (error) =>
				options.onLog(`reading: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
		});
		for (const end of [this.#reader, this.#writer])
			end.onClose(() => {
				this.#closed = true;
				this.#begun.resolve();
			});
		this.#reader.listen((message) => this.#receive(message as Incoming));
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
				if (method !== undefined) await writer.write(message);
				else if (id === this.#initializeId) this.#initializeId = null;
				else await this.#answer(message, id as number);
			},
		};
	}

	/** The connection has taken up one of the messages that it was given. */
	taken(): void {
		this.#waiting--;
		this.#slowDown();
	}

	/** Calls back when a message was left out that may have been a notification. */
	onSkipped(callback: () => void): void {
		this.#onSkipped = callback;
	}

	/** What goes out beside requests and answers. */
	get output(): FrameWriter {
		return this.#writer;
	}

	/** Shows a message to the person at once, for a server that ends with it. */
	showLast(message: PlainText): void {
		const shown = { jsonrpc: "2.0", method: "window/showMessage", params: { type: 1, message } };
		void this.#writer.write(shown as Message);
		this.#writer.flush();
	}

	/** Whether the client was gone before anybody listened to `onClose`. */
	get isClosed(): boolean {
		return this.#closed;
	}

	#receive(message: Incoming): void {
		const { id, method } = message;
		if (method === undefined) {
			// Without an id it tells of something that we sent, and there is nobody to tell.
			if (id !== null) this.#pass(message);
		} else if (method === "$/cancelRequest") {
			const own = this.#open.find((message.params as { id?: unknown }).id);
			// Else it is answered already, or never came.
			if (own !== undefined) this.#pass({ ...message, params: { id: own } });
		} else if (id === undefined) {
			// LSP: notifications before `initialize` are dropped, `exit` excepted.
			if (this.#state !== "new" || method === "exit") this.#pass(message);
		} else {
			const refused = this.#refuse(id, method);
			if (refused) this.#reject({ id, ...refused });
			else if (method === "initialize") this.#initialize(message, id);
			else this.#pass({ ...message, id: this.#open.open(id) });
			if (method === "shutdown" && !refused) this.#state = "shutDown";
		}
	}

	#refuse(id: string | number, method: string): Omit<Rejection, "id"> | null {
		const { invalidRequest, serverNotInitialized, limitReached } = ErrorCodes;
		if (this.#open.has(id))
			return {
				code: invalidRequest,
				message: `"${method}" has the id of a request that still waits: each needs one of its own`,
			};
		if (method === "initialize")
			return this.#state === "new"
				? null
				: { code: invalidRequest, message: "`initialize` may be sent only once" };
		if (this.#state === "new")
			return {
				code: serverNotInitialized,
				message: `"${method}" came before "initialize": send "initialize" first`,
			};
		if (this.#state === "shutDown")
			return { code: invalidRequest, message: `"${method}" came after "shutdown": only "exit" may` };
		if (this.#open.size >= maxOpenRequests)
			return {
				code: limitReached,
				message: `${maxOpenRequests} requests wait already: wait for answers, or cancel some`,
			};
		return null;
	}

	#initialize(message: Incoming, id: string | number): void {
		const answer = this.#options.initialize(message.params as InitializeParams);
		if ("problem" in answer) {
			this.#reject({ id, code: ErrorCodes.invalidParams, message: `initialize: ${answer.problem}` });
			return;
		}
		this.#state = "initialized";
		const own = this.#open.open(id);
		this.#open.close(own);
		this.#initializeId = own;
		void this.#writer.write({ jsonrpc: "2.0", id, result: answer.result } as unknown as Message);
		// What loads now takes the whole turn.
		this.#writer.flush();
		this.#pass({ ...message, id: own });
	}

	#pass(message: Incoming): void {
		this.#waiting++;
		if (this.#callback) this.#callback(message);
		else this.#held.push(message);
		this.#begun.resolve();
		this.#slowDown();
	}

	async #answer(message: Message, own: number): Promise<void> {
		const id = this.#open.close(own);
		if (id !== undefined) await this.#writer.write({ ...message, id } as Message);
		this.#slowDown();
	}

	/** Reads on, or not. */
	#slowDown(): void {
		const isUnread = this.#writer.pendingBytes > maxUnreadBytes;
		if (isUnread && !this.#awaitsDrain) {
			this.#awaitsDrain = true;
			this.#writer.onceDrained(() => {
				this.#awaitsDrain = false;
				this.#slowDown();
			});
		}
		const isFull = isUnread || this.#waiting > (this.#isPaused ? maxWaiting / 2 : maxWaiting);
		if (isFull === this.#isPaused) return;
		this.#isPaused = isFull;
		if (isFull) this.#reader.pause();
		else this.#reader.resume();
	}

	#reject({ id, code, message }: Rejection): void {
		// JSON-RPC 2.0, section 5: an error that belongs to no request has a null id.
		void this.#writer.write({ jsonrpc: "2.0", id, error: { code, message } } as unknown as Message);
		this.#slowDown();
	}
}
