import type { Filter } from "./filter.ts";

const longestPattern = 4;

/** Cuts where the answer starts to go round in circles: one to four lines that come three times in a row. */
export const dropRepeatedLines: Filter = (text) => {
	const lines = text.split("\n");
	for (let at = 0; at < lines.length; at++)
		for (let length = 1; length <= longestPattern && at + length * 3 <= lines.length; length++)
			if (isRepeated(lines, at, length)) return lines.slice(0, at + length).join("\n");
	return text;
};

const isRepeated = (lines: readonly string[], at: number, length: number): boolean => {
	const pattern = lines.slice(at, at + length);
	if (pattern.every((line) => line.trim() === "")) return false;
	return pattern.every(
		(line, offset) => lines[at + length + offset] === line && lines[at + 2 * length + offset] === line,
	);
};
