/**
 * Turns the bytes of a terminal into keys, pastes and reports, whatever pieces they arrive in. A lone ESC byte waits
 * `escapeMs` for what follows: an Alt key sends ESC and its character together.
 */
import { decodeSequence } from "./keySequences.ts";
import type { KeyEvent } from "./keys.ts";

export type KeyDecoder = {
	feed(bytes: Uint8Array | string): void;
	/** Ends a wait: an unfinished sequence becomes the Escape key and what it typed. */
	flush(): void;
	dispose(): void;
};

export const createKeyDecoder = (onEvent: (event: KeyEvent) => void, escapeMs = 40): KeyDecoder =>
	new Decoder(onEvent, escapeMs);

/** A report that has begun is waited for longer: what came late would be typed into the input. */
const reportMs = 1000;
const reportBegins = /^\x1b\]\d/;

const pasteStart = "\x1b[200~";
const pasteEnd = "\x1b[201~";

class Decoder implements KeyDecoder {
	readonly #onEvent: (event: KeyEvent) => void;
	readonly #escapeMs: number;
	readonly #utf8 = new TextDecoder();
	#held = "";
	/** Pieces of an open paste; null outside of one. */
	#paste: string[] | null = null;
	#timer: NodeJS.Timeout | undefined;
	/** An ESC was told as a key, and may have been the beginning of a report. */
	#toldEscape = false;

	constructor(onEvent: (event: KeyEvent) => void, escapeMs: number) {
		this.#onEvent = onEvent;
		this.#escapeMs = escapeMs;
	}

	feed(bytes: Uint8Array | string): void {
		clearTimeout(this.#timer);
		const text = typeof bytes === "string" ? bytes : this.#utf8.decode(bytes, { stream: true });
		const isReport = this.#toldEscape && /^\]1[01];/.test(text);
		this.#toldEscape = false;
		this.#held += isReport ? `\x1b${text}` : text;
		this.#drain();
		if (this.#held === "" || this.#paste !== null) return;
		const waitMs = reportBegins.test(this.#held) ? reportMs : this.#escapeMs;
		this.#timer = setTimeout(() => this.flush(), waitMs);
	}

	flush(): void {
		clearTimeout(this.#timer);
		if (this.#paste !== null || this.#held === "") return;
		const held = this.#held;
		this.#held = "";
		// The end of it does not come any more; what there is of it is nobody's typing.
		if (reportBegins.test(held)) return;
		this.#toldEscape = held === "\x1b";
		this.#onEvent(decodeSequence("\x1b"));
		this.#held = held.slice(1);
		this.#drain();
	}

	dispose(): void {
		clearTimeout(this.#timer);
	}

	#drain(): void {
		const text = this.#held;
		let at = 0;
		while (at < text.length) {
			const length = this.#paste === null ? this.#readPiece(text, at) : this.#readPaste(text, at);
			if (length === 0) break;
			at += length;
		}
		this.#held = text.slice(at);
	}

	/** Units of the next whole piece, told; 0 when its end has not arrived. */
	#readPiece(text: string, at: number): number {
		const length = text[at] === "\x1b" ? sequenceLength(text, at) : codePointLength(text, at);
		const piece = text.slice(at, at + length);
		if (piece === pasteStart) this.#paste = [];
		else if (length > 0) this.#onEvent(decodeSequence(piece));
		return length;
	}

	/** An end marker may arrive in parts, so what may be its beginning is held back. */
	#readPaste(text: string, at: number): number {
		const end = text.indexOf(pasteEnd, at);
		if (end < 0) {
			const partial = text.indexOf("\x1b", Math.max(at, text.length - pasteEnd.length + 1));
			const until = partial < 0 ? text.length : partial;
			this.#paste!.push(text.slice(at, until));
			return until - at;
		}
		const pasted = this.#paste!.join("") + text.slice(at, end);
		this.#paste = null;
		this.#onEvent({ kind: "paste", text: cleanPaste(pasted) });
		return end + pasteEnd.length - at;
	}
}

/** Terminals send newlines as CR. What is not text does not enter the input. */
const cleanPaste = (text: string): string =>
	text.replace(/\r\n?/g, "\n").replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]/g, "");

const codePointLength = (text: string, at: number): number => {
	const unit = text.charCodeAt(at);
	if (unit < 0xd800 || unit > 0xdbff) return 1;
	return at + 1 < text.length ? 2 : 0;
};

/** Units of the sequence that starts with the ESC at `at`; 0 when its end has not arrived. */
const sequenceLength = (text: string, at: number): number => {
	const next = text[at + 1];
	if (next === undefined) return 0;
	if (next === "[") return csiLength(text, at);
	if (next === "O") return text.length > at + 2 ? 3 : 0;
	if (next === "]" || next === "P" || next === "_" || next === "^") {
		stringEnd.lastIndex = at + 2;
		const match = stringEnd.exec(text);
		if (match) return match.index + match[0].length - at;
		// Alt-] and its like come alone; a report comes in one piece with its beginning.
		return text.length === at + 2 ? 0 : text.length - at > 4096 ? 2 : 0;
	}
	// Escape pressed twice, or Escape before a sequence: the first is a key of its own.
	if (next === "\x1b") return 1;
	return 1 + codePointLength(text, at + 1) || 0;
};

const stringEnd = /\x07|\x1b\\/g;

const csiLength = (text: string, at: number): number => {
	for (let index = at + 2; index < text.length; index++) {
		const unit = text.charCodeAt(index);
		if (unit >= 0x40 && unit <= 0x7e) {
			// Linux console function keys: ESC [ [ A.
			if (text[index] === "[" && index === at + 2) return text.length > index + 1 ? index + 2 - at : 0;
			return index + 1 - at;
		}
		if (unit < 0x20 || unit > 0x7e) return index - at;
	}
	return 0;
};
