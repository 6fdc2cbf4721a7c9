/** Processes by id *and* start time, so that a reused id is never taken for the kernel. */
import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { promisify } from "node:util";
import { kernelLogFile } from "./kernelLog.ts";

export type ProcessName = {
	readonly pid: number;
	readonly startTime: string;
	/** Leads its process group, so that signals may go to the group. */
	readonly leadsGroup: boolean;
};

/** `null` when there is no such process, or only its remains. */
export const findProcess = async (pid: number): Promise<ProcessName | null> =>
	process.platform === "linux" ? fromProc(pid) : fromPs(pid);

/**
 * The process that a kernel is said to be, if it has the kernel's connection file among its arguments, or that or its
 * log open. Any other is somebody's, and not to be signalled.
 */
export const findKernelProcess = async (pid: number, connectionFile: string): Promise<ProcessName | null> => {
	const found = await findProcess(pid);
	if (!found || basename(connectionFile) === `kernel-${pid}.json`) return found;
	if (process.platform !== "linux")
		return (await ps(pid, "args="))?.includes(basename(connectionFile)) ? found : null;
	const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
	const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "/");
	if (words.some((word) => resolve(cwd, word.slice(word.indexOf("=") + 1)) === connectionFile)) return found;
	const files = [connectionFile, kernelLogFile(connectionFile)];
	const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
	const targets = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
	return targets.some((target) => files.includes(target)) ? found : null;
};

export const isSameProcess = async (known: ProcessName): Promise<boolean> =>
	(await findProcess(known.pid))?.startTime === known.startTime;

/** Signals the process, or the group it leads. Nothing happens when it is gone or its id is another's now. */
export const signalProcess = async (known: ProcessName, signal: NodeJS.Signals): Promise<void> => {
	if (!(await isSameProcess(known))) return;
	try {
		process.kill(known.leadsGroup ? -known.pid : known.pid, signal);
	} catch {
		// It ended between the look and the signal.
	}
};

const fromProc = async (pid: number): Promise<ProcessName | null> => {
	const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => null);
	if (!stat) return null;
	// The command's name may hold spaces and parentheses; fields count from behind it.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const [state, , group] = fields;
	if (state === "Z" || state === "X") return null;
	return { pid, startTime: fields[19] ?? "", leadsGroup: group === String(pid) };
};

const fromPs = async (pid: number): Promise<ProcessName | null> => {
	const match = /^\s*(\S+)\s+(\d+)\s+(.+?)\s*$/.exec((await ps(pid, "stat=,pgid=,lstart=")) ?? "");
	if (!match || match[1]!.startsWith("Z")) return null;
	return { pid, startTime: match[3]!, leadsGroup: Number(match[2]) === pid };
};

const ps = async (pid: number, columns: string): Promise<string | null> => {
	const env = { ...process.env, LC_ALL: "C" };
	const found = await promisify(execFile)("ps", ["-ww", "-o", columns, "-p", String(pid)], { env }).catch(
		() => null, // there is no such process
	);
	return found?.stdout ?? null;
};
