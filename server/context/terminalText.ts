/**
 * What a terminal would be left with: no colours and cursor moves, a progress bar as its last state, no control
 * characters but tab and newline.
 */
export const plainText = (text: string): string => {
	const unescaped = text.includes("\x1b") || text.includes("\x9b") ? text.replace(escapeSequence, "") : text;
	const lines = /[\r\b]/.test(unescaped)
		? unescaped.replaceAll("\r\n", "\n").split("\n").map(settle).join("\n")
		: unescaped;
	return lines.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "");
};

const escapeSequence =
	// CSI; OSC, DCS and their like up to their end; two-character escapes.
	/(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]/g;

/** One line after its carriage returns and backspaces. */
const settle = (line: string): string => {
	const shown = line.split("\r").findLast((part) => part.trim() !== "") ?? "";
	if (!shown.includes("\b")) return shown;
	const chars: string[] = [];
	for (const char of shown) {
		if (char === "\b") chars.pop();
		else chars.push(char);
	}
	return chars.join("");
};
