/**
 * Damage to SQLite's write-ahead log. SQLite reads a log up to the first frame that is not whole, as the end of one
 * that was being written; what stands behind a damaged frame it leaves out without a word.
 *
 * The format: https://www.sqlite.org/fileformat.html#the_write_ahead_log
 */
import { copyFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { closeToOthers } from "../../ground/paths/privateFiles.mjs";

const headerBytes = 32;
const frameHeaderBytes = 24;
/** A log grows to some 40 MB; of what is larger by far something else is wrong. */
const maxBytes = 512 * 1024 * 1024;

/**
 * Looks at a database's log before SQLite does. When it holds what SQLite would leave out, the log is kept beside it,
 * and a sentence for the person comes back.
 */
export const keepDamagedLog = (file: string): string | null => {
	const log = `${file}-wal`;
	const { size } = statSync(log, { throwIfNoEntry: false }) ?? { size: 0 };
	if (size <= headerBytes || size > maxBytes) return null;
	const lost = lostFrames(readFileSync(log));
	if (lost === 0) return null;
	const kept = nameBeside(`${log}.damaged`);
	copyFileSync(log, kept);
	closeToOthers(kept);
	return `The log of the database was damaged: ${lost} of its last pages could not be read, so the latest of your sessions may be missing. What was there is kept in ${kept}; look at the disk, and at what copies or restores ${file}.`;
};

const nameBeside = (path: string): string => {
	for (let number = 1; ; number++) if (!existsSync(`${path}-${number}`)) return `${path}-${number}`;
};

/** How many frames of committed transactions stand where SQLite does not read them; 0 for a log that just ends. */
export const lostFrames = (log: Buffer): number => {
	if (log.length < headerBytes + frameHeaderBytes) return 0;
	const isLittle = log.readUInt32BE(0) === 0x377f0682;
	const pageBytes = log.readUInt32BE(8) === 1 ? 65_536 : log.readUInt32BE(8);
	const isPageSize = pageBytes >= 512 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0;
	const frameBytes = frameHeaderBytes + (isPageSize ? pageBytes : 4096);
	const count = Math.floor((log.length - headerBytes) / frameBytes);
	const isHeader =
		(isLittle || log.readUInt32BE(0) === 0x377f0683) &&
		isPageSize &&
		isSum(log, 24, sum(log, 0, 24, [0, 0], isLittle));
	// Without its header none of it is read.
	if (!isHeader) return log.subarray(0, headerBytes).every((byte) => byte === 0) ? 0 : count;

	const salt = log.subarray(16, 24);
	const at = (frame: number): number => headerBytes + frame * frameBytes;
	const isOfThisLog = (frame: number): boolean => log.subarray(at(frame) + 8, at(frame) + 16).equals(salt);
	const isWhole = (frame: number): boolean => {
		const before = frame === 0 ? sumAt(log, 24) : sumAt(log, at(frame - 1) + 16);
		const head = sum(log, at(frame), 8, before, isLittle);
		return (
			isOfThisLog(frame) &&
			isSum(log, at(frame) + 16, sum(log, at(frame) + frameHeaderBytes, pageBytes, head, isLittle))
		);
	};
	let first = 0;
	while (first < count && isWhole(first)) first++;
	if (first === count) return 0;
	let last = count - 1;
	while (last > first && !isOfThisLog(last)) last--;
	// What an earlier log left behind has other salts; one damaged frame may have lost its own.
	if (last === first && !isOfThisLog(first)) return 0;
	const frames = Array.from({ length: last - first + 1 }, (_, index) => first + index);
	const hasCommit = frames.some((frame) => log.readUInt32BE(at(frame) + 4) !== 0);
	return hasCommit ? frames.length : 0;
};

type Sum = readonly [number, number];

const sumAt = (log: Buffer, at: number): Sum => [log.readUInt32BE(at), log.readUInt32BE(at + 4)];

const isSum = (log: Buffer, at: number, [first, second]: Sum): boolean =>
	log.readUInt32BE(at) === first && log.readUInt32BE(at + 4) === second;

const sum = (log: Buffer, at: number, bytes: number, before: Sum, isLittle: boolean): Sum => {
	let [first, second] = before;
	for (let from = at; from < at + bytes; from += 8) {
		first = (first + (isLittle ? log.readUInt32LE(from) : log.readUInt32BE(from)) + second) >>> 0;
		second = (second + (isLittle ? log.readUInt32LE(from + 4) : log.readUInt32BE(from + 4)) + first) >>> 0;
	}
	return [first, second];
};
