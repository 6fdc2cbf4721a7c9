/** An answer as its Python blocks and what stands between them. */
import { BlockParser } from "./blockParser.ts";

export type AnswerPart = { readonly kind: "python" | "text"; readonly text: string };

/**
 * Fenced blocks whose language is Python's are parts of their own, without their fences: those of list items and of
 * quotes too, without the indent and the marks of these. A fence that never ends counts. What is blank is no part.
 */
export const answerParts = (markdown: string): readonly AnswerPart[] => {
	const parts: AnswerPart[] = [];
	let code: string[] | null = null;
	let text: string[] = [];
	const add = (kind: AnswerPart["kind"], lines: readonly string[]): void => {
		const joined = lines
			.join("\n")
			.replace(/^(?:[ \t]*\n)+/, "")
			.trimEnd();
		if (joined !== "") parts.push({ kind, text: joined });
	};
	/** Whether the line is a fence of Python's. */
	let isFence = false;
	const parser = new BlockParser((block) => {
		if (block.kind === "codeStarted" && isPython(block.info)) {
			add("text", text);
			text = [];
			code = [];
			isFence = true;
		} else if (block.kind === "codeLine") code?.push(block.text);
		else if (block.kind === "codeEnded" && code !== null) {
			add("python", code);
			code = null;
			isFence = block.isClosed;
		}
	});
	for (const line of markdown.split("\n")) {
		const whole = line.endsWith("\r") ? line.slice(0, -1) : line;
		isFence = false;
		parser.line(whole);
		if (code === null && !isFence) text.push(whole);
	}
	parser.end();
	add("text", text);
	return parts;
};

/** The Python blocks of an answer, for the keys that insert them. */
export const codeBlocks = (markdown: string): readonly string[] =>
	answerParts(markdown).flatMap(({ kind, text }) => (kind === "python" ? [text] : []));

/** Whether a fence's info names Python: `python`, `py`, `{python}`, `python title="x"`. */
const isPython = (info: string): boolean => {
	const [, language = ""] = /^\{?\s*\.?([\w+#.-]*)/.exec(info) ?? [];
	return /^(?:py|python3?|ipython3?)$/i.test(language);
};
