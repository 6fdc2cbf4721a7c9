/** Which files of a folder were made or changed since a moment, by their own times: looked through in pieces, bounded. */
import { lstatSync, type Stats } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTick } from "node:timers/promises";
import { lies, skippedFolders } from "../places.ts";

export type Written = { readonly path: string; readonly bytes: number };

const maxEntries = 20_000;
/** So many are looked at before others have their turn. */
const piece = 200;
/** The system's clock of files goes in steps. */
const clockMs = 10;

/** `isWhole`: all was looked at. Never rejects. Links are not followed. */
export const filesSince = async (
	folder: string,
	sinceMs: number,
	without: readonly string[],
): Promise<{ readonly written: readonly Written[]; readonly isWhole: boolean }> => {
	const written: Written[] = [];
	const waiting = [folder];
	let left = maxEntries;
	for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
		const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
		for (const entry of entries) {
			if (--left < 0) return { written, isWhole: false };
			if (left % piece === 0) await nextTick();
			const path = join(at, entry.name);
			if (entry.isDirectory()) {
				if (!skippedFolders.has(entry.name) && !without.some((own) => lies(path, own))) waiting.push(path);
				continue;
			}
			if (!entry.isFile()) continue;
			const stats = statsOf(path);
			if (stats !== null && stats.ctimeMs >= sinceMs - clockMs) written.push({ path, bytes: stats.size });
		}
	}
	return { written, isWhole: true };
};

const statsOf = (path: string): Stats | null => {
	try {
		return lstatSync(path);
	} catch {
		// It went meanwhile.
		return null;
	}
};
