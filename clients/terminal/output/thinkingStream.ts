/** Thinking as it arrives: finished lines as a dimmed quote, the open line for the tail. */
import type { ScreenText } from "../../../ground/text/screenText.ts";
import { renderThinking } from "../render/parts.ts";
import type { Theme } from "../render/theme.ts";

export type TextStream = {
	append(delta: string): ScreenText[];
	live(): ScreenText[];
	end(): ScreenText[];
	setWidth(width: number): void;
};

export const createThinkingStream = (options: {
	readonly width: number;
	readonly theme: Theme;
}): TextStream => {
	const { theme } = options;
	let { width } = options;
	let open = "";
	return {
		append(delta) {
			open += delta;
			const newline = open.lastIndexOf("\n");
			if (newline < 0) return [];
			const finished = open.slice(0, newline);
			open = open.slice(newline + 1);
			return finished.split("\n").flatMap((line) => renderThinking(line, width, theme));
		},
		live: () => (open === "" ? [] : renderThinking(open, width, theme)),
		end() {
			const rest = open === "" ? [] : renderThinking(open, width, theme);
			open = "";
			return rest;
		},
		setWidth(columns) {
			width = columns;
		},
	};
};
