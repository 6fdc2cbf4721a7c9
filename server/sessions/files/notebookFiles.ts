/** Notebooks on disk: read and written in pieces, so that a large one holds up nobody. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Access, atomicWritePieces, WriteError } from "../../../ground/paths/atomicWrite.ts";
import { NotebookError } from "../../notebooks/nbformat.ts";
import { type NotebookHead, NotebookReader } from "../../notebooks/notebookReader.ts";
import { RequestError } from "../errors.ts";

/** Beyond this a notebook does not fit in memory beside everything else. */
const maxBytes = 1_000_000_000;

/** A path as a person gives it: `~`, relative to the session's folder, with or without `.ipynb`. */
export const notebookPath = (path: string, cwd: string, home: string): string => {
	const full = filePath(path, cwd, home);
	return full.endsWith(".ipynb") ? full : `${full}.ipynb`;
};

/** An absolute path for one as a person gives it. */
export const filePath = (path: string, cwd: string, home: string): string =>
	path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : resolve(cwd, path);

/** Writes all or nothing, and returns the content's SHA-256. */
export const writeWhole = async (
	path: string,
	pieces: AsyncIterable<string>,
	access: Access,
): Promise<string> => {
	const hash = createHash("sha256");
	const hashed = async function* () {
		for await (const piece of pieces) {
			hash.update(piece);
			yield piece;
		}
	};
	try {
		await atomicWritePieces(path, hashed(), access);
	} catch (error) {
		if (error instanceof WriteError) throw new RequestError("invalidParams", error.message, { cause: error });
		throw error;
	}
	return hash.digest("hex");
};

/** Why a file is not read at all: devices and pipes have no end. */
export const sizeProblem = async (path: string): Promise<string | null> => {
	const stats = await stat(path);
	if (!stats.isFile()) return "it is no file";
	return stats.size > maxBytes
		? `it has ${stats.size} bytes, and ${maxBytes} are the most that is read`
		: null;
};

export type ReadNotebook = {
	readonly cells: readonly unknown[];
	readonly head: NotebookHead;
	/** SHA-256 of the bytes. */
	readonly hash: string;
};

/** Fails with `itemNotFound` or `invalidParams`, naming the file and what is wrong. */
export const readNotebook = async (
	path: string,
	signal: AbortSignal,
	onRead: (share: number) => void = () => {},
): Promise<ReadNotebook> => {
	const reader = new NotebookReader();
	const hash = createHash("sha256");
	const decoder = new TextDecoder();
	const cells: unknown[] = [];
	try {
		const problem = await sizeProblem(path);
		if (problem !== null) throw new NotebookError(problem);
		const { size } = await stat(path);
		let read = 0;
		const stream = createReadStream(path, { signal, highWaterMark: 256 * 1024 });
		for await (const bytes of stream as AsyncIterable<Buffer>) {
			hash.update(bytes);
			read += bytes.length;
			onRead(Math.min(1, read / size));
			cells.push(...reader.push(decoder.decode(bytes, { stream: true })));
		}
		cells.push(...reader.push(decoder.decode()));
		return { cells, head: reader.end(), hash: hash.digest("hex") };
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code === "ENOENT")
			throw new RequestError("itemNotFound", `Notebook not found: ${path}.`, { cause: error });
		throw new RequestError(
			"invalidParams",
			error instanceof NotebookError
				? `${path} could not be loaded: ${error.message}.`
				: `${path} could not be read: ${(error as Error).message}.`,
			{ cause: error },
		);
	}
};
