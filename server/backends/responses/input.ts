/** The conversation as OpenAI Responses take it. Pure: equal transcripts give equal bytes. */
import type { ResponseInputItem } from "openai/resources/responses/responses";
import type { Content } from "../../../protocol/index.ts";
import type { ToolResult } from "../../context/transcript.ts";
import { type Step, toDataUrl } from "../loop/settle.ts";
import { type WireNames, wireId } from "../loop/wireId.ts";

export const toResponsesInput = (steps: readonly Step[], names: WireNames): ResponseInputItem[] => {
	const input: ResponseInputItem[] = [];
	/** Ids that the provider gave to the calls of a replayed response. */
	let nativeIds: string[] = [];
	for (const step of steps)
		if (step.role === "user")
			input.push({ type: "message", role: "user", content: step.content.map(toPart) });
		else if (step.role === "tool")
			for (const [index, result] of step.results.entries())
				input.push({
					type: "function_call_output",
					call_id: nativeIds[index] ?? wireId(result.callId),
					output: toOutput(result),
				});
		else if (step.native !== null) {
			const native = step.native as ResponseInputItem[];
			nativeIds = native.flatMap((item) => (item.type === "function_call" ? [item.call_id] : []));
			input.push(...native);
		} else {
			nativeIds = [];
			for (const item of step.items)
				input.push(
					item.kind === "text"
						? { type: "message", role: "assistant", content: item.text }
						: {
								type: "function_call",
								call_id: wireId(item.callId),
								name: names.toWire(item.name),
								arguments: JSON.stringify(item.args),
							},
				);
		}
	return input;
};

type Part = { type: "input_text"; text: string } | { type: "input_image"; image_url: string; detail: "auto" };

const toPart = (part: Content): Part => {
	if (part.kind === "text") return { type: "input_text", text: part.text };
	return { type: "input_image", image_url: toDataUrl(part), detail: "auto" };
};

/** A plain string where there is only text: older models take nothing else. */
const toOutput = ({ content, isError }: ToolResult): string | Part[] => {
	const parts = content.map(toPart);
	const failed: Part[] = isError ? [{ type: "input_text", text: "The tool failed:" }] : [];
	const all = [...failed, ...parts];
	return all.every((part) => part.type === "input_text") ? all.map((part) => part.text).join("\n") : all;
};
