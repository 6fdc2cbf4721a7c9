import { startTimeOf } from "../../../ground/processes.ts";
import type { KernelRow } from "../../store/store.ts";

/** Whether the process that a kernel was stored with still runs; `null` where it has none that we may look at. */
export const processRuns = ({ launch, startTime }: KernelRow): boolean | null =>
	launch.kind === "started" ? startTime !== null && startTimeOf(launch.pid) === startTime : null;
