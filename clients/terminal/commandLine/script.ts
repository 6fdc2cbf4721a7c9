/**
 * Input that comes from a pipe: one script of Python in which a line that starts with a dot begins a prompt. A prompt
 * ends at the next blank line; the Python around it is run whole, so that blocks and cell magics keep together.
 */
import { scanPython } from "../../../ground/python/pythonScan.ts";

/** Cells and prompts in order, each as a person would type it. */
export const splitScript = (text: string): readonly string[] => {
	const lines = text.replace(/\r\n?/g, "\n").split("\n");
	const entries: string[] = [];
	let from = 0;
	while (from < lines.length) {
		const start = nextPrompt(lines, from);
		pushEntry(entries, lines.slice(from, start));
		if (start === lines.length) break;
		let end = start + 1;
		while (end < lines.length && lines[end]!.trim() !== "") end++;
		pushEntry(entries, lines.slice(start, end));
		from = end;
	}
	return entries;
};

/** The first line at or after `from` that begins a prompt; a dot inside of an open bracket or string does not. */
const nextPrompt = (lines: readonly string[], from: number): number => {
	if (!lines.slice(from).some(isPromptLine)) return lines.length;
	// Prose is not Python: once a prompt is found the scan ends, what follows it is scanned anew.
	let end = from;
	while (end < lines.length) {
		if (isPromptLine(lines[end]!)) {
			const { starts } = scanPython(lines.slice(from, end + 1).join("\n"));
			if (starts.at(-1) === end - from) return end;
		}
		end++;
	}
	return lines.length;
};

const isPromptLine = (line: string): boolean => /^\.(?![.\d])/.test(line);

const pushEntry = (entries: string[], lines: readonly string[]): void => {
	const text = lines
		.join("\n")
		.replace(/^(\s*\n)+/, "")
		.trimEnd();
	if (text !== "") entries.push(text);
};
