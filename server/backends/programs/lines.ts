import { StringDecoder } from "node:string_decoder";

const maxLineChars = 32_000_000;

/**
 * Lines of JSON out of a stream's bytes. `node:readline` is not for them: it ends lines at U+2028 and U+2029 too, which
 * stand unescaped in JSON.
 */
export class Lines {
	readonly #decoder = new StringDecoder("utf8");
	#chars = 0;
	/** Pieces of the line that has not ended. */
	#begun: string[] = [];

	/** The lines that end with these bytes, without their ends. Throws at a line that is longer than any message. */
	feed(bytes: Buffer): string[] {
		const [first = "", ...others] = this.#decoder.write(bytes).split("\n");
		this.#begun.push(first);
		this.#chars += first.length;
		if (this.#chars > maxLineChars)
			throw new Error(`a line has more than ${maxLineChars.toLocaleString("en")} characters`);
		const last = others.pop();
		if (last === undefined) return [];
		const ended = [this.#begun.join(""), ...others];
		this.#begun = [last];
		this.#chars = last.length;
		return ended;
	}

	/** What is left when the stream has ended, the empty string for nothing. */
	end(): string {
		return this.#begun.splice(0).join("") + this.#decoder.end();
	}
}
