import {
	closeSync,
	fchmodSync,
	fsyncSync,
	openSync,
	realpathSync,
	renameSync,
	type Stats,
	statSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file all or not at all: beside it, then renamed. Links stay links, and a file keeps its mode. One with other
 * names, or in a folder that cannot be written, is written in its place.
 */
export const writeWhole = (path: string, text: string): void => {
	const { target, facts } = existing(path);
	const beside = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
	const file = facts !== null && facts.nlink > 1 ? null : openBeside(beside, facts !== null);
	if (file === null) {
		writeFileSync(target, text);
		return;
	}
	try {
		try {
			if (facts !== null) fchmodSync(file, facts.mode & 0o7777);
			writeFileSync(file, text);
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
		renameSync(beside, target);
	} catch (error) {
		unlinkSync(beside);
		throw error;
	}
};

const existing = (path: string): { target: string; facts: Stats | null } => {
	try {
		const target = realpathSync(path);
		return { target, facts: statSync(target) };
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		return { target: path, facts: null };
	}
};

const openBeside = (path: string, mayBeInPlace: boolean): number | null => {
	try {
		return openSync(path, "wx", 0o666);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (mayBeInPlace && (code === "EACCES" || code === "EPERM")) return null;
		throw error;
	}
};
