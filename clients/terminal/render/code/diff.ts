/** Changes to a file, as `diff -u` and git write them. */
import type { Role } from "../theme.ts";
import type { CodeReader } from "./codeReader.ts";

export const diffReader: CodeReader = (line) => ({
	spans: [{ text: line, role: roleOf(line) }],
	next: diffReader,
});

const roleOf = (line: string): Role | null => {
	if (/^(?:diff |index |--- |\+\+\+ |Index: |===)/.test(line)) return "strong";
	if (line.startsWith("@@")) return "builtin";
	if (/^[+>]/.test(line)) return "success";
	if (/^[-<]/.test(line)) return "error";
	return line.startsWith("!") ? "warning" : null;
};
