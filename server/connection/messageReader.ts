/**
 * Reads LSP frames from a stream, bounded: a message over the limit is skipped without being kept, broken frames
 * and broken JSON are reported, and the next message is read as usual. vscode-jsonrpc's own reader throws on the
 * first broken header and buffers any length.
 */
import type { Readable } from "node:stream";
import { AbstractMessageReader, type DataCallback, type Disposable, type Message } from "vscode-jsonrpc/node";
import { type ErrorCode, ErrorCodes } from "../../protocol/errorCodes.ts";

/** A frame or message that could not be taken; `id` is the request's when it could be read. */
export type Rejection = {
	readonly id: string | number | null;
	readonly code: ErrorCode;
	readonly message: string;
};

export type BoundedReaderOptions = {
	readonly maxMessageBytes: number;
	onRejected(rejection: Rejection): void;
};

const headerEnd = Buffer.from("\r\n\r\n");
const headerStart = "Content-Length:";
/** A header block longer than this is no header. */
const maxHeaderBytes = 4096;

export class BoundedMessageReader extends AbstractMessageReader {
	readonly #stream: Readable;
	readonly #options: BoundedReaderOptions;
	#chunks: Buffer[] = [];
	#buffered = 0;
	/** Length of the body that is being read; `null` while reading a header. */
	#bodyBytes: number | null = null;
	/** Bytes of an oversized body that are still to be skipped. */
	#skip = 0;
	#callback: DataCallback | null = null;

	constructor(stream: Readable, options: BoundedReaderOptions) {
		super();
		this.#stream = stream;
		this.#options = options;
	}

	listen(callback: DataCallback): Disposable {
		this.#callback = callback;
		const onData = (chunk: Buffer) => this.#onData(chunk);
		const onError = (error: Error) => this.fireError(error);
		const onClose = () => this.fireClose();
		this.#stream.on("data", onData).on("error", onError).on("close", onClose).on("end", onClose);
		return {
			dispose: () => {
				this.#stream.off("data", onData).off("error", onError).off("close", onClose).off("end", onClose);
			},
		};
	}

	#onData(chunk: Buffer): void {
		let rest = chunk;
		if (this.#skip > 0) {
			const skipped = Math.min(this.#skip, rest.length);
			this.#skip -= skipped;
			rest = rest.subarray(skipped);
		}
		if (rest.length === 0) return;
		this.#chunks.push(rest);
		this.#buffered += rest.length;
		while (this.#takeOne());
	}

	/** Handles one header or body; false when more bytes are needed. */
	#takeOne(): boolean {
		if (this.#bodyBytes !== null) {
			if (this.#buffered < this.#bodyBytes) return false;
			const body = this.#take(this.#bodyBytes);
			this.#bodyBytes = null;
			this.#onBody(body);
			return true;
		}
		if (this.#buffered === 0) return false;
		const buffer = this.#join();
		const end = buffer.indexOf(headerEnd);
		if (end < 0) {
			if (buffer.length <= maxHeaderBytes) return false;
			this.#resynchronize(buffer, "A message header did not end within 4096 bytes");
			return this.#buffered > 0;
		}
		const header = buffer.subarray(0, end).toString("latin1");
		const length = contentLength(header);
		if (length === null) {
			this.#resynchronize(
				buffer,
				`A message header has no valid Content-Length: ${JSON.stringify(header.slice(0, 80))}`,
			);
			return this.#buffered > 0;
		}
		this.#take(end + headerEnd.length);
		if (length > this.#options.maxMessageBytes) {
			this.#options.onRejected({
				id: null,
				code: ErrorCodes.invalidRequest,
				message: `A message of ${length} bytes is over the limit of ${this.#options.maxMessageBytes}; it was skipped`,
			});
			const skipped = Math.min(length, this.#buffered);
			this.#take(skipped);
			this.#skip = length - skipped;
			return this.#buffered > 0;
		}
		this.#bodyBytes = length;
		return true;
	}

	/** Drops bytes up to the next thing that is, or may become, the start of a header. */
	#resynchronize(buffer: Buffer, message: string): void {
		this.#options.onRejected({ id: null, code: ErrorCodes.parseError, message });
		const next = buffer.indexOf(headerStart, 1, "latin1");
		if (next > 0) {
			this.#take(next);
			return;
		}
		const tail = buffer.subarray(Math.max(1, buffer.length - headerStart.length + 1)).toString("latin1");
		let kept = tail.length;
		while (!headerStart.startsWith(tail.slice(tail.length - kept))) kept--;
		this.#take(buffer.length - kept);
	}

	#onBody(body: Buffer): void {
		let message: unknown;
		try {
			message = JSON.parse(body.toString("utf8"));
		} catch (error) {
			this.#options.onRejected({
				id: null,
				code: ErrorCodes.parseError,
				message: `A message is not JSON: ${(error as Error).message}`,
			});
			return;
		}
		dropNullParams(message);
		const problem = describeProblem(message);
		if (problem) this.#options.onRejected(problem);
		else this.#callback?.(message as Message);
	}

	#join(): Buffer {
		if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
		return this.#chunks[0] ?? Buffer.alloc(0);
	}

	#take(bytes: number): Buffer {
		const buffer = this.#join();
		const rest = buffer.subarray(bytes);
		this.#chunks = rest.length > 0 ? [rest] : [];
		this.#buffered = rest.length;
		return buffer.subarray(0, bytes);
	}
}

const contentLength = (header: string): number | null => {
	for (const line of header.split("\r\n")) {
		const match = /^content-length:\s*(\d{1,15})\s*$/i.exec(line);
		if (match) return Number(match[1]);
	}
	return null;
};

/** Some editors write `"params": null` where LSP has none. */
const dropNullParams = (message: unknown): void => {
	if (typeof message === "object" && message !== null && "params" in message && message.params === null)
		delete message.params;
};

/** JSON-RPC 2.0, section 4: what makes an object a request, notification or response. */
const describeProblem = (message: unknown): Rejection | null => {
	const reject = (id: string | number | null, text: string): Rejection => ({
		id,
		code: ErrorCodes.invalidRequest,
		message: text,
	});
	if (Array.isArray(message))
		return reject(null, "Batches are not part of LSP: send each message in its own frame");
	if (typeof message !== "object" || message === null) return reject(null, "A message must be a JSON object");
	const { jsonrpc, id, method, params } = message as Record<string, unknown>;
	const knownId = typeof id === "string" || typeof id === "number" ? id : null;
	if (jsonrpc !== "2.0") return reject(knownId, 'A message must have "jsonrpc": "2.0"');
	if (method === undefined) {
		const isResponse = id !== undefined && ("result" in message || "error" in message);
		return isResponse
			? null
			: reject(knownId, "A message needs a method, or an id with a result or an error");
	}
	if (typeof method !== "string") return reject(knownId, "The method must be a string");
	if (id !== undefined && knownId === null) return reject(null, "The id must be a string or a number");
	if (params !== undefined && (typeof params !== "object" || params === null))
		return reject(knownId, "The params must be an object or an array");
	return null;
};
