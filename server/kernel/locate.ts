/** From what is told of a kernel to where its sockets are, and to its process where that is ours to look at. */
import { findProcess, isSameProcess, type ProcessName } from "../../ground/processes.ts";
import type { KernelLaunch, StartedKernel } from "../../protocol/index.ts";
import { HostError } from "../sessions/python/host.ts";
import { awaitConnectionFile, type Connection, toConnection } from "./connectionFile.ts";
import { findKernelProcess } from "./kernelProcess.ts";

export type Location = {
	readonly connection: Connection;
	/** `null` where no process is surely the kernel's. */
	readonly process: ProcessName | null;
};

/** The file of a kernel that somebody else started is there, or comes soon. */
const othersFileMs = 10_000;

/** Fails with `HostError` where nothing is found within the limit, or the process of a started kernel has ended. */
export const locateKernel = async (
	launch: KernelLaunch,
	limitMs: number,
	signal: AbortSignal,
): Promise<Location> => {
	switch (launch.kind) {
		case "started":
			return locateStarted(launch, limitMs, signal);
		case "existing": {
			const withinMs = Math.min(limitMs, othersFileMs);
			const connection = await awaitConnectionFile(launch.connectionFile, withinMs, signal, async () => true);
			return { connection, process: null };
		}
		case "remote":
			return { connection: toConnection(launch.connection, launch.label), process: null };
		default:
			throw launch satisfies never;
	}
};

const locateStarted = async (
	launch: StartedKernel,
	limitMs: number,
	signal: AbortSignal,
): Promise<Location> => {
	const starter = await findProcess(launch.pid);
	const isComing = async () => starter !== null && (await isSameProcess(starter));
	const ended = new HostError("notAlive", "it ended");
	if (!(await isComing())) throw ended;
	const connection = await awaitConnectionFile(launch.connectionFile, limitMs, signal, isComing).catch(
		async (error) => {
			throw (await isComing()) ? error : ended;
		},
	);
	const process = await findKernelProcess(launch);
	// One that ended just now would be waited for.
	if (process === null && !(await isComing())) throw ended;
	return { connection, process };
};
