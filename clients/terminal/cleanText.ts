/** Text of others for a place that is no screen: nothing in it acts on a terminal. */

const sequences =
	/\x1b\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|\x1b[\]_P^X][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[\x20-\x2f]*[\x30-\x7e]|\x9b[\x30-\x3f]*[\x40-\x7e]/g;

/** Takes out escape sequences and control characters; tabs and line ends stay. CR LF becomes LF. */
export const plainText = (text: string): string => {
	const lines = text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
	return /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(lines)
		? lines.replace(sequences, "").replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, "")
		: lines;
};

/** The same, but colours stay: for a terminal that scrolls. */
export const coloredText = (text: string): string => {
	const kept: string[] = [];
	const marked = text.replace(/\x1b\[[\d;:]*m/g, (color) => {
		kept.push(color);
		return "\ufdd0";
	});
	let at = 0;
	return plainText(marked).replace(/\ufdd0/g, () => kept[at++] ?? "");
};
