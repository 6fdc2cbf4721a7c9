/**
 * Text that stands for the parts of a picture wherever a terminal with kitty's protocol draws it ("Unicode
 * placeholders"): the picture's id is its colour.
 */
import { plainText } from "../../../ground/text/plainText.ts";
import type { PlainText } from "../../../ground/text/screenText.ts";

/** A row of a picture that is so many cells wide. */
export const placeholders = (row: number, columns: number): PlainText =>
	plainText(
		Array.from({ length: columns }, (_, column) => `\u{10eeee}${marks[row]}${marks[column]}`).join(""),
	);

/** The combining marks that count rows and columns, in the protocol's order; more than a window shows. */
const marks: readonly string[] = [
	[0x305],
	[0x30d, 0x30e],
	[0x310],
	[0x312],
	[0x33d, 0x33f],
	[0x346],
	[0x34a, 0x34c],
	[0x350, 0x352],
	[0x357],
	[0x35b],
	[0x363, 0x36f],
	[0x483, 0x487],
	[0x592, 0x595],
	[0x597, 0x599],
	[0x59c, 0x5a1],
	[0x5a8, 0x5a9],
	[0x5ab, 0x5ac],
	[0x5af],
	[0x5c4],
	[0x610, 0x617],
	[0x657, 0x65b],
	[0x65d, 0x65e],
	[0x6d6, 0x6dc],
	[0x6df, 0x6e2],
	[0x6e4],
	[0x6e7, 0x6e8],
	[0x6eb, 0x6ec],
	[0x730],
	[0x732, 0x733],
	[0x735, 0x736],
	[0x73a],
	[0x73d],
	[0x73f, 0x741],
	[0x743],
	[0x745],
	[0x747],
	[0x749, 0x74a],
	[0x7eb, 0x7f1],
	[0x7f3],
].flatMap(([first, last = first]) =>
	Array.from({ length: last! - first! + 1 }, (_, index) => String.fromCodePoint(first! + index)),
);

/** A picture has no more columns or rows. */
export const maxPlaceholders = marks.length;
