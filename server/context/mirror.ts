import { contentText } from "../../ground/text/contentText.ts";
import type { AnswerPart, TurnItem } from "../../protocol/index.ts";
import { toolLine } from "../../protocol/toolLine.ts";

/** What a stored answer ends with when a person stopped it; the predecessors look for exactly this. */
export const interruptedMark = "<system>user interrupted</system>";

/** An answer in the predecessors' text form: thinking in tags, each tool call one line, then how it was cut short. */
export const mirrorResponse = (turn: Pick<TurnItem, "parts" | "stopReason" | "error">): string => {
	const text = turn.parts.map(mirrorPart).join("");
	if (turn.stopReason === "cancelled") return `${text}\n${interruptedMark}`;
	if (turn.stopReason === "failed")
		return `${text}\n<system>failed: ${turn.error ?? "no reason given"}</system>`;
	return text;
};

const mirrorPart = (part: AnswerPart): string => {
	switch (part.kind) {
		case "text":
			return part.text;
		case "thinking":
			return part.text.trim() === "" ? "" : `<thinking>\n${part.text}\n</thinking>\n\n`;
		case "toolCall": {
			const { name, args, result } = part;
			const line = toolLine(
				name,
				args,
				result && { text: contentText(result.content), isError: result.isError },
			);
			return `\n\n${line}\n\n`;
		}
		case "steer":
			return `\n\n<system>user added: ${contentText(part.content)}</system>\n\n`;
		case "changes":
			// No part of what was said.
			return "";
	}
};
