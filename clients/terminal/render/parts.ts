/** The small parts of the terminal: thinking, tool calls, prompt echoes, the status line. */

import { leadOf } from "../editor/inputLines.ts";
import type { EditorPrompt } from "../editor/types.ts";
import { lineWidth, truncateLine, wrapLine } from "../screen/styledText.ts";
import { highlightPython } from "./highlight.ts";
import { showControls } from "./sanitize.ts";
import { paint, type Theme } from "./theme.ts";

/** Thinking as a dimmed quote. */
export const renderThinking = (text: string, width: number, theme: Theme): string[] =>
	showControls(text.trimEnd())
		.split("\n")
		.flatMap((line) => (line === "" ? [">"] : wrapLine(line, width - 2).map((row) => `> ${row}`)))
		.map((line) => paint(theme, "dim", line));

/** One line for a tool call; `text` is what `callText` or `finishedText` made of it. */
export const renderToolCall = (
	text: string,
	state: "pending" | "done" | "failed",
	width: number,
	theme: Theme,
): string => {
	const line = `${state === "pending" ? "⏳" : "🔧"} ${showControls(text).replaceAll("\n", " ")}`;
	return paint(theme, state === "failed" ? "error" : "tool", truncateLine(line, width, "…"));
};

/** An input as it stands in the scrollback after Enter. */
export const renderPromptEcho = (code: string, prompt: EditorPrompt, theme: Theme): string[] => {
	const clean = showControls(code);
	const python = prompt.kind === "python" && !code.startsWith(".");
	const lines = python ? highlightPython(clean, theme) : clean.split("\n");
	return lines.map((line, index) => leadOf(prompt, index, theme) + line);
};

/** The prompts of input `count`, the continuation as wide as the first. */
export const pythonPrompt = (count: number): EditorPrompt => {
	const first = `In [${count}]: `;
	return { first, rest: "...: ".padStart(first.length), kind: "python" };
};

/** Settings left, activity right; a narrow screen loses the end of the left part first. */
export const renderStatus = (
	{ left, right }: { readonly left: string; readonly right: string },
	width: number,
	theme: Theme,
): string => {
	const end = truncateLine(showControls(right), width, "…");
	const room = width - lineWidth(end) - (end === "" ? 0 : 2);
	const start = room > 3 ? truncateLine(showControls(left), room, "…") : "";
	const gap = " ".repeat(Math.max(0, end === "" ? 0 : width - lineWidth(start) - lineWidth(end)));
	return paint(theme, "dim", start + gap + end);
};
