/** What a file held before a turn's tools edited it, and how it differs afterwards. */
import { createHash } from "node:crypto";
import type { FileChange } from "../../../protocol/index.ts";
import { diffText } from "../edits/changes.ts";
import { matched } from "../edits/lineMatch.ts";
import { readTextFile, type TextFile } from "../edits/textFile.ts";

/** Longer ones are kept as their fingerprint: that they differ is told, not how. */
const maxKeptBytes = 1024 * 1024;
const maxDiffChars = 20_000;

export type FileBefore =
	| { readonly kind: "text"; readonly file: TextFile }
	| { readonly kind: "long"; readonly hash: string }
	/** It could not be read, as a folder cannot, or is no text. */
	| { readonly kind: "unknown" };

export const fileBefore = (path: string): FileBefore => {
	const file = read(path);
	if (file === null) return { kind: "unknown" };
	const { bytes } = file;
	return bytes !== null && bytes.length > maxKeptBytes
		? { kind: "long", hash: hashOf(bytes) }
		: { kind: "text", file };
};

/** How the file differs now, under the name that people know it by; `null` when it does not, or nobody can tell. */
export const fileChange = (path: string, name: string, before: FileBefore): FileChange | null => {
	if (before.kind === "unknown") return null;
	const now = read(path);
	if (now === null) return null;
	const unknown = { path: name, added: null, removed: null, diff: null };
	if (before.kind === "long") {
		if (now.bytes === null) return { ...unknown, change: "deleted" };
		return hashOf(now.bytes) === before.hash ? null : { ...unknown, change: "changed" };
	}
	const { bytes, lines } = before.file;
	if (bytes === null ? now.bytes === null : now.bytes?.equals(bytes)) return null;
	const change = bytes === null ? "made" : now.bytes === null ? "deleted" : "changed";
	if ((now.bytes?.length ?? 0) > maxKeptBytes) return { ...unknown, change };
	const text = diffText(name, lines, matched(lines, now.lines), bytes === null);
	const rows = text.split("\n").slice(2);
	const count = (sign: string): number => rows.filter((row) => row.startsWith(sign)).length;
	const diff = text.length > maxDiffChars ? null : text;
	return { path: name, change, added: count("+"), removed: count("-"), diff };
};

const read = (path: string): TextFile | null => {
	try {
		return readTextFile(path);
	} catch {
		return null;
	}
};

const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
