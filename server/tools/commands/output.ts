/** What a program prints, in bounded memory: head and tail to keep, and pieces to show meanwhile. */
import { StringDecoder } from "node:string_decoder";
import { headOf, tailOf } from "../../../ground/text/wholeCharacters.ts";

/** Collects text; of what is too long the middle is left out and counted. */
export class KeptText {
	readonly #decoder = new StringDecoder("utf8");
	readonly #headChars: number;
	readonly #tailChars: number;
	#head = "";
	#tail = "";
	#chars = 0;

	constructor(maxChars: number) {
		this.#headChars = Math.ceil(maxChars * 0.6);
		this.#tailChars = maxChars - this.#headChars;
	}

	/** The text of these bytes, as far as they make whole characters. */
	add(bytes: Buffer): string {
		const text = this.#decoder.write(bytes);
		this.#chars += text.length;
		const head = this.#tail === "" ? headOf(text, this.#headChars - this.#head.length) : "";
		this.#head += head;
		this.#tail += text.slice(head.length);
		if (this.#tail.length > 2 * this.#tailChars) this.#tail = tailOf(this.#tail, this.#tailChars);
		return text;
	}

	get text(): string {
		const tail = tailOf(this.#tail, this.#tailChars);
		const cut = this.#chars - this.#head.length - tail.length;
		return cut > 0 ? `${this.#head}\n[... ${cut} characters cut ...]\n${tail}` : this.#head + tail;
	}
}

const everyMs = 50;
const maxPieceChars = 8000;

/** Hands text on in pieces: at once after a pause, else a moment later, and of a flood the end alone. */
export class ShownText {
	readonly #show: (text: string) => void;
	#waiting = "";
	#timer: NodeJS.Timeout | null = null;
	#shownAt = 0;

	constructor(show: (text: string) => void) {
		this.#show = show;
	}

	add(text: string): void {
		this.#waiting = tailOf(this.#waiting + text, maxPieceChars);
		if (this.#timer !== null) return;
		const waitMs = this.#shownAt + everyMs - performance.now();
		if (waitMs <= 0) this.flush();
		else this.#timer = setTimeout(() => this.flush(), waitMs);
	}

	flush(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		const text = this.#waiting;
		this.#waiting = "";
		this.#shownAt = performance.now();
		if (text !== "") this.#show(text);
	}
}
