/**
 * Text of others, read as a terminal reads it: what is seen, line ends, movements, control sequences. The one place
 * that knows which characters act, reorder or hide.
 */
import type { PlainText } from "./screenText.ts";

/** Where a terminal would go: a sequence with its end, whatever form it came in, or one of the four controls. */
export type Move = `\x1b[${string}` | "\n" | "\r" | "\b" | "\t";
/** What is seen, or a move. Other controls, and strings for the terminal, vanish. */
export type Piece = PlainText | Move;

/** Marks that a character may carry; more of them run over other lines. */
const maxMarks = 5;
/** What is kept of a sequence whose end has not come. */
const maxHeld = 256;

const controls = "\\x00-\\x1f\\x7f-\\x9f";
/** A text can hold another that nobody sees, or be shown in another order, by these. */
const unseen = "\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb\\u2028\\u2029\\p{Cs}";
const special = `${controls}${unseen}`;
const joiners = "\\u200c\\u200d";
/** The second range has variants of ideographs alone: behind anything else they are bytes that nobody sees. */
const variants = "\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}";
/** Emoji and some scripts need them: a joiner between two characters, and the variant of the one before. */
const letter = `[^\\x00-\\x7f${special}]`;
const variant = `(?<=${letter}|[0-9#*])[\\ufe00-\\ufe0f]|(?<=\\p{Unified_Ideograph})[\\u{e0100}-\\u{e01ef}]`;
const varied = `${letter}[\\ufe00-\\ufe0f]?|\\p{Unified_Ideograph}[\\u{e0100}-\\u{e01ef}]`;
const joining = `(?<=${varied})[${joiners}](?=${letter})|${variant}`;
const seen = `(?:[^${special}]+|${joining})+`;
const mark = "[\\p{Mn}\\p{Me}]";

const csi = "(?:\\x1b\\[|\\x9b)[\\x30-\\x3f]*[\\x20-\\x2f]*[\\x40-\\x7e]?";
/** A string ends with its terminator, or where its line or another sequence begins. */
const string = "(?:\\x1b[\\]P_^X]|[\\x9d\\x90\\x9f\\x9e\\x98])[^\\x07\\x1b\\x9c\\n]*";
const shortEscape = "\\x1b[\\x20-\\x2f]*[\\x30-\\x7e]?";

const pieces = new RegExp(
	`(${seen})|\\r\\n|${csi}|${string}(?:\\x07|\\x1b\\\\|\\x9c)?|${shortEscape}|[${special}]`,
	"gu",
);
const characters = new RegExp(`(${seen})|[${special}]`, "gu");
const concealed = new RegExp(
	`(?![\\n\\t ])[${special}\\p{Zs}\\u2800]|(?<=${mark}{${maxMarks}})${mark}`,
	"gu",
);
const excess = new RegExp(`(?<=${mark}{${maxMarks}})${mark}+`, "gu");
const anyExcess = new RegExp(`${mark}{${maxMarks + 1}}`, "u");
/** Without any of these there is nothing to look at. */
const notable = new RegExp(`(?![\\t\\n])[${special}\\p{Mn}\\p{Me}]`, "u");
const anySpecial = new RegExp(`(?![\\t\\n])[${special}]|${mark}{${maxMarks + 1}}`, "u");

/** Whether anything in a text acts, reorders or hides. */
export const isPlain = (text: string): text is PlainText => !notable.test(text) || !anySpecial.test(text);

/** Reads text that comes in pieces, cut anywhere: what is read does not depend on where. */
export class TextReader {
	/** The end of the text as it came: whether the next character joins depends on it. */
	#before = "";
	/** The end of what was seen last, with its marks. */
	#seen = "";
	/** The beginning of a sequence, or of a character. */
	#held = "";
	/** A sequence that has no end yet, too long to be of interest. */
	#skips: RegExp | null = null;

	read(text: string): Piece[] {
		if (this.#held === "" && this.#skips === null && !notable.test(text)) return this.#plain(text);
		const input = this.#held + this.#behindSkipped(text);
		this.#held = halfCharacter.exec(input)?.[0] ?? "";
		return this.#pieces(input.slice(0, input.length - this.#held.length), "goesOn");
	}

	/** Nothing more comes. */
	end(): Piece[] {
		const held = this.#held;
		this.#held = "";
		this.#skips = null;
		return this.#pieces(held, "ends");
	}

	#pieces(text: string, then: "goesOn" | "ends"): Piece[] {
		const input = this.#before + text;
		const found: Piece[] = [];
		pieces.lastIndex = this.#before.length;
		for (let match = pieces.exec(input); match !== null; match = pieces.exec(input)) {
			let [piece, seen] = match;
			// Behind a sequence there is nothing to join.
			const loose = this.#before === "" ? leadingJoiner.exec(piece)?.[0] : undefined;
			if (loose !== undefined) {
				[piece, seen] = [loose, undefined];
				pieces.lastIndex = match.index + loose.length;
			}
			if (seen === undefined && then === "goesOn" && pieces.lastIndex === input.length && this.#hold(piece))
				break;
			const isText = seen !== undefined || isUnseen(piece);
			this.#before = isText ? (this.#before + piece).slice(-2 * maxMarks) : "";
			const read = isText ? this.#see(seen ?? shownAs(piece)) : move(piece);
			if (read === "\n" || read === "\t") this.#seen = "";
			if (read !== "") found.push(read);
		}
		pieces.lastIndex = 0;
		return found;
	}

	#plain(text: string): Piece[] {
		const found = text.match(/[^\n\t]+|[\n\t]/g) as Piece[] | null;
		if (found === null) return [];
		const last = found.at(-1)!;
		this.#before = this.#seen = /[\n\t]/.test(last) ? "" : last.slice(-2 * maxMarks);
		return found;
	}

	#see(text: string): PlainText {
		const before = this.#seen;
		const whole = before + text;
		const kept = anyExcess.test(whole) ? whole.replace(excess, "") : whole;
		this.#seen = kept.slice(-2 * maxMarks);
		return kept.slice(before.length) as PlainText;
	}

	/** Keeps the last piece of a text if it may go on in the next. */
	#hold(piece: string): boolean {
		const skips = openString.test(piece)
			? /[\x07\x1b\x9c\n]/
			: piece.length > maxHeld
				? /[^\x20-\x3f]/
				: null;
		if (skips === null && !unfinished.test(piece)) return false;
		this.#skips = skips;
		this.#held = skips === null ? piece + this.#held : "";
		if (skips !== null) this.#before = "";
		return true;
	}

	/** The text behind the end of what is skipped. */
	#behindSkipped(text: string): string {
		const end = this.#skips?.exec(text);
		if (end === null) return "";
		if (end === undefined) return text;
		this.#skips = null;
		const isTheirs = /[\x07\x9c\x40-\x7e]/.test(end[0]);
		return text.slice(end.index + (isTheirs ? 1 : 0));
	}
}

/** The first half of one, with what joins it to the one before. */
const halfCharacter = /[\u200c\u200d]?[\ud800-\udbff]$/;
const openString = new RegExp(`^${string}$`, "u");
const unfinished = new RegExp(
	`^(?:\\r|[${joiners}]|\\x1b[\\x20-\\x2f]*|(?:\\x1b\\[|\\x9b)[\\x30-\\x3f]*[\\x20-\\x2f]*)$`,
	"u",
);

const leadingJoiner = new RegExp(`^[${joiners}${variants}]`, "u");

const isUnseen = (piece: string): boolean => piece.charCodeAt(0) > 0x9f;

const move = (piece: string): Move | "" => {
	if (piece === "\r\n" || piece === "\n") return "\n";
	if (piece === "\r" || piece === "\b" || piece === "\t") return piece;
	if (!/[\x40-\x7e]$/.test(piece)) return "";
	if (piece.startsWith("\x1b[")) return piece as Move;
	return piece[0] === "\x9b" ? `\x1b[${piece.slice(1)}` : "";
};

/** Those that have an effect on nothing but line breaks vanish; those that hide or reorder are named. */
const shownAs = (character: string): string => {
	if (/^(?:\u00ad|[\u200b-\u200d]|\u2060|\ufe0e|\ufe0f|\ufeff)/.test(character)) return "";
	if (/^[\u2028\u2029]/.test(character)) return " ";
	return /^\p{Cs}/u.test(character) ? "�" : codePointName(character);
};

/** The text with its controls named, `^[` or `<U+009B>`. Tabs and newlines stay. */
export const nameControls = (text: string): PlainText =>
	text
		.replace(characters, (piece, seen: string | undefined) =>
			seen !== undefined ? piece : isControl(piece) ? controlName(piece) : shownAs(piece),
		)
		.replace(excess, "") as PlainText;

/** The text with everything named that is not seen, blanks of other kinds too. Tabs, newlines and blanks stay. */
export const nameUnseen = (text: string): PlainText =>
	text.replace(concealed, (piece) =>
		isControl(piece) ? controlName(piece) : codePointName(piece),
	) as PlainText;

const isControl = (piece: string): boolean => /^[\x00-\x1f\x7f-\x9f]/.test(piece);

const controlName = (control: string): string =>
	/[\n\t]/.test(control)
		? control
		: control > "\x7f"
			? codePointName(control)
			: `^${String.fromCharCode(control.charCodeAt(0) ^ 64)}`;

/** As `<U+202E>`. */
const codePointName = (character: string): string =>
	`<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`;
