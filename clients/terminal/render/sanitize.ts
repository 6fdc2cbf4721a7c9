/**
 * Makes untrusted text safe for a terminal: of all control sequences only SGR colours stay, and each line closes the
 * colours it opened. Carriage returns and backspaces act as on a terminal, so a progress bar is its last state.
 */
import { codePointName, type Run, TerminalText } from "../../../ground/text/terminalText.ts";

/** The lines of a text, without newlines, safe to commit. */
export const sanitizeLines = (text: string): string[] => {
	const cleaner = createSanitizer();
	return [...cleaner.write(text), ...cleaner.rest()];
};

/** The text as one safe string. */
export const sanitize = (text: string): string => {
	const end = text.endsWith("\n") ? [""] : [];
	return [...sanitizeLines(text), ...end].join("\n");
};

/** For text that arrives in pieces; sequences and lines may be cut anywhere. */
export type Sanitizer = {
	/** Takes a piece, gives the lines that it finished. */
	write(text: string): string[];
	/** The lines that are not finished yet, as they would look. */
	rest(): string[];
};

export const createSanitizer = (): Sanitizer => {
	let style = "";
	const text = new TerminalText("", (parameters) => {
		style = mergeSgr(style, parameters);
		return style;
	});
	return { write: (piece) => text.write(piece).map(coloured), rest: () => text.rest.map(coloured) };
};

const coloured = (runs: readonly Run[]): string => {
	let line = "";
	let style = "";
	for (const [text, next] of runs) {
		line += (style === "" ? "" : "\x1b[0m") + next + text;
		style = next;
	}
	return style === "" ? line : `${line}\x1b[0m`;
};

/** A reset begins anew; everything else adds to what is in force, within bounds. */
const mergeSgr = (style: string, params: string): string => {
	const parts = params.split(";");
	const reset = lastReset(parts);
	const added = parts.slice(reset + 1).join(";");
	const base = reset >= 0 ? "" : style;
	if (added === "") return base;
	const merged = `${base}\x1b[${added}m`;
	return merged.length > 200 ? `\x1b[${added}m` : merged;
};

/** The index of the last parameter that resets; the numbers inside of a colour are none. */
const lastReset = (parts: readonly string[]): number => {
	let reset = -1;
	for (let index = 0; index < parts.length; index++) {
		const part = parts[index];
		if (part === "38" || part === "48" || part === "58") index += parts[index + 1] === "5" ? 2 : 4;
		else if (part === "" || part === "0") reset = index;
	}
	return reset;
};

/**
 * For text that a person must see as it is, such as code that waits for approval: nothing acts, nothing vanishes.
 * Controls are written as `^M` or `<U+202E>`; newlines stay, tabs are blanks.
 */
export const showControls = (text: string): string =>
	/[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/.test(
		text,
	)
		? text
				.replaceAll("\t", "    ")
				.replace(/[\x00-\x09\x0b-\x1f\x7f]/g, (unit) => `^${String.fromCharCode(unit.charCodeAt(0) ^ 64)}`)
				.replace(/[\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, codePointName)
				.replace(/\p{Cs}/gu, "�")
		: text;
