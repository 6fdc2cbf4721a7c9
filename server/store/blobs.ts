import {
	closeSync,
	constants,
	existsSync,
	fstatSync,
	readdirSync,
	readSync,
	rmSync,
	statSync,
	unlinkSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../../ground/paths/fileReason.mjs";
import { ensurePrivateFolder, openOwnFile } from "../../ground/paths/privateFiles.mjs";
import { PrivatePathError } from "../../ground/paths/privatePathError.mjs";
import { wholeCut, wholeCutAfter } from "../../ground/text/wholeCharacters.ts";
import { type Store, StoreError } from "./store.ts";

/**
 * Text beyond a cell's cap: one file per blob, UTF-16 without a mark, so that a place in characters is a place in
 * bytes and nothing is lost between chunks.
 */
export const createBlobs = (
	folder: string,
	now: () => number,
): Pick<Store, "readBlob" | "appendBlob" | "keepBlobsSmall"> => {
	let prepared = false;
	let prunedAt = Number.NEGATIVE_INFINITY;
	return {
		keepBlobsSmall: () => {
			if (now() - prunedAt < pruneEveryMs) return;
			prunedAt = now();
			pruneBlobs(folder, { minTime: now() - keptMs, maxBytes: keptBytes });
		},
		appendBlob: (_sessionId, blobId, text) => {
			if (!prepared) ensurePrivateFolder(folder);
			prepared = true;
			const { O_APPEND, O_CREAT, O_WRONLY } = constants;
			withFile(blobPath(folder, blobId), O_WRONLY | O_APPEND | O_CREAT, (file) => {
				for (let from = 0; from < text.length; from += pieceChars) {
					const bytes = piece.write(text.slice(from, from + pieceChars), 0, "utf16le");
					for (let at = 0; at < bytes; ) at += writeSync(file, piece, at, bytes - at);
				}
			});
		},
		readBlob: (blobId, offset, maxChars) => {
			const path = blobPath(folder, blobId);
			if (!existsSync(path)) return null;
			return withFile(path, constants.O_RDONLY, (file) => {
				const totalChars = Math.floor(fstatSync(file).size / 2);
				// A unit more on both sides tells whether a pair would be split.
				const from = Math.max(0, Math.min(offset, totalChars) - 1);
				const text = readChars(file, from, Math.min(maxChars + 2, totalChars - from));
				const start = wholeCut(text, Math.min(offset, totalChars) - from);
				const end = wholeCut(text, Math.min(text.length, start + maxChars));
				// The smallest piece is one character.
				const piece = text.slice(start, end > start ? end : wholeCutAfter(text, start + 1));
				return { text: piece, offset: from + start, totalChars };
			});
		},
	};
};

/** Text is written by way of one buffer: a new one for each piece would fill the memory faster than it is collected. */
const pieceChars = 32 * 1024;
const piece = Buffer.alloc(2 * pieceChars);

const readChars = (file: number, offset: number, chars: number): string => {
	const bytes = Buffer.alloc(chars * 2);
	let filled = 0;
	while (filled < bytes.length) {
		const read = readSync(file, bytes, filled, bytes.length - filled, offset * 2 + filled);
		if (read === 0) break;
		filled += read;
	}
	return bytes.toString("utf16le", 0, filled);
};

/** Looking at the folder takes a moment: once in a while is enough. */
const pruneEveryMs = 60 * 60 * 1000;
/** Output beyond the cap is kept for half a year, and two gigabytes of it. */
const keptMs = 183 * 24 * 60 * 60 * 1000;
const keptBytes = 2_000_000_000;

/** Deletes the oldest blobs until what stays is newer than `minTime` and together at most `maxBytes`. */
export const pruneBlobs = (folder: string, limits: { minTime: number; maxBytes: number }): number => {
	if (!statSync(folder, { throwIfNoEntry: false })) return 0;
	const blobs = readdirSync(folder)
		.map((name) => ({
			path: join(folder, name),
			stats: statSync(join(folder, name), { throwIfNoEntry: false }),
		}))
		.flatMap(({ path, stats }) => (stats?.isFile() ? [{ path, time: stats.mtimeMs, bytes: stats.size }] : []))
		.sort((a, b) => b.time - a.time);
	let kept = 0;
	let deleted = 0;
	for (const { path, time, bytes } of blobs) {
		kept += bytes;
		if (time >= limits.minTime && kept <= limits.maxBytes) continue;
		unlinkSync(path);
		deleted += 1;
	}
	return deleted;
};

/** Those that are gone already are no problem. */
export const deleteBlobs = (folder: string, blobIds: readonly string[]): void => {
	for (const blobId of blobIds) rmSync(blobPath(folder, blobId), { force: true });
};

const blobPath = (folder: string, blobId: string): string => {
	if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(blobId))
		throw new StoreError(`"${blobId}" cannot name a blob: use letters, digits, "-" and "_".`);
	return join(folder, blobId);
};

const withFile = <Result>(path: string, flags: number, work: (file: number) => Result): Result => {
	try {
		const file = openOwnFile(path, flags);
		try {
			return work(file);
		} finally {
			closeSync(file);
		}
	} catch (cause) {
		const text =
			cause instanceof PrivatePathError
				? cause.message
				: `Output file ${path}: ${reasonOf(cause)}. Check the disk and the folder.`;
		throw new StoreError(text, { cause, refused: true });
	}
};
