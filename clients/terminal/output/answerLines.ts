/** The finished parts of an answer, and the client's own sentences, as lines. */
import { contentText } from "../../../ground/text/contentText.ts";
import { plainRows } from "../../../ground/text/plainText.ts";
import type { ScreenText } from "../../../ground/text/screenText.ts";
import type { AnswerPart, Content } from "../../../protocol/index.ts";
import { toolLine } from "../../../protocol/toolLine.ts";
import { changesText } from "../../common/shell/wording.ts";
import { createMarkdownStream } from "../render/markdownStream.ts";
import { renderToolCall } from "../render/parts.ts";
import { paint, type Role, type Theme } from "../render/theme.ts";
import { wrapLine } from "../screen/styledText.ts";
import { createThinkingStream, type TextStream } from "./thinkingStream.ts";

/** What lines are made for. */
export type Paper = { readonly width: number; readonly theme: Theme };

export const sentenceLines = (text: string, role: Role, { width, theme }: Paper): ScreenText[] =>
	plainRows(text).flatMap((line) => wrapLine(line, width).map((row) => paint(theme, role, row)));

export const steerLines = (content: readonly Content[], paper: Paper): ScreenText[] =>
	sentenceLines(`› ${contentText(content)}`, "aiPrompt", paper);

export const toolLines = (
	call: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
	result: { readonly content: readonly Content[]; readonly isError: boolean },
	{ width, theme }: Paper,
): ScreenText[] => {
	const told = { text: contentText(result.content), isError: result.isError };
	const line = toolLine(call.name, call.args, told).replace(/^🔧 /u, "");
	return [renderToolCall(line, result.isError ? "failed" : "done", width, theme)];
};

export const createTextStream = (kind: "text" | "thinking", paper: Paper): TextStream =>
	kind === "text" ? createMarkdownStream(paper) : createThinkingStream(paper);

/** A part of an answer of the past; a call that came to nothing shows nothing. */
export const partLines = (part: AnswerPart, paper: Paper): ScreenText[] => {
	switch (part.kind) {
		case "text":
		case "thinking": {
			const stream = createTextStream(part.kind, paper);
			return [...stream.append(part.text), ...stream.end()];
		}
		case "toolCall":
			return part.result === null ? [] : toolLines(part, part.result, paper);
		case "steer":
			return steerLines(part.content, paper);
		case "changes":
			return sentenceLines(changesText(part.changes), "dim", paper);
		default:
			return part satisfies never;
	}
};
