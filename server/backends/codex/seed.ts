/** A transcript as items for a Codex thread, and a prompt as its input. */
import type { Content } from "../../../protocol/index.ts";
import { isPicture, type Step } from "../loop/settle.ts";
import type { WireNames } from "../loop/wireId.ts";
import { toResponsesInput } from "../responses/input.ts";
import type { Params } from "./appServer.ts";

/** Codex takes assistant texts as parts only. */
export const toCodexItems = (steps: readonly Step[], names: WireNames): Params[] =>
	toResponsesInput(steps, names).map((item) =>
		"role" in item && item.role === "assistant" && typeof item.content === "string"
			? { ...item, content: [{ type: "output_text", text: item.content }] }
			: item,
	);

export const toCodexInput = (content: readonly Content[]): Params[] => {
	const input = content.flatMap((part): Params[] => {
		if (part.kind === "text")
			return part.text.trim() === "" ? [] : [{ type: "text", text: part.text, text_elements: [] }];
		if (!isPicture(part.mimeType))
			return [{ type: "text", text: `[a ${part.mimeType} picture, left out]`, text_elements: [] }];
		return [{ type: "image", url: toDataUrl(part) }];
	});
	return input.length > 0 ? input : [{ type: "text", text: "(empty)", text_elements: [] }];
};

export const toContentItems = (content: readonly Content[]): Params[] => {
	const items = content.map((part) =>
		part.kind === "text"
			? { type: "inputText", text: part.text }
			: { type: "inputImage", imageUrl: toDataUrl(part) },
	);
	return items.length > 0 ? items : [{ type: "inputText", text: "(no output)" }];
};

const toDataUrl = (part: Extract<Content, { kind: "image" }>): string =>
	`data:${part.mimeType};base64,${part.data}`;
