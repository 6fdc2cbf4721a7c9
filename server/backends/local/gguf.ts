/** The head of a model file, read without the model: what kind it is, and the window it was trained with. */
import { closeSync, openSync, readSync } from "node:fs";

export type GgufHead = {
	readonly name: string | null;
	readonly architecture: string | null;
	/** Tokens, where the file says so. */
	readonly trainedContext: number | null;
};

/** The file is no GGUF, or is cut before its head ends. */
export class NotGguf extends Error {
	override readonly name = "NotGguf";
}

/** The values that matter here stand in front of the vocabulary, which is not read. */
const headBytes = 64 * 1024;

/** Throws `NotGguf`, and what the file system throws. */
export const readGgufHead = (path: string): GgufHead => {
	const buffer = Buffer.alloc(headBytes);
	const file = openSync(path, "r");
	let length: number;
	try {
		length = readSync(file, buffer, 0, headBytes, 0);
	} finally {
		closeSync(file);
	}
	const cursor = new Cursor(buffer.subarray(0, length));
	if (length < 24 || cursor.take(4).toString("latin1") !== "GGUF")
		throw new NotGguf(`${path} is no GGUF model file.`);
	cursor.u32();
	cursor.u64();
	const count = cursor.u64();
	const values = new Map<string, string | number>();
	try {
		for (let index = 0; index < count; index++) {
			const key = cursor.text();
			const value = cursor.value(cursor.u32());
			if (value !== null) values.set(key, value);
		}
	} catch (error) {
		// The values that were wanted stand first.
		if (!(error instanceof RangeError)) throw error;
	}
	const textOf = (key: string) => {
		const value = values.get(key);
		return typeof value === "string" ? value : null;
	};
	const architecture = textOf("general.architecture");
	const context = values.get(`${architecture}.context_length`);
	return {
		name: textOf("general.name"),
		architecture,
		trainedContext: typeof context === "number" ? context : null,
	};
};

class Cursor {
	readonly #bytes: Buffer;
	#at = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	take(count: number): Buffer {
		if (this.#at + count > this.#bytes.length) throw new RangeError("The head is longer than what was read.");
		this.#at += count;
		return this.#bytes.subarray(this.#at - count, this.#at);
	}

	u32 = () => this.take(4).readUInt32LE();
	u64 = () => Number(this.take(8).readBigUInt64LE());
	text = () => this.take(this.u64()).toString("utf8");

	/** `null` for a list, which is passed over. Types as in the format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
	value(type: number): string | number | null {
		if (type === 8) return this.text();
		if (type === 9) {
			const itemType = this.u32();
			const count = this.u64();
			if (itemType === 8 || itemType === 9) for (let index = 0; index < count; index++) this.value(itemType);
			else this.take(count * (sizes[itemType] ?? 0));
			return null;
		}
		const bytes = this.take(sizes[type] ?? 0);
		if (type === 6) return bytes.readFloatLE();
		if (type === 12) return bytes.readDoubleLE();
		if (type === 10 || type === 11) return Number(bytes.readBigUInt64LE());
		return bytes.length === 0 ? 0 : bytes.readUIntLE(0, bytes.length);
	}
}

/** By type; 0 where the size is told in the file. */
const sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
