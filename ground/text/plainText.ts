/** Text of others for places where nothing acts and no colour is wanted. */
import { joined, type PlainText, rowsOf } from "./screenText.ts";
import { isPlain, type Move, nameControls, nameUnseen, type Piece, TextReader } from "./textPieces.ts";

/** Without its control sequences, as for a text that a program made. CR LF becomes LF; newlines and tabs stay. */
export const plainText = (text: string): PlainText => {
	if (isPlain(text)) return text;
	const reader = new TextReader();
	return joined([...seenOf(reader.read(text)), ...seenOf(reader.end())]);
};

/** Whether cleaning would leave a text as it is: all of it can be seen. */
export const isClean = (text: string): text is PlainText => plainText(text) === text;

/** Its rows, for where columns are counted. */
export const plainRows = (text: string): PlainText[] =>
	text === "" ? [] : rowsOf(withoutTabs(plainText(text.replace(/\n$/, ""))));

/** The same for text that comes in pieces, cut anywhere. */
export class PlainStream {
	readonly #reader = new TextReader();

	write(text: string): PlainText {
		return joined(seenOf(this.#reader.read(text)));
	}

	end(): PlainText {
		return joined(seenOf(this.#reader.end()));
	}
}

const seenOf = (pieces: readonly Piece[]): PlainText[] => pieces.filter(isSeen);

/** Text and, with it, line ends and tabs. */
export const isSeen = (piece: Piece): piece is PlainText =>
	piece === "\n" || piece === "\t" || !isMove(piece);

const isMove = (piece: Piece): piece is Move => piece.charCodeAt(0) < 0x20;

/** With its controls shown instead of done, `^[`, as for a text that a model or a person wrote. Newlines and tabs stay. */
export const shownText = (text: string): PlainText => (isPlain(text) ? text : nameControls(text));

/**
 * With everything shown that is not seen otherwise: for what a person must know to the letter, such as code that waits
 * for permission. Newlines and tabs stay.
 */
export const exposedText = (text: string): PlainText =>
	/^[\t\n\x20-\x7e]*$/.test(text) ? (text as PlainText) : nameUnseen(text);

/** On one row: line ends are blanks, tabs four of them. */
export const rowText = (text: string): PlainText => oneRow(shownText(text));
export const exposedRow = (text: string): PlainText => oneRow(exposedText(text));

const oneRow = (text: PlainText): PlainText => withoutTabs(text).replaceAll("\n", " ") as PlainText;

/** Tabs as four blanks, for where columns are counted. */
export const withoutTabs = (text: PlainText): PlainText => text.replaceAll("\t", "    ") as PlainText;
