/**
 * Writes LSP frames. Those of one turn of the event loop go out together at its end, after what it began: a write
 * takes a fifth of a millisecond, and a prompt's request need not wait for the news of it. Hints go out at once.
 * `pendingBytes` tells how far the client is behind, so that who writes can hold back instead of making the server grow.
 */
import type { Writable } from "node:stream";
import { AbstractMessageWriter, type Message } from "vscode-jsonrpc/node";

export class FrameWriter extends AbstractMessageWriter {
	readonly #stream: Writable;
	#closed = false;
	#isHeld = false;

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
		const isShownAtOnce = isHint(message);
		if (!isShownAtOnce) this.#hold();
		this.#stream.write(
			Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`, "latin1"), body]),
		);
		if (isShownAtOnce) this.flush();
	}

	/** Lets go out what is held for the end of the turn. */
	flush(): void {
		if (!this.#isHeld) return;
		this.#isHeld = false;
		this.#stream.uncork();
	}

	end(): void {
		if (!this.#stream.destroyed) this.#stream.end();
	}

	#hold(): void {
		if (this.#isHeld) return;
		this.#isHeld = true;
		this.#stream.cork();
		setImmediate(() => this.flush());
	}
}

/** What is shown as it comes: deltas, live output. */
const isHint = (message: Message): boolean =>
	(message as { params?: { kind?: unknown } }).params?.kind === "hint";
