/**
 * The one door to what is a person's own: folders, files and sockets of ours. Nothing is made, opened or connected to
 * that another user put there or could exchange. JavaScript, as the set-up of a clone runs on any Node.
 */
import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fstatSync,
	lstatSync,
	mkdirSync,
	openSync,
} from "node:fs";
import { dirname } from "node:path";
import { attempt, failed, PrivatePathError } from "./privatePathError.mjs";
import { checkWay } from "./privateWay.mjs";

/** @typedef {import("node:fs").Stats} Stats */

/**
 * Makes or checks a folder of ours: a real one, owned by this person, closed to others, on a way that no other user
 * can change. `advice` is the next step where the folder cannot be had.
 *
 * @param {string} folder
 * @param {string} [advice]
 */
export const ensurePrivateFolder = (folder, advice) => {
	try {
		checkWay(folder);
		makeFolder(folder);
		closeFolder(folder);
	} catch (error) {
		if (advice === undefined || !(error instanceof PrivatePathError)) throw error;
		throw new PrivatePathError(`${error.message} ${advice}`, { cause: error });
	}
};

/**
 * Makes a folder and those above it that are missing, closed to others under any umask. Those that are there stay as
 * they are.
 *
 * @param {string} folder
 */
export const makeFolder = (folder) => {
	// Node's own recursive mkdir does not return where a file system refuses new folders with ENOENT, as /proc does.
	const make = () => mkdirSync(folder, 0o700);
	try {
		try {
			make();
		} catch (error) {
			if (codeOf(error) !== "ENOENT" || lstatSync(dirname(folder), { throwIfNoEntry: false })) throw error;
			makeFolder(dirname(folder));
			make();
		}
		chmodSync(folder, 0o700);
	} catch (error) {
		if (codeOf(error) !== "EEXIST") throw failed("made", folder, error);
	}
};

/**
 * Opens a file of ours: a real one, owned by this person. A new one is closed to others under any umask; one that is
 * there keeps its mode. Never waits for the other end of a pipe.
 *
 * @param {string} file
 * @param {number} flags of `fs.constants`; with `O_CREAT` a missing file is made.
 * @returns {number} the file's descriptor.
 */
export const openOwnFile = (file, flags) => {
	const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
	const safe = O_NOFOLLOW | O_NONBLOCK;
	const open = () => {
		if ((flags & O_CREAT) === 0) return openSync(file, flags | safe);
		try {
			const made = openSync(file, flags | safe | O_EXCL, 0o600);
			fchmodSync(made, 0o600);
			return made;
		} catch (error) {
			if (codeOf(error) !== "EEXIST" || flags & O_EXCL) throw error;
			return openSync(file, (flags & ~O_CREAT) | safe);
		}
	};
	let opened;
	try {
		opened = open();
	} catch (error) {
		// ELOOP is a link, ENXIO a pipe or a socket: the look says which.
		const stats = lstatSync(file, { throwIfNoEntry: false });
		if (stats) check(file, stats, "file");
		throw failed("opened", file, error);
	}
	try {
		check(file, fstatSync(opened), "file");
		return opened;
	} catch (error) {
		closeSync(opened);
		throw error;
	}
};

/**
 * Makes or checks a file of ours without opening one that is there: closing it would end SQLite's locks on it.
 *
 * @param {string} file
 */
export const ensureOwnFile = (file) => {
	if (!isOwnFile(file)) closeSync(openOwnFile(file, constants.O_CREAT | constants.O_RDONLY));
};

/**
 * False where there is none. Throws for anything but a real file of this person.
 *
 * @param {string} file
 */
export const isOwnFile = (file) => isOwn(file, "file");

/**
 * False where there is none. Throws for anything but a socket that this person bound: its file's owner is who did, and
 * only root could have made it another's. Node tells no more of who listens.
 *
 * @param {string} path
 */
export const isOwnSocket = (path) => isOwn(path, "socket");

/** @param {string} path */
export const closeToOthers = (path) => {
	const { mode } = lstatSync(path);
	if (mode & 0o077) attempt("closed to others", path, () => chmodSync(path, mode & 0o700));
};

/** @param {string} folder */
const closeFolder = (folder) => {
	const look = () => attempt("looked at", folder, () => lstatSync(folder));
	const stats = look();
	check(folder, stats, "folder");
	if ((stats.mode & 0o777) === 0o700) return;
	attempt("closed to others", folder, () => chmodSync(folder, 0o700));
	if (look().mode & 0o022)
		throw new PrivatePathError(
			`${folder} is on a file system that keeps no permissions: others can write to it.`,
		);
};

/**
 * @param {string} path
 * @param {Kind} kind
 */
const isOwn = (path, kind) => {
	const stats = attempt("looked at", path, () => lstatSync(path, { throwIfNoEntry: false }));
	if (stats) check(path, stats, kind);
	return stats !== undefined;
};

/** @typedef {"file" | "folder" | "socket"} Kind */

/** @type {Record<Kind, (stats: Stats) => boolean>} */
const isKind = {
	file: (stats) => stats.isFile(),
	folder: (stats) => stats.isDirectory(),
	socket: (stats) => stats.isSocket(),
};

/**
 * @param {string} path
 * @param {Stats} stats
 * @param {Kind} kind
 */
const check = (path, stats, kind) => {
	const user = process.getuid?.();
	if (user !== undefined && stats.uid !== user)
		throw new PrivatePathError(
			`${path} belongs to user ${stats.uid}, not to you (${user}), and nothing of yours is put there: move it away.`,
		);
	if (stats.isSymbolicLink())
		throw new PrivatePathError(
			`${path} is a symbolic link, which could lead anywhere: replace it by a real ${kind}.`,
		);
	if (!isKind[kind](stats)) throw new PrivatePathError(`${path} is not a ${kind}: move it away.`);
};

/** @param {unknown} error */
const codeOf = (error) => /** @type {NodeJS.ErrnoException} */ (error).code;
