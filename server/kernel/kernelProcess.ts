import { readdir, readFile, readlink } from "node:fs/promises";
import { platform } from "node:os";
import { basename, resolve } from "node:path";
import { findProcess, type ProcessName, psColumns } from "../../ground/processes.ts";
import type { StartedKernel } from "../../protocol/index.ts";
import { kernelLogFile } from "./kernelLog.ts";

/**
 * The process that a kernel is said to be, if it has the kernel's connection file among its arguments, or that or its
 * log open. Any other is somebody's, and not to be signalled.
 */
export const findKernelProcess = async ({
	pid,
	connectionFile,
}: StartedKernel): Promise<ProcessName | null> => {
	const found = await findProcess(pid);
	if (!found || basename(connectionFile) === `kernel-${pid}.json`) return found;
	if (platform() !== "linux")
		return (await psColumns(pid, "args=")).includes(basename(connectionFile)) ? found : null;
	const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
	const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "/");
	if (words.some((word) => resolve(cwd, word.slice(word.indexOf("=") + 1)) === connectionFile)) return found;
	const files = [connectionFile, kernelLogFile(connectionFile)];
	const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
	const targets = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
	return targets.some((target) => files.includes(target)) ? found : null;
};
