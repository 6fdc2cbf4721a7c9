import { chmodSync, closeSync, constants, lstatSync, mkdirSync, openSync, type Stats } from "node:fs";

/** A path of ours that cannot be trusted or made. The message names it, what is wrong and what to do. */
export class PrivatePathError extends Error {
	override readonly name = "PrivatePathError";
}

/** Makes or checks a folder of ours: a real one, owned by this person, closed to others. */
export const ensurePrivateFolder = (folder: string): void => {
	attempt(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
	const stats = attempt(folder, () => lstatSync(folder));
	check(folder, stats, stats.isDirectory(), "folder");
	if (stats.mode & 0o077) attempt(folder, () => chmodSync(folder, 0o700));
};

/** Makes or checks a file of ours: a real one, owned by this person. A new one is closed to others. */
export const ensureOwnFile = (file: string): void => {
	const { O_CREAT, O_RDONLY, O_NOFOLLOW } = constants;
	const stats = attempt(file, () => lstatSync(file, { throwIfNoEntry: false }));
	if (stats) check(file, stats, stats.isFile(), "file");
	else attempt(file, () => closeSync(openSync(file, O_CREAT | O_RDONLY | O_NOFOLLOW, 0o600)));
};

export const closeToOthers = (file: string): void => {
	const { mode } = lstatSync(file);
	if (mode & 0o077) attempt(file, () => chmodSync(file, mode & 0o700));
};

const check = (path: string, stats: Stats, right: boolean, kind: string): void => {
	if (stats.isSymbolicLink())
		throw new PrivatePathError(
			`${path} is a symbolic link, which could lead anywhere: replace it by a real ${kind}.`,
		);
	if (!right) throw new PrivatePathError(`${path} is not a ${kind}: move it away.`);
	const user = process.getuid?.();
	if (user !== undefined && stats.uid !== user)
		throw new PrivatePathError(
			`${path} belongs to user ${stats.uid}, not to you (${user}): use a ${kind} of your own.`,
		);
};

const attempt = <Result>(path: string, work: () => Result): Result => {
	try {
		return work();
	} catch (cause) {
		throw new PrivatePathError(`Could not prepare ${path}: ${(cause as Error).message}.`, { cause });
	}
};
