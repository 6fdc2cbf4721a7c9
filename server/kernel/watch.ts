/** Finds out that a kernel is gone: by its process where that is ours to know, else by its heartbeat. */
import { platform } from "node:os";
import { isSameProcess, type ProcessName } from "../../ground/processes.ts";
import type { Channels } from "./channels.ts";

export type Watch = {
	/** A socket lost the kernel: looks at once. */
	suspect(): void;
	stop(): void;
};

/** Connections tell at once; this is for what they miss. Off Linux each look starts a `ps`. */
const pollMs = platform() === "linux" ? 1000 : 5000;
const beatMs = 1500;

/** Calls `onGone` once, with what else is known of it. */
export const watchKernel = (
	process: ProcessName | null,
	channels: Channels,
	onGone: (detail: string | null) => void,
): Watch => {
	let stopped = false;
	let disconnected = false;
	let looking = false;

	const isGone = async (): Promise<boolean> => {
		if (process) return !(await isSameProcess(process));
		// A stopped kernel is silent but keeps its connections, so silence alone proves nothing.
		if (!disconnected) return false;
		disconnected = !(await channels.isBeating(beatMs));
		return disconnected;
	};
	const look = async (): Promise<void> => {
		if (stopped || looking) return;
		looking = true;
		const gone = await isGone();
		looking = false;
		if (!gone || stopped) return;
		stop();
		onGone(process ? null : "it closed its connections and does not answer");
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
