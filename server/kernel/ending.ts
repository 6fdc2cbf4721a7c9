/** A kernel's end: how it is brought about, what it said last, and what it leaves on disk. */
import { open, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { readConnectionFile } from "./connectionFile.ts";
import type { OpenKernel } from "./openKernel.ts";
import { findProcess, isSameProcess, type ProcessName, signalProcess } from "./process.ts";

/** Asks the kernel to shut down, then makes it: resolves when its process is gone. */
export const endKernel = async (pid: number, kernel: OpenKernel | null): Promise<void> => {
	const process = kernel?.process ?? (await findProcess(pid));
	if (!process) return;
	if (kernel) {
		kernel.client
			.request({ channel: "control", type: "shutdown_request", content: { restart: false } })
			.reply.catch(() => {}); // the kernel may end before it answers
		if (await isGoneWithin(process, 2000)) return;
	}
	await signalProcess(process, "SIGTERM");
	if (await isGoneWithin(process, 500)) return;
	await signalProcess(process, "SIGKILL");
	await isGoneWithin(process, 2000);
};

const isGoneWithin = async (process: ProcessName, limitMs: number): Promise<boolean> => {
	const end = performance.now() + limitMs;
	do {
		if (!(await isSameProcess(process))) return true;
		await delay(15);
	} while (performance.now() < end);
	return false;
};

/** The log that the starter keeps beside the connection file. */
export const kernelLogFile = (connectionFile: string): string => connectionFile.replace(/(\.json)?$/, ".log");

/** What ipykernel prints as it starts; nobody asks for it when a kernel has ended. */
const howToJoin = /^[\s\S]*To connect another client to this kernel, use:\s+--existing .*\n?/;

/** The end of the kernel's log as a clause, or nothing. */
export const lastWords = async (connectionFile: string): Promise<string> => {
	try {
		await using file = await open(kernelLogFile(connectionFile));
		const { size } = await file.stat();
		const length = Math.min(size, 2000);
		const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
		const lines = buffer
			.toString()
			.replace(howToJoin, "")
			.split("\n")
			.filter((line) => line.trim() !== "")
			.slice(-5);
		return lines[0] ? ` It said last: ${lines.join("\n")}` : "";
	} catch {
		return ""; // most kernels keep none
	}
};

/** Removes sockets, connection file and log of a kernel that is gone: one that was killed cannot. */
export const removeKernelFiles = async (connectionFile: string): Promise<void> => {
	const connection = await readConnectionFile(connectionFile).catch(() => null);
	const files = [...(connection?.socketFiles ?? []), connectionFile, kernelLogFile(connectionFile)];
	await Promise.all(files.map((file) => rm(file, { force: true }).catch(() => {}))); // not ours to remove
};
