/** Whether Enter runs a cell or continues it: the client's own rule, for when the kernel can't say. */
import { scanPython } from "./pythonScan.ts";

/** `indent` is what the next line begins with when the cell goes on. */
export type Completeness = {
	readonly status: "complete" | "incomplete" | "invalid" | "unknown";
	readonly indent: string;
};

/**
 * Like IPython's: open brackets, strings and a trailing backslash continue; a block continues until a blank line.
 * Magics and shell lines are complete, cell magics end with a blank line.
 */
export const isComplete = (code: string): Completeness => {
	const complete: Completeness = { status: "complete", indent: "" };
	const lines = code.split("\n");
	const last = lines.at(-1)!;
	if (code.trim() === "") return complete;
	if (code.trimStart().startsWith("%%"))
		return lines.length > 1 && last.trim() === "" ? complete : { status: "incomplete", indent: "" };
	if (lines.length === 1 && /^\s*[%!?]|\?$/.test(last))
		return last.endsWith("\\") ? { status: "incomplete", indent: "" } : complete;
	const { depth, openQuotes, continued, broken } = scanPython(code);
	const indent = /^[ \t]*/.exec(last)![0];
	if (broken) return { status: "invalid", indent: "" };
	if (openQuotes !== null) return { status: "incomplete", indent: "" };
	if (depth > 0) return { status: "incomplete", indent: /[([{]\s*$/.test(last) ? `${indent}    ` : indent };
	if (continued) return { status: "incomplete", indent };
	if (/:\s*(#.*)?$/.test(last)) return { status: "incomplete", indent: `${indent}    ` };
	if (last.trim() === "") return complete;
	if (indent !== "") {
		const leaves = /^\s*(return|raise|pass|break|continue)\b/.test(last);
		return { status: "incomplete", indent: leaves ? indent.replace(/( {4}|\t)$/, "") : indent };
	}
	return last.startsWith("@") ? { status: "incomplete", indent: "" } : complete;
};
