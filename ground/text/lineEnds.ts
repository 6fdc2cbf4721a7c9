/** What is typed, said and compared has one kind of line end. */
export const withLineFeeds = (text: string): string =>
	text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
