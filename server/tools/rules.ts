/**
 * What a person has decided beforehand: `TOOL` or `TOOL(PATTERN)` under allow, ask or deny. Deny goes before ask, ask
 * before allow. Pure.
 */
import type { Ruling } from "./policy.ts";
import type { About } from "./tool.ts";
import { matchesAll, type Wildcard, type Wildcards } from "./wildcards.ts";

export type RuleTexts = {
	readonly allow?: readonly string[] | undefined;
	readonly ask?: readonly string[] | undefined;
	readonly deny?: readonly string[] | undefined;
};

export type Rule = {
	readonly ruling: Exclude<Ruling, null>;
	/** As it was written. */
	readonly text: string;
	/** `null`: it was not understood, and counts for nothing. */
	readonly tool: string | null;
	readonly pattern: string | null;
	readonly source: "person" | "project" | "session";
};

/** A project's rules narrow: what they would allow counts for nothing. */
export const parseRules = (texts: RuleTexts, source: Rule["source"]): Rule[] =>
	(["deny", "ask", "allow"] as const)
		.filter((ruling) => source !== "project" || ruling !== "allow")
		.flatMap((ruling) => (texts[ruling] ?? []).map((text) => parseRule(text, ruling, source)));

const parseRule = (text: string, ruling: Rule["ruling"], source: Rule["source"]): Rule => {
	const [, tool = null, pattern = null] = /^\s*([\w*-]+)\s*(?:\((.+)\))?\s*$/s.exec(text) ?? [];
	return { ruling, text, tool, pattern: pattern?.trim() ?? null, source };
};

/** What the rules say of a call. */
export const rulingOf = (rules: readonly Rule[], tool: string, about: About | null): Ruling => {
	for (const ruling of ["deny", "ask", "allow"] as const)
		if (rules.some((rule) => rule.ruling === ruling && applies(rule, tool, about))) return ruling;
	return null;
};

/** Tools that do the same: what is denied to one is denied to all. */
const families: readonly (readonly string[])[] = [
	["bash", "Bash", "exec_command", "start_bgterm", "write_stdin"],
	["exhash_file", "Edit", "Write", "apply_patch"],
	["lnhashview_file", "load_skill", "Read", "Grep"],
	["pyrun", "run_cell", "set_up_skill"],
];

const applies = ({ ruling, tool, pattern }: Rule, called: string, about: About | null): boolean => {
	if (tool === null) return false;
	const isFamily =
		ruling !== "allow" && families.some((names) => names.includes(tool) && names.includes(called));
	if (
		tool !== called &&
		!isFamily &&
		!matchesAll(
			starred(tool, () => many),
			called,
		)
	)
		return false;
	if (pattern === null) return true;
	if (about === null) return false;
	switch (about.kind) {
		case "commands":
			return ruling === "allow" ? allowsLine(pattern, about) : mentions(pattern, about);
		case "paths": {
			const matches = about.paths.map((path) => pathMatches(pattern, path, about));
			return ruling === "allow" ? matches.length > 0 && matches.every(Boolean) : matches.some(Boolean);
		}
		default:
			return about satisfies never;
	}
};

type Commands = Extract<About, { kind: "commands" }>;

/** Every command of the line is known word by word, and is allowed by the rule or harmless anyway. */
const allowsLine = (pattern: string, { steps, isPlain }: Commands): boolean =>
	isPlain &&
	steps.length > 0 &&
	steps.every(
		({ words, doubt }) => doubt === null || (words !== null && beginsWith(words, wordsOf(pattern))),
	);

/** Some command of the line begins like that, as far as its words are known; else the words stand in it somewhere. */
const mentions = (pattern: string, { steps, line, isPlain }: Commands): boolean => {
	const wanted = wordsOf(pattern);
	if (steps.some(({ words }) => words !== null && beginsWith(words, wanted))) return true;
	if (isPlain) return false;
	const tokens = line.replaceAll("\\", "").split(/[\s"'`;|&()<>{}$]+/);
	return tokens.some((_, at) => beginsWith(tokens.slice(at, at + wanted.length), wanted));
};

const wordsOf = (pattern: string): string[] => pattern.split(/\s+/).filter((word) => word !== "");

const beginsWith = (words: readonly string[], wanted: readonly string[]): boolean =>
	wanted.length > 0 &&
	wanted.every((each, at) => words[at] !== undefined && wordMatches(each, words[at], at));

/** A program also by its path; `*` stands for anything. */
const wordMatches = (wanted: string, word: string, at: number): boolean => {
	const wildcards = starred(wanted, () => many);
	return (
		matchesAll(wildcards, word) || (at === 0 && matchesAll(wildcards, word.slice(word.lastIndexOf("/") + 1)))
	);
};

/** `*` stays in its folder, `**` does not; a folder stands for all that is in it. */
const pathMatches = (
	pattern: string,
	path: string,
	{ project, home }: Extract<About, { kind: "paths" }>,
): boolean => {
	const rooted = pattern.startsWith("~/")
		? `${home}/${pattern.slice(2)}`
		: pattern.startsWith("/")
			? pattern
			: `${project}/${pattern.replace(/^\.\//, "")}`;
	const wildcards = starred(rooted.replace(/\/(\*\*)?$/, ""), (stars) =>
		stars === "*" ? { any: "many", edge: "/" } : many,
	);
	return matchesAll(wildcards, path) || matchesAll([...wildcards, "/", many], path);
};

const many: Wildcard = { any: "many" };

const starred = (text: string, wildcard: (stars: string) => Wildcard): Wildcards =>
	text.split(/(\*+)/).map((part) => (part.startsWith("*") ? wildcard(part) : part));
