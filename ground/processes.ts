/** Processes of this machine by id *and* start time: ids are used again, and another's is never taken for one we know. */
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { platform } from "node:os";
import { promisify } from "node:util";

export type ProcessName = {
	readonly pid: number;
	/** In the system's own words. */
	readonly startTime: string;
	/** Leads its process group, so that signals may go to the group. */
	readonly leadsGroup: boolean;
};

/** `null` when there is no such process, or only its remains. */
export const findProcess = async (pid: number): Promise<ProcessName | null> =>
	platform() === "linux"
		? fromStat(pid, await readFile(`/proc/${pid}/stat`, "latin1").catch(() => ""))
		: fromPs(pid, await psColumns(pid, nameColumns));

/** When a process started, at once: off Linux this waits for a `ps`. `null` when there is no such process. */
export const startTimeOf = (pid: number): string | null => {
	try {
		const found =
			platform() === "linux"
				? fromStat(pid, readFileSync(`/proc/${pid}/stat`, "latin1"))
				: fromPs(pid, execFileSync("ps", psArguments(pid, nameColumns), { ...psOptions(), stdio: "pipe" }));
		return found?.startTime ?? null;
	} catch {
		return null;
	}
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

/** What `ps` says of a process; empty when there is none. */
export const psColumns = async (pid: number, columns: string): Promise<string> =>
	promisify(execFile)("ps", psArguments(pid, columns), psOptions()).then(
		({ stdout }) => stdout,
		() => "", // there is no such process
	);

const nameColumns = "stat=,pgid=,lstart=";
const psArguments = (pid: number, columns: string): string[] => ["-ww", "-o", columns, "-p", String(pid)];
const psOptions = () => ({ encoding: "utf8", env: { ...process.env, LC_ALL: "C" } }) as const;

/** proc(5): the name in parentheses may hold anything; the start time is field 22, the 20th after it. */
const fromStat = (pid: number, stat: string): ProcessName | null => {
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const [state, , group] = fields;
	if (!stat || state === "Z" || state === "X") return null;
	return { pid, startTime: fields[19] ?? "", leadsGroup: group === String(pid) };
};

const fromPs = (pid: number, text: string): ProcessName | null => {
	const match = /^\s*(\S+)\s+(\d+)\s+(.+?)\s*$/.exec(text);
	if (!match || match[1]!.startsWith("Z")) return null;
	return { pid, startTime: match[3]!, leadsGroup: Number(match[2]) === pid };
};
