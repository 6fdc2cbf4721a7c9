/** Facts about processes from the operating system. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * When a process started, in the system's own words, or `null` when there is no such process. With the pid it names
 * a process for good: pids are used again.
 */
export const startTimeOf = (pid: number): string | null => {
	try {
		if (process.platform === "linux") {
			// proc(5): the name in parentheses may hold anything; the start time is field 22, the 20th after it.
			const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
			const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			return fields[0] === "Z" ? null : (fields[19] ?? null);
		}
		const text = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
			encoding: "utf8",
			stdio: ["ignore", "pipe", "ignore"],
		});
		return text.trim() || null;
	} catch {
		return null;
	}
};
