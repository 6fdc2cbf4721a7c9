/** A cell's output as lines for the scrollback. Everything of the kernel's is made safe here. */
import { rowText } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText, words } from "../../../ground/text/screenText.ts";
import type { Output } from "../../../protocol/index.ts";
import { omittedText } from "../../common/session/omittedText.ts";
import { stripStyles, wrapLine } from "../screen/styledText.ts";
import { type ImageOptions, renderImage } from "./images.ts";
import { renderMarkdown } from "./markdownStream.ts";
import { sanitizeLines } from "./sanitize.ts";
import { paint, type Theme } from "./theme.ts";

export type OutputOptions = Omit<ImageOptions, "columns"> & {
	readonly theme: Theme;
	readonly width: number;
};

/**
 * The lines of one output. Of a bundle the first of these that is there is shown: picture, Markdown, text. Streams
 * that arrive in pieces go through `createOutputStream` instead.
 */
export const renderOutput = (output: Output, options: OutputOptions): ScreenText[] => {
	const { theme } = options;
	switch (output.kind) {
		case "stream":
			return plainIf(theme, sanitizeLines(output.text));
		case "error":
			return plainIf(
				theme,
				sanitizeLines(output.traceback.join("\n") || `${output.ename}: ${output.evalue}`),
			);
		case "executeResult":
			return withOutPrompt(output.executionCount, renderBundle(output.data, options), theme);
		case "displayData":
		case "updateDisplayData":
			return renderBundle(output.data, options).lines;
		case "omitted":
			return [paint(theme, "dim", omittedText(output.chars))];
		case "clearOutput":
			return [];
		default:
			return output satisfies never;
	}
};

type Bundle = { readonly lines: ScreenText[]; readonly kind: "text" | "block" };

const renderBundle = (data: Readonly<Record<string, unknown>>, options: OutputOptions): Bundle => {
	const { theme, width } = options;
	const text = (type: string): string | null => {
		const value = data[type];
		if (Array.isArray(value)) return value.join("");
		return typeof value === "string" ? value : null;
	};
	for (const type of ["image/png", "image/jpeg", "image/gif"]) {
		const image = text(type);
		if (image !== null && (options.graphics !== null || text("text/plain") === null || type === "image/png"))
			return { lines: renderImage(type, image, { ...options, columns: width }), kind: "block" };
	}
	const markdown = text("text/markdown");
	if (markdown !== null) return { lines: renderMarkdown(markdown, width, theme), kind: "block" };
	const latex = text("text/latex");
	const plain = text("text/plain") ?? latex;
	if (plain !== null) return { lines: plainIf(theme, sanitizeLines(plain)), kind: "text" };
	const types = Object.keys(data).map(rowText);
	const lines = types.length === 0 ? [] : wrapLine(words`[${joined(types, words`, `)}]`, width);
	return { lines, kind: "text" };
};

/** IPython's form: one line stands beside the prompt, several start below it. */
const withOutPrompt = (count: number, { lines, kind }: Bundle, theme: Theme): ScreenText[] => {
	const isBeside = kind === "text" && lines.length <= 1;
	const prompt = joined([
		paint(theme, "outPrompt", words`Out[`),
		paint(theme, "outNumber", words`${count}`),
		paint(theme, "outPrompt", isBeside ? words`]: ` : words`]:`),
	]);
	return isBeside ? [joined([prompt, ...lines])] : [prompt, ...lines];
};

const plainIf = (theme: Theme, lines: ScreenText[]): ScreenText[] =>
	theme.colors ? lines : lines.map(stripStyles);
