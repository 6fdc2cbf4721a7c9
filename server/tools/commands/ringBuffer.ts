/** The last bytes of a stream, by their places in the whole of it. */
export class RingBuffer {
	readonly #maxBytes: number;
	readonly #pieces: Buffer[] = [];
	/** The place of the first byte that is kept. */
	#start = 0;
	#end = 0;

	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	get start(): number {
		return this.#start;
	}

	get end(): number {
		return this.#end;
	}

	add(bytes: Buffer): void {
		this.#pieces.push(bytes);
		this.#end += bytes.length;
		while (this.#end - this.#start > this.#maxBytes) {
			const first = this.#pieces[0]!;
			const over = this.#end - this.#start - this.#maxBytes;
			if (first.length <= over) this.#pieces.shift();
			else this.#pieces[0] = first.subarray(over);
			this.#start += Math.min(first.length, over);
		}
	}

	/** Bytes from a place on, as far as they are kept. */
	read(from: number, maxBytes: number): Buffer {
		const found: Buffer[] = [];
		let left = maxBytes;
		let at = this.#start;
		for (const piece of this.#pieces) {
			const skipped = Math.max(0, from - at);
			if (skipped < piece.length && left > 0) {
				const part = piece.subarray(skipped, skipped + left);
				found.push(part);
				left -= part.length;
			}
			at += piece.length;
		}
		return Buffer.concat(found);
	}
}
