/** A kernel's end: how it is brought about, and what it leaves on disk. */
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isSameProcess, type ProcessName, signalProcess } from "../../ground/processes.ts";
import type { StartedKernel } from "../../protocol/index.ts";
import { readConnectionFile } from "./connectionFile.ts";
import { kernelLogFile } from "./kernelLog.ts";
import { findKernelProcess } from "./kernelProcess.ts";
import type { OpenKernel } from "./openKernel.ts";

/**
 * Asks the kernel to shut down, then makes it: resolves when its process is gone. A process that may be another's is left
 * alone.
 */
export const endKernel = async (launch: StartedKernel, kernel: OpenKernel | null): Promise<void> => {
	const asked = kernel?.client.request({
		channel: "control",
		type: "shutdown_request",
		content: { restart: false },
	}).reply;
	asked?.catch(() => {}); // the kernel may end before it answers
	const process = kernel?.process ?? (await findKernelProcess(launch));
	if (!process) {
		await Promise.race([asked?.catch(() => {}), delay(2000, null, { ref: false })]);
		return;
	}
	if (asked && (await isGoneWithin(process, 2000))) {
		signalRest(process, "SIGHUP");
		return;
	}
	await signalProcess(process, "SIGTERM");
	if (await isGoneWithin(process, 500)) {
		signalRest(process, "SIGKILL");
		return;
	}
	await signalProcess(process, "SIGKILL");
	await isGoneWithin(process, 2000);
};

/** Resolves when nothing of the group of a process that has ended is left, or after the time. */
export const groupEnd = async (pid: number, limitMs: number): Promise<void> => {
	const end = performance.now() + limitMs;
	try {
		for (; performance.now() < end; await delay(10)) process.kill(-pid, 0);
	} catch {
		// It is gone, or another's by now.
	}
};

/**
 * What a process that has just ended leaves in its group: children of cells. They are told of it as by a terminal that
 * ends, so that what was started with `nohup` goes on.
 */
const signalRest = ({ pid, leadsGroup }: ProcessName, signal: NodeJS.Signals): void => {
	if (!leadsGroup) return;
	try {
		process.kill(-pid, signal);
	} catch {
		// It left nothing.
	}
};

const isGoneWithin = async (process: ProcessName, limitMs: number): Promise<boolean> => {
	const end = performance.now() + limitMs;
	do {
		if (!(await isSameProcess(process))) return true;
		await delay(15);
	} while (performance.now() < end);
	return false;
};

/** Removes sockets, connection file and log of a kernel that is gone: one that was killed cannot. */
export const removeKernelFiles = async ({ connectionFile }: StartedKernel): Promise<void> => {
	const connection = await readConnectionFile(connectionFile).catch(() => null);
	const files = [...(connection?.socketFiles ?? []), connectionFile, kernelLogFile(connectionFile)];
	await Promise.all(files.map((file) => rm(file, { force: true }).catch(() => {}))); // not ours to remove
};
