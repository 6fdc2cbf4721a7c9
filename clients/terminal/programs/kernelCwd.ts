import { execFile } from "node:child_process";
import { readlink } from "node:fs/promises";
import type { LiveSession } from "../../common/session/liveSession.ts";

/** The folder that the kernel is in now (`%cd` moves it); where the client stands when it can't be known. */
export const kernelCwd = async (live: LiveSession): Promise<string> => {
	// A kernel of another client has no process we know.
	const launch = await live.kernel?.catch(() => null);
	if (launch?.kind !== "started") return live.view?.cwd ?? process.cwd();
	const cwd = process.platform === "linux" ? readlink(`/proc/${launch.pid}/cwd`) : lsofCwd(launch.pid);
	return cwd.catch(() => live.view?.cwd ?? process.cwd());
};

const lsofCwd = (pid: number): Promise<string> =>
	new Promise((resolve, reject) => {
		execFile("lsof", ["-a", "-p", String(pid), "-d", "cwd", "-Fn"], (error, stdout) => {
			const name = /^n(.+)$/m.exec(stdout)?.[1];
			if (name === undefined) reject(error ?? new Error("lsof named no folder"));
			else resolve(name);
		});
	});
