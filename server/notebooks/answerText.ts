/** Answers as text, in the predecessors' form, and back. */
import type { AnswerPart, StopReason } from "../../protocol/index.ts";
import { interruptedMark, mirrorResponse } from "../context/mirror.ts";
import type { NotebookPart, NotebookPrompt } from "./notebookItem.ts";

type Answer = Pick<NotebookPrompt, "parts" | "stopReason" | "error">;

export const answerText = ({ parts, stopReason, error }: Answer): string =>
	mirrorResponse({ parts: parts.map(withId), stopReason, error });

const withId = (part: NotebookPart): AnswerPart => {
	if (part.kind === "toolCall") return { ...part, callId: "" };
	return part.kind === "steer" || part.kind === "changes" ? part : { ...part, itemId: "" };
};

/** Reads thinking and the mark of a stopped answer out of a text; tool calls stay the lines they are. */
export const parseAnswer = (text: string): Answer => {
	const { body, stopReason, error } = withoutMark(text);
	const parts: NotebookPart[] = [];
	let from = 0;
	const addText = (end: number) => {
		if (end > from) parts.push({ kind: "text", text: body.slice(from, end) });
	};
	for (const match of body.matchAll(/<thinking>\n([\s\S]*?)\n<\/thinking>\n\n/g)) {
		addText(match.index);
		parts.push({ kind: "thinking", text: match[1] ?? "" });
		from = match.index + match[0].length;
	}
	addText(body.length);
	return { parts, stopReason, error };
};

const withoutMark = (text: string): { body: string; stopReason: StopReason; error: string | null } => {
	const mark = `\n${interruptedMark}`;
	if (text.endsWith(mark)) return { body: text.slice(0, -mark.length), stopReason: "cancelled", error: null };
	if (text === interruptedMark) return { body: "", stopReason: "cancelled", error: null };
	const failed = /\n<system>failed: ([\s\S]*)<\/system>$/.exec(text);
	if (failed) return { body: text.slice(0, failed.index), stopReason: "failed", error: failed[1] ?? "" };
	return { body: text, stopReason: "endTurn", error: null };
};
