/** Finds out that a kernel is gone: by its process where that is ours to know, else by its heartbeat. */
import { platform } from "node:os";
import type { KernelLaunch } from "../../protocol/index.ts";
import type { Channels } from "./channels.ts";
import { isSameProcess, type ProcessName } from "./process.ts";

export type Watch = {
	/** A socket lost the kernel: looks at once. */
	suspect(): void;
	stop(): void;
};

/** Connections tell at once; this is for what they miss. Off Linux each look starts a `ps`. */
const pollMs = platform() === "linux" ? 1000 : 5000;
const beatMs = 1500;

/** Calls `onGone` once, with a clause that says how it was noticed. */
export const watchKernel = (
	launch: KernelLaunch,
	process: ProcessName | null,
	channels: Channels,
	onGone: (detail: string) => void,
): Watch => {
	let stopped = false;
	let disconnected = false;
	let looking = false;

	const gone = async (): Promise<string | null> => {
		if (process) return (await isSameProcess(process)) ? null : "it ended";
		// A stopped kernel is silent but keeps its connections, so silence alone proves nothing.
		if (!disconnected) return null;
		if (await channels.isBeating(beatMs)) {
			disconnected = false;
			return null;
		}
		return `${launch.label} closed its connections and does not answer`;
	};
	const look = async (): Promise<void> => {
		if (stopped || looking) return;
		looking = true;
		const detail = await gone();
		looking = false;
		if (!detail || stopped) return;
		stop();
		onGone(detail);
	};
	const timer = setInterval(look, pollMs);
	timer.unref();
	const stop = (): void => {
		stopped = true;
		clearInterval(timer);
	};
	return {
		suspect: () => {
			disconnected = true;
			void look();
			// Sockets close a moment before the process is gone.
			for (const laterMs of [20, 100, 300]) setTimeout(look, laterMs).unref();
		},
		stop,
	};
};
