import type { ToolCall, ToolResult } from "../context/transcript.ts";
import type { Approvals } from "./approvals.ts";
import type { SessionLog } from "./log.ts";
import { meantCall } from "./offeredTools.ts";
import type { Hosting } from "./python/hosting.ts";

/** Runs a tool in the live namespace, once somebody allowed it. Never rejects: what went wrong is told to the model. */
export const callTool = async (
	turnId: string,
	asked: ToolCall,
	{ hosting, approvals, log }: { hosting: Hosting; approvals: Approvals; log: SessionLog },
	signal: AbortSignal,
): Promise<ToolResult> => {
	const call = meantCall(asked);
	const refuse = (text: string): ToolResult => ({
		callId: call.callId,
		content: [{ kind: "text", text }],
		isError: true,
	});
	const { host } = hosting;
	if (!host) return refuse("Not run: the session has no live kernel. Ask the person to restart it.");
	if (!host.tools.some(({ name }) => name === call.name))
		return refuse(
			`There is no tool ${call.name}. There are: ${host.tools.map(({ name }) => name).join(", ")}.`,
		);
	const permission = await approvals.ask(turnId, call, false, signal);
	if (!permission.allowed) return refuse(permission.reason);
	try {
		const result = await host.callTool(call.name, call.args, {
			signal,
			onWaiting: (waiting) => log.hint({ kind: "toolWaiting", turnId, callId: call.callId, waiting }),
		});
		return { callId: call.callId, ...result };
	} catch (error) {
		return refuse(`${call.name} could not be run: ${(error as Error).message}`);
	}
};
