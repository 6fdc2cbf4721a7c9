/** The Python blocks of an answer, for the keys that insert them. */

/**
 * Fenced blocks whose language is Python's, in order, without blank ones: those of list items too, not those that are
 * quoted. A fence that never ends counts.
 */
export const codeBlocks = (markdown: string): readonly string[] => {
	const blocks: string[] = [];
	let open: {
		readonly fence: string;
		readonly indent: number;
		readonly wanted: boolean;
		lines: string[];
	} | null = null;
	const close = (): void => {
		const text = open!.lines.join("\n").replace(/^\n+|\s+$/g, "");
		if (open!.wanted && text !== "") blocks.push(text);
		open = null;
	};
	for (const line of markdown.split("\n")) {
		const match = /^(\s*)(`{3,}|~{3,})\s*(.*)$/.exec(line);
		if (open === null) {
			if (!match || (match[2]!.startsWith("`") && match[3]!.includes("`"))) continue;
			const language = /^\{?\.?([\w+-]*)/.exec(match[3]!)![1]!.toLowerCase();
			const wanted = ["py", "python", "python3", "ipython"].includes(language);
			open = { fence: match[2]!, indent: match[1]!.length, wanted, lines: [] };
		} else if (match && match[3] === "" && match[2]!.startsWith(open.fence)) close();
		else open.lines.push(withoutIndent(line, open.indent));
	}
	if (open !== null) close();
	return blocks;
};

const withoutIndent = (line: string, indent: number): string =>
	line.slice(Math.min(indent, /^\s*/.exec(line)![0].length));
