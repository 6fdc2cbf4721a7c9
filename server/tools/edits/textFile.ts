/** A text file as lines, and back to the same bytes: encoding, mark of order, and line ends are its own. */

import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { reasonOf } from "../../../ground/paths/fileReason.mjs";
import { EditError } from "./editError.ts";

export type LineEnd = "\n" | "\r\n" | "";

export type Line = {
	readonly text: string;
	/** Only the last line of a file may have none. */
	readonly end: LineEnd;
	/** Its number in the file that was read, from 0; `null` for one that an edit made. */
	readonly origin: number | null;
};

export type TextFile = {
	readonly lines: readonly Line[];
	/** `null`: there is no such file. */
	readonly bytes: Buffer | null;
	readonly encoding: Encoding;
	/** What lines that are added end with. */
	readonly end: "\n" | "\r\n";
};

/** `latin1` stands for every encoding of single bytes: they come back as they were. */
type Encoding = "utf8" | "utf8 with a mark" | "utf16" | "latin1";

/** Larger ones are not edited line by line. */
const maxBytes = 20 * 1024 * 1024;

/** Throws `EditError` for what is no text file. A file that is not there is an empty one. */
export const readTextFile = (path: string): TextFile => {
	const bytes = readBytes(path);
	if (bytes === null) return { lines: [], bytes, encoding: "utf8", end: "\n" };
	const encoding = encodingOf(bytes);
	if (encoding !== "utf16" && bytes.includes(0)) throw new EditError(`${path} is no text: it has NUL bytes.`);
	const lines = toLines(decode(bytes, encoding));
	const crlf = lines.filter(({ end }) => end === "\r\n").length;
	return { lines, bytes, encoding, end: crlf * 2 > lines.length ? "\r\n" : "\n" };
};

const readBytes = (path: string): Buffer | null => {
	const stats = statSync(path, { throwIfNoEntry: false });
	if (stats === undefined) return null;
	if (!stats.isFile()) throw new EditError(`${path} is no file.`);
	if (stats.size > maxBytes)
		throw new EditError(`${path} has ${stats.size} bytes, and ${maxBytes} are the most that is taken.`);
	try {
		return readFileSync(path);
	} catch (cause) {
		throw new EditError(`${path} could not be read: ${reasonOf(cause)}.`, { cause });
	}
};

/** The bytes of these lines in the file's encoding. Throws `EditError` for a character that it lacks. */
export const toBytes = (lines: readonly Line[], encoding: Encoding): Buffer => {
	const text = lines.map((line) => line.text + line.end).join("");
	switch (encoding) {
		case "utf8":
			return Buffer.from(text, "utf8");
		case "utf8 with a mark":
			return Buffer.from(`\ufeff${text}`, "utf8");
		case "utf16":
			return Buffer.from(`\ufeff${text}`, "utf16le");
		case "latin1": {
			const odd = /[^\0-\xff]/u.exec(text)?.[0];
			if (odd !== undefined)
				throw new EditError(
					`the file is not in UTF-8, and its encoding may have no ${odd}: convert it first.`,
				);
			return Buffer.from(text, "latin1");
		}
		default:
			return encoding satisfies never;
	}
};

const encodingOf = (bytes: Buffer): Encoding => {
	if (bytes[0] === 0xff && bytes[1] === 0xfe && bytes.length % 2 === 0) return "utf16";
	if (!isUtf8(bytes)) return "latin1";
	return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? "utf8 with a mark" : "utf8";
};

const decode = (bytes: Buffer, encoding: Encoding): string => {
	if (encoding === "latin1") return bytes.toString("latin1");
	if (encoding === "utf16") return bytes.subarray(2).toString("utf16le");
	return bytes.subarray(encoding === "utf8" ? 0 : 3).toString("utf8");
};

const toLines = (text: string): Line[] => {
	const lines: Line[] = [];
	for (let at = 0; at < text.length; ) {
		const newline = text.indexOf("\n", at);
		const stop = newline < 0 ? text.length : newline;
		const isCrlf = newline > at && text[newline - 1] === "\r";
		lines.push({
			text: text.slice(at, isCrlf ? stop - 1 : stop),
			end: newline < 0 ? "" : isCrlf ? "\r\n" : "\n",
			origin: lines.length,
		});
		at = stop + 1;
	}
	return lines;
};
