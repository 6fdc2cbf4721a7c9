import { withLineFeeds } from "../../ground/text/lineEnds.ts";

/** A cell of a Python file: from its `# %%` line to the next one. Lines count from 0, `endLine` is behind the last. */
export type CodeCell = { readonly startLine: number; readonly endLine: number; readonly code: string };

const marker = /^# ?%%/;

/** The cell a line lies in, `null` in a file without cells. Before the first marker lies a cell too. */
export const codeCellAt = (lines: readonly string[], line: number): CodeCell | null => {
	if (!lines.some((each) => marker.test(each))) return null;
	const at = Math.min(line, lines.length - 1);
	const startLine = Math.max(
		0,
		lines.findLastIndex((each, index) => index <= at && marker.test(each)),
	);
	const next = lines.findIndex((each, index) => index > at && marker.test(each));
	const endLine = next < 0 ? lines.length : next;
	const first = marker.test(lines[startLine] ?? "") ? startLine + 1 : startLine;
	return { startLine, endLine, code: withLineFeeds(lines.slice(first, endLine).join("")).trim() };
};
