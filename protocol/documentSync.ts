/**
 * LSP's document sync, as the server and the proxy for editors both follow it: positions in the negotiated encoding,
 * changes in the order they were made.
 */
import { TextDocument } from "vscode-languageserver-textdocument";

export type PositionEncoding = "utf-16" | "utf-8" | "utf-32";
export type Position = { readonly line: number; readonly character: number };
export type DocumentChange = {
	readonly range?: { readonly start: Position; readonly end: Position };
	readonly text: string;
};

/** The first encoding a client offers that there is; LSP's own when it offers none. */
export const choosePositionEncoding = (offered: unknown): PositionEncoding => {
	const known = ["utf-16", "utf-8", "utf-32"] as const;
	const list: readonly unknown[] = Array.isArray(offered) ? offered : [];
	return (
		known.find((encoding) => encoding === list.find((each) => known.includes(each as never))) ?? "utf-16"
	);
};

/** The document after `changes`, each of which is told in terms of the text that the ones before it left. */
export const changeDocument = (
	document: TextDocument,
	changes: readonly DocumentChange[],
	version: number,
	encoding: PositionEncoding,
): TextDocument => {
	let changed = document;
	for (const { range, text } of changes) {
		if (!range) {
			changed = TextDocument.update(changed, [{ text }], version);
			continue;
		}
		const start = toUtf16(changed, range.start, encoding);
		const end = toUtf16(changed, range.end, encoding);
		const at = Math.min(changed.offsetAt(start), changed.offsetAt(end));
		changed = TextDocument.update(changed, [{ text, range: { start, end } }], version);
		if ([at, at + text.length].some((seam) => joinsLineEnd(changed.getText(), seam)))
			changed = TextDocument.create(changed.uri, changed.languageId, version, changed.getText());
	}
	return changed;
};

/** Two line ends have become one there: `TextDocument`, which counts lines piece by piece, would go on with both. */
const joinsLineEnd = (text: string, at: number): boolean => text[at - 1] === "\r" && text[at] === "\n";

/** A client's position in UTF-16 units. Past a line's end it is the end. */
export const toUtf16 = (document: TextDocument, position: Position, encoding: PositionEncoding): Position => {
	if (encoding === "utf-16") return position;
	let units = 0;
	let counted = 0;
	for (const char of lineText(document, position.line)) {
		if (counted >= position.character) break;
		counted += sizeOf(char, encoding);
		units += char.length;
	}
	return { line: position.line, character: units };
};

/** A position in UTF-16 units as the client counts. */
export const fromUtf16 = (
	document: TextDocument,
	position: Position,
	encoding: PositionEncoding,
): Position => {
	if (encoding === "utf-16") return position;
	let units = 0;
	let counted = 0;
	for (const char of lineText(document, position.line)) {
		if (units >= position.character) break;
		units += char.length;
		counted += sizeOf(char, encoding);
	}
	return { line: position.line, character: counted };
};

const lineText = (document: TextDocument, line: number): string =>
	document.getText({ start: { line, character: 0 }, end: { line, character: Number.MAX_SAFE_INTEGER } });

const sizeOf = (char: string, encoding: "utf-8" | "utf-32"): number => {
	if (encoding === "utf-32") return 1;
	const point = char.codePointAt(0) as number;
	return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
};
