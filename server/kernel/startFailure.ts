import type { KernelLaunch } from "../../protocol/index.ts";
import { HostError } from "../sessions/python/host.ts";
import { lastLines, tellingLines } from "./kernelLog.ts";

const nextStep = "Start with another Python, or mend this one.";

/** Why a kernel did not start: what it wrote, in short, and the next step. */
export const startFailure = async (launch: KernelLaunch, error: unknown): Promise<HostError> => {
	// What is wrong with a connection file says it all.
	if (error instanceof HostError && error.code === "failed")
		return new HostError("notAlive", error.message, { cause: error });
	const reason = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
	const lines = tellingLines(await lastLines(launch));
	const wrote =
		lines.length > 0
			? ` and wrote:\n${lines.map((line) => `    ${line}`).join("\n")}\n`
			: ", and wrote nothing. ";
	return new HostError(
		"notAlive",
		`${launch.label} did not start as a kernel: ${reason}${wrote}${nextStep}`,
		{
			cause: error,
		},
	);
};
