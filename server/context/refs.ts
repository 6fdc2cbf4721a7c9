import type { Ref } from "./ref.ts";

/** `explicit`: written with backticks. A plain `$name` is a reference only when the live namespace has the name. */
export type FoundRef = { readonly ref: Ref; readonly explicit: boolean };

/**
 * References in a prompt or note, each once, in the order of the text:
 *
 * - `` $`name` ``, dotted, indexed and call forms: whatever starts like a name, on one line;
 * - `` !`command` ``, also over several lines;
 * - `$name`: not after a word character, backslash, dollar or backtick, and not inside of code (fences, backticks),
 *   where a dollar is the shell's own.
 *
 * Forms with backticks count inside of fenced code as well. A backslash before the mark takes its meaning away.
 */
export const findRefs = (text: string): FoundRef[] => {
	const found: (FoundRef & { at: number })[] = [];
	const rest = text.replace(explicitRef, (whole, expression, command, at: number) => {
		const ref: Ref =
			expression === undefined
				? { kind: "shell", command: command.trim() }
				: { kind: "variable", expression: expression.trim() };
		if (ref.kind === "shell" && ref.command === "") return whole;
		found.push({ ref, explicit: true, at });
		return " ".repeat(whole.length);
	});
	for (const match of maskCode(rest).matchAll(plainRef))
		found.push({ ref: { kind: "variable", expression: match[1]! }, explicit: false, at: match.index });

	const unique = new Map<string, FoundRef>();
	for (const { ref, explicit } of found.sort((a, b) => a.at - b.at)) {
		const key = JSON.stringify(ref);
		unique.set(key, { ref, explicit: explicit || (unique.get(key)?.explicit ?? false) });
	}
	return [...unique.values()];
};

const explicitRef = /(?<!\\)\$`(\s*[\p{L}_][^`\n]*)`|(?<![\w`\\])!`([^`]+)`/gu;

const plainRef = /(?<![\p{L}\p{N}_\\$`])\$([\p{L}_][\p{L}\p{N}_]*)(?![\p{L}\p{N}_(`$])/gu;

/** Blanks out fences and code spans, keeping every place. */
const maskCode = (text: string): string =>
	text.replace(
		/^([ \t]*)(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t]*\2[^\n]*$|(?![\s\S]))|(?<!`)(`+)(?!`)[^\n]*?[^`\n]\3(?!`)/gm,
		(code) => code.replace(/[^\n]/g, " "),
	);
