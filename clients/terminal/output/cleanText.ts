/** Text of others for a place that is no screen: nothing in it acts on a terminal. */
import { plainText as withoutControls } from "../../../ground/text/plainText.ts";

/** Takes out escape sequences and control characters; tabs, line ends and carriage returns stay. CR LF becomes LF. */
export const plainText = (text: string): string =>
	text.includes("\r")
		? text.replaceAll("\r\n", "\n").split("\r").map(withoutControls).join("\r")
		: withoutControls(text);

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
