/** A transcript as items for a Codex thread, and a prompt as its input. */
import type { Content } from "../../../protocol/index.ts";
import { type Step, sendable, toDataUrl } from "../loop/settle.ts";
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

export const toCodexInput = (content: readonly Content[]): Params[] =>
	sendable(content, "(empty)").map((part) =>
		part.kind === "text"
			? { type: "text", text: part.text, text_elements: [] }
			: { type: "image", url: toDataUrl(part) },
	);

export const toContentItems = (content: readonly Content[]): Params[] =>
	sendable(content, "(no output)").map((part) =>
		part.kind === "text"
			? { type: "inputText", text: part.text }
			: { type: "inputImage", imageUrl: toDataUrl(part) },
	);
