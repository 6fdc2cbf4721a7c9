import type { Ref } from "./ref.ts";

/** `explicit`: written with backticks. A plain `$name` is a reference only when the live namespace has the name. */
export type FoundRef = { readonly ref: Ref; readonly explicit: boolean };

/**
 * References in a prompt or note, each once, in the order of the text:
 *
 * - `` $`name` ``, dotted, indexed and call forms: whatever starts like a name, on one line;
 * - `` !`command` ``, also over several lines;
 * - `$name`: not after a word character, backslash, dollar or backtick, and not between backticks, where a dollar is
 *   the shell's own.
 *
 * What stands in a fence or on a quoted line (`> …`) is text of others: nothing there is a reference. A backslash
 * before the mark takes its meaning away.
 */
export const findRefs = (text: string): FoundRef[] => {
	const { found, rest } = explicitRefs(text);
	for (const match of blankSpans(rest, (ticks) => ticks === 1).matchAll(plainRef))
		found.push({ ref: { kind: "variable", expression: match[1]! }, explicit: false, at: match.index });

	const unique = new Map<string, FoundRef>();
	for (const { ref, explicit } of found.sort((a, b) => a.at - b.at)) {
		const key = JSON.stringify(ref);
		unique.set(key, { ref, explicit: explicit || (unique.get(key)?.explicit ?? false) });
	}
	return [...unique.values()];
};

/** Names of functions that a prompt or note gives to the model, `` &`name` ``, each once; in the same places as `findRefs`. */
export const findToolNames = (text: string): string[] => {
	const { rest } = explicitRefs(text);
	const names = [...rest.matchAll(/`([^`\n]*)`/g)].flatMap(({ 1: inner = "", index }) => {
		const name = inner.trim();
		// What opens here; a span that ends behind an "&" opens nothing.
		return /(?<![\p{L}\p{N}_\\&])&$/u.test(rest.slice(Math.max(0, index - 2), index)) &&
			/^[\p{L}_]/u.test(name)
			? [name]
			: [];
	});
	return [...new Set(names)];
};

/** What is written with backticks, and the text with all of that blanked out. */
const explicitRefs = (text: string): { found: (FoundRef & { at: number })[]; rest: string } => {
	const found: (FoundRef & { at: number })[] = [];
	const rest = blankSpans(maskQuotes(text), (ticks) => ticks > 1).replace(
		explicitRef,
		(whole, expression, command, at: number) => {
			const ref: Ref =
				expression === undefined
					? { kind: "shell", command: command.trim() }
					: { kind: "variable", expression: expression.trim() };
			if (ref.kind === "shell" && ref.command === "") return whole;
			found.push({ ref, explicit: true, at });
			return " ".repeat(whole.length);
		},
	);
	return { found, rest };
};

const explicitRef = /(?<!\\)\$`(\s*[\p{L}_][^`\n]*)`|(?<![\w`\\])!`([^`]+)`/gu;

const plainRef = /(?<![\p{L}\p{N}_\\$`])\$([\p{L}_][\p{L}\p{N}_]*)(?![\p{L}\p{N}_(`$])/gu;

/**
 * Blanks out fences and quoted lines, keeping every place. A fence may stand in a list or a quote; one without its end
 * goes to the end of the text.
 */
const maskQuotes = (text: string): string => {
	let fence: string | null = null;
	return text
		.split("\n")
		.map((line) => {
			const [, mark = ""] = /^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*(`{3,}|~{3,})/.exec(line) ?? [];
			const isInside = fence !== null;
			if (fence === null) fence = mark && !isSpan(line, mark) ? mark : null;
			else if (mark.startsWith(fence) && line.trimEnd().endsWith(mark)) fence = null;
			return isInside || fence !== null || /^\s*>/.test(line) ? " ".repeat(line.length) : line;
		})
		.join("\n");
};

/** Backticks that end on their own line are a code span, not a fence. */
const isSpan = (line: string, mark: string): boolean =>
	mark.startsWith("`") && line.indexOf("`", line.indexOf(mark) + mark.length) >= 0;

/**
 * Blanks out what Markdown puts between backticks, keeping every place: spans on one line, between as many backticks on
 * either side. Several stand around text that may hold single ones, such as how to write a reference.
 */
const blankSpans = (text: string, isMeant: (ticks: number) => boolean): string =>
	text
		.split("\n")
		.map((line) => {
			if (!line.includes("`")) return line;
			const runs = [...line.matchAll(/`+/g)].map(({ 0: run, index }) => ({ ticks: run.length, index }));
			/** Where the next run of so many backticks stands, from the line's end on. */
			const next = new Map<number, number>();
			const ends = runs.map(() => -1);
			for (let at = runs.length - 1; at >= 0; at--) {
				const { ticks } = runs[at]!;
				ends[at] = next.get(ticks) ?? -1;
				next.set(ticks, at);
			}
			const kept: string[] = [];
			let from = 0;
			for (let at = 0; at < runs.length; at++) {
				const { ticks, index } = runs[at]!;
				const end = ends[at]!;
				if (end < 0 || !isMeant(ticks)) continue;
				const to = runs[end]!.index + ticks;
				kept.push(line.slice(from, index), " ".repeat(to - index));
				from = to;
				at = end;
			}
			return kept.join("") + line.slice(from);
		})
		.join("\n");
