/** What is known of a program: for which arguments it only looks, and at what. */
import { optionTable, type Parsed, type ParseRules, parseOptions } from "./options.ts";
import { type Doubt, doubt } from "./words.ts";

/** What a command does with a path: shows its content, its name and size, or makes a folder there. */
export type Touch = { readonly kind: "reads" | "lists" | "makesFolder"; readonly path: string };

export type Use = {
	readonly touches: readonly Touch[];
	/** Git, which runs what a repository's settings name. */
	readonly git?: true;
	/** It answers by the person's own search path. */
	readonly searches?: true;
};

export type Place = {
	/** Another command's output is its input. */
	readonly isPiped: boolean;
};

/** What the command would do with these arguments, or why that is not known. */
export type Program = (args: readonly string[], place: Place) => Use | Doubt;

export type Operands =
	/** Each is one of these. */
	| { readonly all: "reads" | "lists" | "data" | "makesFolder"; readonly most?: number }
	/** The first is data, a pattern for example, unless an option gives it; the others are files. */
	| { readonly firstUnless: readonly string[]; readonly others: "reads" | "lists" };

/** A program told by its options and operands. */
export const plain = (options: string, operands: Operands, rules: ParseRules = {}): Program => {
	const table = optionTable(options);
	return (args) => {
		const parsed = parseOptions(args, table, rules);
		return "doubt" in parsed ? parsed : useOf(parsed, operands);
	};
};

export const useOf = (parsed: Parsed, operands: Operands): Use | Doubt => {
	const touches: Touch[] = parsed.files.flatMap(({ role, path }) =>
		role === "data" ? [] : [{ kind: role, path }],
	);
	let left = parsed.operands;
	if ("firstUnless" in operands) {
		if (!parsed.options.some(({ name }) => operands.firstUnless.includes(name))) left = left.slice(1);
		touches.push(...left.map((path) => ({ kind: operands.others, path })));
		return { touches };
	}
	if (operands.most !== undefined && left.length > operands.most)
		return doubt(`it may write ${left[operands.most]}`);
	const { all } = operands;
	if (all !== "data") touches.push(...left.map((path) => ({ kind: all, path })));
	return { touches };
};

/** A use of nothing but its arguments. */
export const harmless: Use = { touches: [] };
