/** The small parts of the terminal: thinking, tool calls, prompt echoes, the status line. */
import { rowText, shownText, withoutTabs } from "../../../ground/text/plainText.ts";
import { joined, repeated, rowsOf, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { lineWidth, truncateLine, wrapLine } from "../screen/styledText.ts";
import { highlightPython } from "./highlight.ts";
import { type InputPrompt, leadOf } from "./prompt.ts";
import { paint, type Theme } from "./theme.ts";

/** Thinking as a dimmed quote. */
export const renderThinking = (text: string, width: number, theme: Theme): ScreenText[] =>
	rowsOf(withoutTabs(shownText(text.trimEnd())))
		.flatMap((line) => (line === "" ? [words`>`] : wrapLine(line, width - 2).map((row) => styled`> ${row}`)))
		.map((line) => paint(theme, "dim", line));

/** One line for a tool call; `text` is what `callText` or `finishedText` made of it. */
export const renderToolCall = (
	text: string,
	state: "pending" | "done" | "failed",
	width: number,
	theme: Theme,
): ScreenText => {
	const line = words`${state === "pending" ? words`⏳` : words`🔧`} ${rowText(text)}`;
	return paint(theme, state === "failed" ? "error" : "tool", truncateLine(line, width));
};

/** An input as it stands in the scrollback after Enter. */
export const renderPromptEcho = (code: string, prompt: InputPrompt, theme: Theme): ScreenText[] => {
	const python = prompt.kind === "python" && !code.startsWith(".");
	const lines = python
		? highlightPython(code.replaceAll("\t", "    "), theme)
		: rowsOf(withoutTabs(shownText(code)));
	return lines.map((line, index) => joined([leadOf(prompt, index, theme), line]));
};

/** Settings left, activity right; a narrow screen loses the end of the left part first. */
export const renderStatus = (
	{ danger, left, right }: { readonly danger: string | null; readonly left: string; readonly right: string },
	width: number,
	theme: Theme,
): ScreenText => {
	const mark = danger === null ? words`` : words`${rowText(danger)} `;
	const whole = width - lineWidth(mark);
	const end = truncateLine(rowText(right), whole);
	const room = whole - lineWidth(end) - (end === "" ? 0 : 2);
	const start = room > 3 ? truncateLine(rowText(left), room) : words``;
	const gap = repeated(words` `, Math.max(0, end === "" ? 0 : whole - lineWidth(start) - lineWidth(end)));
	return joined([paint(theme, "error", mark), paint(theme, "dim", joined([start, gap, end]))]);
};
