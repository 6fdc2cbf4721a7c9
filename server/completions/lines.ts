/** What stands before the cursor on its line. */
export const lastLine = (text: string): string => text.slice(text.lastIndexOf("\n") + 1);

/** What stands after the cursor on its line. */
export const firstLine = (text: string): string => {
	const end = text.indexOf("\n");
	return end < 0 ? text : text.slice(0, end);
};

export const indentOf = (line: string): string => /^[ \t]*/.exec(line)![0];
