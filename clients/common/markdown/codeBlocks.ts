/** The Python blocks of an answer, for the keys that insert them. */
import { BlockParser } from "./blockParser.ts";

/**
 * Fenced blocks whose language is Python's, in order, without blank ones: those of list items and of quotes too. A
 * fence that never ends counts.
 */
export const codeBlocks = (markdown: string): readonly string[] => {
	const blocks: string[] = [];
	let open: string[] | null = null;
	const parser = new BlockParser((block) => {
		if (block.kind === "codeStarted") open = isPython(block.info) ? [] : null;
		else if (block.kind === "codeLine") open?.push(block.text);
		else if (block.kind === "codeEnded" && open !== null) {
			const text = open.join("\n").replace(/^\n+/, "").trimEnd();
			if (text !== "") blocks.push(text);
			open = null;
		}
	});
	for (const line of markdown.split("\n")) parser.line(line.endsWith("\r") ? line.slice(0, -1) : line);
	parser.end();
	return blocks;
};

/** Whether a fence's info names Python: `python`, `py`, `{python}`, `python title="x"`. */
const isPython = (info: string): boolean => {
	const [, language = ""] = /^\{?\s*\.?([\w+#.-]*)/.exec(info) ?? [];
	return /^(?:py|python3?|ipython3?)$/i.test(language);
};
