/**
 * Writes LSP frames, one write per message. `pendingBytes` tells how far the client is behind, so that who
 * writes can hold back instead of making the server grow.
 */
import type { Writable } from "node:stream";
import { AbstractMessageWriter, type Message } from "vscode-jsonrpc/node";

export class FrameWriter extends AbstractMessageWriter {
	readonly #stream: Writable;
	#closed = false;

	constructor(stream: Writable) {
		super();
		this.#stream = stream;
		stream.on("error", (error) => this.fireError(error));
		stream.on("close", () => {
			this.#closed = true;
			this.fireClose();
		});
	}

	get pendingBytes(): number {
		return this.#stream.writableLength;
	}

	/** Calls back once, when what was written has gone out. */
	onceDrained(callback: () => void): void {
		if (this.#stream.writableNeedDrain) this.#stream.once("drain", callback);
		else setImmediate(callback);
	}

	// What cannot be written any more is dropped: the connection is ending, and `onClose` says so.
	async write(message: Message): Promise<void> {
		if (this.#closed || this.#stream.destroyed) return;
		const body = Buffer.from(JSON.stringify(message), "utf8");
		this.#stream.write(
			Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, "latin1"), body]),
		);
	}

	end(): void {
		if (!this.#stream.destroyed) this.#stream.end();
	}
}
