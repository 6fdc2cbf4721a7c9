/** Lets one process at a time write a file, whichever servers share its folder. */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";

/** A holder says so often that it is there. */
const beatMs = 10_000;

/** One that has not for so long has ended without a word, or its machine has. */
const staleMs = 60_000;

/** Takes `FILE.lock`, to be given back by disposing of it; `null` while another process holds it. */
export const lockFile = (path: string): Disposable | null => {
	const lock = `${path}.lock`;
	mkdirSync(dirname(lock), { recursive: true });
	if (isStale(lock)) rmSync(lock, { force: true });
	try {
		writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: "wx" });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
		throw error;
	}
	const beat = setInterval(() => {
		try {
			utimesSync(lock, new Date(), new Date());
		} catch {
			// Somebody took it away: what was written is checked at the end.
		}
	}, beatMs).unref();
	return {
		[Symbol.dispose]() {
			clearInterval(beat);
			rmSync(lock, { force: true });
		},
	};
};

const isStale = (lock: string): boolean => {
	try {
		if (Date.now() - statSync(lock).mtimeMs > staleMs) return true;
		const { pid, host } = JSON.parse(readFileSync(lock, "utf8")) as { pid: number; host: string };
		if (host === hostname()) process.kill(pid, 0);
		return false;
	} catch (error) {
		// ENOENT: it is free. A text that is no JSON is being written.
		return (error as NodeJS.ErrnoException).code === "ESRCH";
	}
};
