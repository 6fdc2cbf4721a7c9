/**
 * What a terminal would be left with: no colours and cursor moves, a progress bar as its last state, no control
 * characters but tab and newline.
 */
export const plainText = (text: string): string => {
	const hasEscapes = text.includes("\x1b") || text.includes("\x9b");
	const unescaped = hasEscapes ? settleRows(text).replace(escapeSequence, "") : text;
	const lines = /[\r\b]/.test(unescaped)
		? unescaped.replaceAll("\r\n", "\n").split("\n").map(settle).join("\n")
		: unescaped;
	return lines.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "");
};

const escapeSequence =
	// CSI; OSC, DCS and their like up to their end; two-character escapes.
	/(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]/g;

/** The lines after the text went up and down in them, as nested progress bars do; each move begins its line anew. */
const settleRows = (text: string): string => {
	if (!/(?:\x1b\[|\x9b)\d*[AF]/.test(text)) return text;
	const rows = [""];
	let row = 0;
	for (const piece of text.split(/(\n|(?:\x1b\[|\x9b)\d*[ABEF])/)) {
		const move = /^(?:\x1b\[|\x9b)(\d*)([ABEF])$/.exec(piece);
		if (piece !== "\n" && move === null) {
			rows[row] += piece;
			continue;
		}
		const count = move === null ? 1 : Number(move[1]) || 1;
		const last = move === null ? row + 1 : rows.length - 1;
		row = /[AF]/.test(move?.[2] ?? "") ? Math.max(0, row - count) : Math.min(row + count, last);
		rows[row] = row < rows.length ? `${rows[row]}\r` : "";
	}
	return rows.join("\n");
};

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
