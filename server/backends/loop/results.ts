/** Results of calls, also of those that came to nothing. */
import type { ToolCall, ToolResult } from "../../context/transcript.ts";
import type { TurnRequest } from "../backend.ts";
import { orAborted } from "./abort.ts";

export const failedResult = (callId: string, text: string): ToolResult => ({
	callId,
	content: [{ kind: "text", text }],
	isError: true,
});

/** The call did not run to its end. */
export const cancelledResult = (callId: string): ToolResult =>
	failedResult(callId, "Cancelled before it finished.");

/** What comes of the call is told with the next response. */
export const continuedResult = (callId: string): ToolResult => ({
	...failedResult(callId, "Goes on."),
	isError: false,
});

/** Runs one of our tools. Never rejects; cancelled at once when the signal fires, whatever the tool does then. */
export const runCall = async (
	request: TurnRequest,
	call: ToolCall,
	signal: AbortSignal,
): Promise<ToolResult> => {
	const { callId } = call;
	if (signal.aborted) return cancelledResult(callId);
	try {
		return { ...(await orAborted(request.callTool(call, signal), signal)), callId };
	} catch (error) {
		if (signal.aborted) return cancelledResult(callId);
		return failedResult(callId, `The tool could not be run: ${(error as Error).message}`);
	}
};
