/** Lets one of several processes do a work while the others wait, whichever machine they share the folder from. */
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { makeFolder } from "./privateFiles.mjs";

const beatMs = 2_000;
const staleMs = 30_000;
const pollMs = 100;

/** @typedef {{ release(): void }} FileLock */

/**
 * Takes the lock file, to be released; `null` while a living process holds it. Locks save double
 * work: after a long suspend there may be two holders, so what they make is to be put in place as a whole.
 *
 * @param {string} path
 * @returns {FileLock | null}
 */
export const takeLock = (path) => {
	makeFolder(dirname(path));
	if (!create(path)) {
		const holder = readHolder(path);
		if (holder === null || !isStale(holder)) return null;
		discard(path);
		if (!create(path)) return null;
	}
	const free = () => rmSync(path, { force: true });
	process.once("exit", free);
	const beat = setInterval(() => touch(path), beatMs).unref();
	return {
		release: () => {
			clearInterval(beat);
			process.off("exit", free);
			free();
		},
	};
};

/**
 * Runs `work` while this process holds the lock file. Waits for another holder, after telling its process id once.
 *
 * @template T
 * @param {string} path
 * @param {(pid: number) => void} onWait
 * @param {() => Promise<T>} work
 * @param {AbortSignal} [signal] ends the waiting.
 * @returns {Promise<T>}
 */
export const withLock = async (path, onWait, work, signal) => {
	let told = false;
	let lock = takeLock(path);
	for (; lock === null; lock = takeLock(path)) {
		signal?.throwIfAborted();
		const holder = readHolder(path);
		if (!told && holder !== null) onWait(holder.pid);
		told = told || holder !== null;
		await new Promise((resolve) => setTimeout(resolve, pollMs));
	}
	try {
		return await work();
	} finally {
		lock.release();
	}
};

/** @typedef {{ pid: number; host: string; ageMs: number }} Holder */

/** @param {string} path */
const create = (path) => {
	try {
		writeFileSync(path, `${process.pid} ${hostname()}\n`, { flag: "wx", mode: 0o600 });
		return true;
	} catch (error) {
		if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
		throw error;
	}
};

/**
 * @param {string} path
 * @returns {Holder | null}
 */
const readHolder = (path) => {
	try {
		const [pid, host] = readFileSync(path, "utf8").trim().split(" ");
		return { pid: Number(pid), host: host ?? "", ageMs: Date.now() - statSync(path).mtimeMs };
	} catch {
		// Released between two looks.
		return null;
	}
};

/**
 * A process id says something on its own machine only; a heartbeat says it everywhere.
 *
 * @param {Holder} holder
 */
export const isStale = (holder) => {
	if (holder.ageMs > staleMs) return true;
	if (holder.host !== hostname() || !(holder.pid > 0)) return false;
	try {
		process.kill(holder.pid, 0);
		return false;
	} catch (error) {
		return /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH";
	}
};

/** @param {string} path */
const discard = (path) => {
	try {
		const aside = `${path}.${process.pid}`;
		renameSync(path, aside);
		rmSync(aside, { force: true });
	} catch {
		// Another waiter was faster.
	}
};

/** @param {string} path */
const touch = (path) => {
	try {
		utimesSync(path, new Date(), new Date());
	} catch {
		// Taken over after a long suspend; the work is swapped in as a whole all the same.
	}
};
