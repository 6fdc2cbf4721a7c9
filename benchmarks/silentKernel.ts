import type { KernelHostOptions } from "../server/kernel/kernelHost.ts";

export const noCommands = () => Promise.reject(new Error("no commands here"));

/** For kernels of which only the time counts. */
export const silentListener: KernelHostOptions["listener"] = {
	onStatus: () => {},
	onForeignCell: () => {},
	onLateOutput: () => {},
	onPressed: () => {},
	onForeignCommand: noCommands,
};
