/** Halves of surrogate pairs alone are no text: no disk, kernel or other program takes them. */
import { isHigh } from "./wholeCharacters.ts";

/** The same value with each half in its texts replaced by U+FFFD, which is as long; itself where there is none. */
export const wellFormed = <T>(value: T): T => {
	if (typeof value === "string") return value.toWellFormed() as T;
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) {
		const items = value.map(wellFormed);
		return items.every((item, at) => item === value[at]) ? value : (items as T);
	}
	let changed: Record<string, unknown> | null = null;
	for (const [name, each] of Object.entries(value)) {
		const kept = wellFormed(each);
		if (kept !== each) changed = { ...(changed ?? (value as Record<string, unknown>)), [name]: kept };
	}
	return (changed as T | null) ?? value;
};

/** Hands a text on in pieces of whole characters, however it was cut before. */
export class WholePieces {
	#half = "";

	/** What can be told with this piece; a half at its end waits for the next one. */
	take(piece: string): string {
		const text = this.#half + piece;
		this.#half = isHigh(text.charCodeAt(text.length - 1)) ? text.slice(-1) : "";
		return text.slice(0, text.length - this.#half.length);
	}
}
