/** What stands before the cursor on its line. */
export const lastLine = (text: string): string => text.slice(text.lastIndexOf("\n") + 1);

/** What stands after the cursor on its line. */
export const firstLine = (text: string): string => {
	const end = text.indexOf("\n");
	return end < 0 ? text : text.slice(0, end);
};

export const indentOf = (line: string): string => /^[ \t]*/.exec(line)![0];

/** Lines for a shell or a magic are blanked: they are no Python. */
export const withoutMagics = (code: string): string =>
	code.replace(/^[ \t]*[!%].*$/gm, (line) => " ".repeat(line.length));
