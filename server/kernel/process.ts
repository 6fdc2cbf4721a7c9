/** Processes by id *and* start time, so that a reused id is never taken for the kernel. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

export type ProcessName = {
	readonly pid: number;
	readonly startTime: string;
	/** Leads its process group, so that signals may go to the group. */
	readonly leadsGroup: boolean;
};

/** `null` when there is no such process, or only its remains. */
export const findProcess = async (pid: number): Promise<ProcessName | null> =>
	process.platform === "linux" ? fromProc(pid) : fromPs(pid);

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
	const found = await promisify(execFile)("ps", ["-o", "stat=,pgid=,lstart=", "-p", String(pid)], {
		env: { ...process.env, LC_ALL: "C" },
	}).catch(() => null);
	const match = /^\s*(\S+)\s+(\d+)\s+(.+?)\s*$/.exec(found?.stdout ?? "");
	if (!match || match[1]!.startsWith("Z")) return null;
	return { pid, startTime: match[3]!, leadsGroup: Number(match[2]) === pid };
};
