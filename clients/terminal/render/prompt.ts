/** The prompts in front of an input's lines, as IPython writes them. */
import {
	joined,
	type PlainText,
	repeated,
	type ScreenText,
	splitBy,
	words,
} from "../../../ground/text/screenText.ts";
import { paint, type Theme } from "./theme.ts";

export type InputPrompt = {
	/** `In [3]: `; the digits get the number's colour. */
	readonly first: PlainText;
	readonly rest: PlainText;
	readonly kind: "python" | "ai";
};

/** Of an input with a number, or of one that has none yet; in prompt mode `Pr`. */
export const inputPrompt = (
	count: number | null,
	kind: InputPrompt["kind"],
	label = words`In`,
): InputPrompt => {
	const first = words`${label} [${count ?? words`*`}]: `;
	return { first, rest: words`${repeated(words` `, Math.max(0, first.length - 5))}...: `, kind };
};

/** The prompt before a line. */
export const leadOf = (prompt: InputPrompt, index: number, theme: Theme): ScreenText => {
	const text = index === 0 ? prompt.first : prompt.rest;
	if (prompt.kind === "ai") return paint(theme, "aiPrompt", text);
	return joined(
		splitBy(text, /(\d+)/).map((part, place) =>
			paint(theme, place % 2 === 0 ? "inPrompt" : "inNumber", part),
		),
	);
};
