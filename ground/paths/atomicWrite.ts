/**
 * Writes a file all or not at all: beside its place, then renamed. A link keeps pointing where it did, and a file that
 * is there keeps its mode and owner; one that is not to be written is not. One that has other names, or that nothing may be put in place of, gets the new
 * text in its place once all of it is on the disk elsewhere.
 */
import { randomBytes } from "node:crypto";
import {
	accessSync,
	closeSync,
	constants,
	fchmodSync,
	fchownSync,
	fstatSync,
	fsync,
	fsyncSync,
	ftruncateSync,
	lstatSync,
	openSync,
	readlinkSync,
	readSync,
	renameSync,
	rmSync,
	type Stats,
	statSync,
	writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { reasonOf } from "./fileReason.mjs";

/** A file was not written, and is as it was. The message names it and says why. */
export class WriteError extends Error {
	override readonly name = "WriteError";
}

/** `private`: nobody else may read it. `shared`: as the person's umask says, or as the file that is there. */
export type Access = "private" | "shared";

/** Throws `WriteError`. */
export const atomicWrite = (path: string, content: string | Uint8Array, access: Access): void => {
	const file = attempt(path, () => new PendingFile(path, access));
	try {
		attempt(path, () => {
			file.write(content);
			fsyncSync(file.descriptor);
			file.place();
		});
	} finally {
		file.discard();
	}
};

/** The same from pieces, each of which is written as it comes. Throws `WriteError`, and what the pieces throw. */
export const atomicWritePieces = async (
	path: string,
	pieces: AsyncIterable<string>,
	access: Access,
): Promise<void> => {
	const file = attempt(path, () => new PendingFile(path, access));
	try {
		for await (const piece of pieces) attempt(path, () => file.write(piece));
		await promisify(fsync)(file.descriptor).catch((cause) => {
			throw failed(path, cause);
		});
		attempt(path, () => file.place());
	} finally {
		file.discard();
	}
};

/** Where a text is until all of it is there. */
class PendingFile {
	readonly descriptor: number;
	readonly #target: string;
	readonly #temporary: string;
	readonly #access: Access;
	readonly #isBeside: boolean;
	#isKept = false;

	constructor(path: string, access: Access) {
		if (path.includes("\0")) throw new Error("a path cannot hold a NUL character");
		this.#access = access;
		this.#target = targetOf(path, 40);
		const before = statSync(this.#target, { throwIfNoEntry: false });
		if (before && !before.isFile()) throw new Error("it is not a regular file");
		if (before) accessSync(this.#target, constants.W_OK);
		const beside = before && before.nlink > 1 ? null : openBeside(this.#target, before, access);
		this.#isBeside = beside !== null;
		const { descriptor, temporary } = beside ?? openNew(tmpdir(), 0o600);
		this.descriptor = descriptor;
		this.#temporary = temporary;
	}

	write(content: string | Uint8Array): void {
		writeAll(this.descriptor, typeof content === "string" ? Buffer.from(content) : content);
	}

	place(): void {
		if (this.#isBeside && this.#renamed()) syncFolder(dirname(this.#target));
		else this.#copy();
	}

	discard(): void {
		closeSync(this.descriptor);
		if (!this.#isKept) rmSync(this.#temporary, { force: true });
	}

	#renamed(): boolean {
		try {
			renameSync(this.#temporary, this.#target);
			return true;
		} catch (error) {
			// A file that is mounted by itself, or that a sticky folder protects.
			if (isRefused(error) || ["EBUSY", "EXDEV"].includes(codeOf(error))) return false;
			throw error;
		}
	}

	#copy(): void {
		const to = openSync(this.#target, constants.O_WRONLY);
		try {
			if (this.#access === "private") fchmodSync(to, fstatSync(to).mode & 0o7700);
			const piece = Buffer.alloc(64 * 1024);
			let at = 0;
			for (let read = -1; read !== 0; at += read) {
				read = readSync(this.descriptor, piece, 0, piece.length, at);
				writeAll(to, piece.subarray(0, read));
			}
			ftruncateSync(to, at);
			fsyncSync(to);
		} catch (cause) {
			this.#isKept = true;
			throw new Error(`${reasonOf(cause)}; all that was to be written is in ${this.#temporary}`, { cause });
		} finally {
			closeSync(to);
		}
	}
}

/** The file that a link names, there or not. */
const targetOf = (path: string, links: number): string => {
	if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
	if (links === 0) throw new Error("it leads through too many links");
	return targetOf(resolve(dirname(path), readlinkSync(path)), links - 1);
};

/** `null` where the file that is there can only be written in its place. */
const openBeside = (target: string, before: Stats | undefined, access: Access) => {
	try {
		const opened = openNew(dirname(target), access === "private" ? 0o600 : 0o666);
		try {
			if (before) takeAfter(opened.descriptor, before, access);
			return opened;
		} catch (error) {
			closeSync(opened.descriptor);
			rmSync(opened.temporary, { force: true });
			throw error;
		}
	} catch (error) {
		if (before && isRefused(error)) return null;
		throw error;
	}
};

/** Gives the new file the owner and the mode of the one before. */
const takeAfter = (descriptor: number, before: Stats, access: Access): void => {
	const { uid, gid } = fstatSync(descriptor);
	if (uid !== before.uid || gid !== before.gid) fchownSync(descriptor, before.uid, before.gid);
	fchmodSync(descriptor, before.mode & (access === "private" ? 0o7700 : 0o7777));
};

/** Its name is short whatever the file's is. */
const openNew = (folder: string, mode: number) => {
	const temporary = join(folder, `.ipyai-${randomBytes(6).toString("hex")}.tmp`);
	const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
	return { temporary, descriptor: openSync(temporary, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, mode) };
};

/** So that the new name outlasts a power cut. */
const syncFolder = (folder: string): void => {
	try {
		const descriptor = openSync(folder, constants.O_RDONLY);
		fsyncSync(descriptor);
		closeSync(descriptor);
	} catch {
		// Some file systems know no such thing.
	}
};

const writeAll = (descriptor: number, bytes: Uint8Array): void => {
	for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
};

const isRefused = (error: unknown): boolean => ["EACCES", "EPERM", "EROFS"].includes(codeOf(error));

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

const attempt = <Result>(path: string, work: () => Result): Result => {
	try {
		return work();
	} catch (cause) {
		throw failed(path, cause);
	}
};

const failed = (path: string, cause: unknown): WriteError =>
	new WriteError(`${path} could not be written: ${reasonOf(cause)}.`, { cause });
