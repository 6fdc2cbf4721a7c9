/**
 * Reads LSP frames from a stream, bounded: a message over a limit is skipped without being kept, broken frames and
 * broken JSON are reported, and the next message is read as usual, whatever becomes of the one before it.
 * vscode-jsonrpc's own reader throws on the first broken header and buffers any length.
 */
import type { Readable } from "node:stream";
import { AbstractMessageReader, type DataCallback, type Disposable } from "vscode-jsonrpc/node";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import { JsonSize } from "./jsonSize.ts";
import { idOf, type Rejection, readMessage } from "./messageForm.ts";

export type MessageLimits = {
	readonly maxBytes: number;
	/** Values and members in one message: making objects of many small ones takes far longer than of one long text. */
	readonly maxValues: number;
	/** Lists and objects inside of each other. */
	readonly maxDepth: number;
};

export type BoundedReaderOptions = {
	readonly limits: MessageLimits;
	onRejected(rejection: Rejection): void;
	/** Whoever takes the messages failed with one. */
	onFailed(error: unknown): void;
};

const headerEnd = Buffer.from("\r\n\r\n");
const headerStart = "Content-Length:";
/** A header block longer than this is no header. */
const maxHeaderBytes = 4096;

/** A message that is being read. */
type Body = { readonly chunks: Buffer[]; readonly size: JsonSize; missing: number };

export class BoundedMessageReader extends AbstractMessageReader {
	readonly #stream: Readable;
	readonly #options: BoundedReaderOptions;
	/** Of a header that is not whole yet. */
	#header: Buffer = Buffer.alloc(0);
	#body: Body | null = null;
	/** Bytes of a message that is over a limit, still to be skipped. */
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

	/** Takes no more from the client until `resume`: what it sends waits with it. */
	pause(): void {
		this.#stream.pause();
	}

	resume(): void {
		this.#stream.resume();
	}

	#onData(chunk: Buffer): void {
		let rest = chunk;
		while (rest.length > 0) {
			if (this.#skip > 0) {
				const skipped = Math.min(this.#skip, rest.length);
				this.#skip -= skipped;
				rest = rest.subarray(skipped);
			} else if (this.#body) rest = this.#readBody(this.#body, rest);
			else rest = this.#readHeader(rest);
		}
	}

	/** What is left for the next message. */
	#readBody(body: Body, bytes: Buffer): Buffer {
		const part = bytes.subarray(0, body.missing);
		body.chunks.push(part);
		body.missing -= part.length;
		const excess = body.size.add(part);
		if (excess !== null) {
			this.#reject(ErrorCodes.invalidRequest, `A message has ${excess}; it was skipped`);
			this.#skip = body.missing;
			this.#body = null;
		} else if (body.missing === 0) {
			this.#body = null;
			this.#take(Buffer.concat(body.chunks));
		}
		return bytes.subarray(part.length);
	}

	/** What is left for the body, or for the next header. */
	#readHeader(bytes: Buffer): Buffer {
		const buffer = Buffer.concat([this.#header, bytes]);
		this.#header = Buffer.alloc(0);
		const end = buffer.indexOf(headerEnd);
		if (end < 0 && buffer.length <= maxHeaderBytes) {
			this.#header = buffer;
			return Buffer.alloc(0);
		}
		const header = buffer.subarray(0, Math.max(0, end)).toString("latin1");
		const length = contentLength(header);
		if (length === null) {
			const text =
				end < 0 || end > maxHeaderBytes
					? `A message header did not end within ${maxHeaderBytes} bytes`
					: `A message header has no valid Content-Length: ${JSON.stringify(header.slice(0, 80))}`;
			this.#reject(ErrorCodes.parseError, text);
			return this.#resynchronize(buffer);
		}
		const { limits } = this.#options;
		if (length > limits.maxBytes) {
			const text = `A message of ${length} bytes is over the limit of ${limits.maxBytes}; it was skipped`;
			this.#reject(ErrorCodes.invalidRequest, text);
			this.#skip = length;
		} else if (length === 0) this.#take(Buffer.alloc(0));
		else this.#body = { chunks: [], size: new JsonSize(limits), missing: length };
		return buffer.subarray(end + headerEnd.length);
	}

	/** Drops bytes up to the next thing that is, or may become, the start of a header. */
	#resynchronize(buffer: Buffer): Buffer {
		const next = buffer.indexOf(headerStart, 1, "latin1");
		if (next > 0) return buffer.subarray(next);
		const tail = buffer.subarray(Math.max(1, buffer.length - headerStart.length + 1)).toString("latin1");
		let kept = tail.length;
		while (!headerStart.startsWith(tail.slice(tail.length - kept))) kept--;
		this.#header = buffer.subarray(buffer.length - kept);
		return Buffer.alloc(0);
	}

	#take(body: Buffer): void {
		const read = readMessage(body);
		if ("rejection" in read) {
			this.#options.onRejected(read.rejection);
			return;
		}
		try {
			this.#callback?.(read.message);
		} catch (error) {
			// Whatever a message does to who takes it, the next one is read.
			this.#options.onFailed(error);
			const id = idOf(read.message);
			const message = "The server failed to take this message; its log says more";
			if (id !== null) this.#options.onRejected({ id, code: ErrorCodes.internalError, message });
		}
	}

	#reject(code: Rejection["code"], message: string): void {
		this.#options.onRejected({ id: null, code, message });
	}
}

const contentLength = (header: string): number | null => {
	for (const line of header.split("\r\n")) {
		const match = /^content-length:[ \t]*(\d{1,15})[ \t]*$/i.exec(line);
		if (match) return Number(match[1]);
	}
	return null;
};
