/**
 * The short names of lines by which edits address them, in the two forms that models know from the predecessors: four
 * hexadecimal digits (SipHash-1-3, its low 16 bits), and two Base64url characters (CRC-32, its low 12 bits).
 */
import { crc32 } from "node:zlib";

/** The form that views show. */
export const lineHash = (line: string): string => {
	const low = sipHash13(Buffer.from(line, "utf8"));
	return (low & 0xffff).toString(16).padStart(4, "0");
};

/** Whether a hash of either form names the line. */
export const namesLine = (hash: string, line: string): boolean =>
	hash.length === 2 ? hash === shortHash(line) : hash.toLowerCase() === lineHash(line);

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const shortHash = (line: string): string => {
	const low = crc32(Buffer.from(line, "utf8")) & 0xfff;
	return digits[low >> 6]! + digits[low & 63]!;
};

/** The low 32 bits, with a key of zeros, of the bytes and a last byte 0xff, as Rust hashes a string. */
const sipHash13 = (text: Buffer): number => {
	const length = text.length + 1;
	const state = new State();
	const byteAt = (at: number): number => (at < text.length ? text[at]! : at === text.length ? 0xff : 0);
	const wordAt = (at: number): number =>
		byteAt(at) | (byteAt(at + 1) << 8) | (byteAt(at + 2) << 16) | (byteAt(at + 3) << 24);
	const whole = length - (length % 8);
	for (let at = 0; at < whole; at += 8) {
		// Most words lie within the text.
		const inside = at + 8 <= text.length;
		const low = inside ? text.readInt32LE(at) : wordAt(at);
		const high = inside ? text.readInt32LE(at + 4) : wordAt(at + 4);
		state.absorb(low, high);
	}
	state.absorb(wordAt(whole), (wordAt(whole + 4) & 0x00ffffff) | ((length & 0xff) << 24));
	return state.finish();
};

/** Four words of 64 bits, each as two of 32. */
class State {
	#a = 0x70736575;
	#A = 0x736f6d65;
	#b = 0x6e646f6d;
	#B = 0x646f7261;
	#c = 0x6e657261;
	#C = 0x6c796765;
	#d = 0x79746573;
	#D = 0x74656462;

	absorb(low: number, high: number): void {
		this.#d ^= low;
		this.#D ^= high;
		this.#round();
		this.#a ^= low;
		this.#A ^= high;
	}

	finish(): number {
		this.#c ^= 0xff;
		for (let at = 0; at < 3; at++) this.#round();
		return (this.#a ^ this.#b ^ this.#c ^ this.#d) >>> 0;
	}

	#round(): void {
		let [a, A, b, B] = [this.#a, this.#A, this.#b, this.#B];
		let [c, C, d, D] = [this.#c, this.#C, this.#d, this.#D];
		let low: number;
		let turned: number;
		// a += b; b = rotate(b, 13) ^ a; a = rotate(a, 32)
		low = (a >>> 0) + (b >>> 0);
		A = (A + B + (low > 0xffffffff ? 1 : 0)) | 0;
		a = low | 0;
		turned = (b << 13) | (B >>> 19);
		B = ((B << 13) | (b >>> 19)) ^ A;
		b = turned ^ a;
		[a, A] = [A, a];
		// c += d; d = rotate(d, 16) ^ c
		low = (c >>> 0) + (d >>> 0);
		C = (C + D + (low > 0xffffffff ? 1 : 0)) | 0;
		c = low | 0;
		turned = (d << 16) | (D >>> 16);
		D = ((D << 16) | (d >>> 16)) ^ C;
		d = turned ^ c;
		// a += d; d = rotate(d, 21) ^ a
		low = (a >>> 0) + (d >>> 0);
		A = (A + D + (low > 0xffffffff ? 1 : 0)) | 0;
		a = low | 0;
		turned = (d << 21) | (D >>> 11);
		D = ((D << 21) | (d >>> 11)) ^ A;
		d = turned ^ a;
		// c += b; b = rotate(b, 17) ^ c; c = rotate(c, 32)
		low = (c >>> 0) + (b >>> 0);
		C = (C + B + (low > 0xffffffff ? 1 : 0)) | 0;
		c = low | 0;
		turned = (b << 17) | (B >>> 15);
		B = ((B << 17) | (b >>> 15)) ^ C;
		b = turned ^ c;
		[c, C] = [C, c];
		[this.#a, this.#A, this.#b, this.#B] = [a, A, b, B];
		[this.#c, this.#C, this.#d, this.#D] = [c, C, d, D];
	}
}
