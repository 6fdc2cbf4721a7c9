import type { Entry, ToolCall } from "./transcript.ts";

/**
 * Gives every tool call exactly one result: providers refuse a transcript with an open call. Calls without a
 * result, as a killed server leaves them, get one that says so; results without a call are dropped.
 */
export const pairToolCalls = (entries: readonly Entry[]): Entry[] => {
	const paired: Entry[] = [];
	let open: ToolCall[] = [];
	const closeOpen = () => {
		if (open.length > 0) paired.push({ role: "tool", results: open.map(lostResult) });
		open = [];
	};
	for (const entry of entries) {
		if (entry.role !== "tool") {
			closeOpen();
			paired.push(entry);
			if (entry.role === "assistant") open = entry.items.filter((item) => item.kind === "toolCall");
			continue;
		}
		const known = new Map(entry.results.map((result) => [result.callId, result]));
		if (open.length === 0) continue;
		paired.push({ role: "tool", results: open.map((call) => known.get(call.callId) ?? lostResult(call)) });
		open = [];
	}
	closeOpen();
	return paired;
};

const lostResult = (call: ToolCall) => ({
	callId: call.callId,
	content: [{ kind: "text" as const, text: "No result: the turn was interrupted." }],
	isError: true,
});
