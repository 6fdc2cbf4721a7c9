/**
 * Arguments against what a program is known to take: which options there are, whether each has a value, and what
 * values and operands are. An option that is not listed, or that is written short, leaves everything open.
 */
import { type Doubt, doubt } from "./words.ts";

/** What an argument is to the program: plain data, a file that it reads, or one of which it tells name and size. */
export type Role = "data" | "reads" | "lists";

export type OptionTable = {
	/** Options without a value. */
	readonly flags: ReadonlySet<string>;
	/** Options with a value, attached or as the next argument. */
	readonly values: ReadonlyMap<string, Role>;
	/** Options with a value that is attached, if there is one. */
	readonly attached: ReadonlySet<string>;
	/** `-5` for a number. */
	readonly numbers: boolean;
};

/**
 * `-a` is a flag, `-n:` takes data, `-f@` a file that is read, `-r^` one that is told of, `--color?` a value after `=`
 * or none, `-#` a number of lines.
 */
export const optionTable = (text: string): OptionTable => {
	const flags = new Set<string>();
	const values = new Map<string, Role>();
	const attached = new Set<string>();
	let numbers = false;
	for (const word of text.split(/\s+/).filter(Boolean)) {
		const mark = word.at(-1)!;
		const name = word.slice(0, -1);
		if (word === "-#") numbers = true;
		else if (mark === ":") values.set(name, "data");
		else if (mark === "@") values.set(name, "reads");
		else if (mark === "^") values.set(name, "lists");
		else if (mark === "?") attached.add(name);
		else flags.add(word);
	}
	return { flags, values, attached, numbers };
};

export type Parsed = {
	/** Options as the table names them. */
	readonly options: readonly { readonly name: string; readonly value: string | null }[];
	readonly operands: readonly string[];
	/** Values of options that name files. */
	readonly files: readonly { readonly role: Role; readonly path: string }[];
};

export type ParseRules = {
	/** The program takes no options after its first operand. */
	readonly operandsEnd?: true;
};

export const parseOptions = (
	args: readonly string[],
	table: OptionTable,
	{ operandsEnd }: ParseRules = {},
): Parsed | Doubt => {
	const options: { name: string; value: string | null }[] = [];
	const operands: string[] = [];
	const files: { role: Role; path: string }[] = [];
	const take = (name: string, value: string): void => {
		options.push({ name, value });
		const role = table.values.get(name);
		if (role !== undefined && role !== "data") files.push({ role, path: value });
	};
	for (let at = 0; at < args.length; at++) {
		const arg = args[at]!;
		if (arg === "--") {
			operands.push(...args.slice(at + 1));
			break;
		}
		if (!arg.startsWith("-") || arg === "-") {
			operands.push(arg);
			if (!operandsEnd) continue;
			operands.push(...args.slice(at + 1));
			break;
		}
		if (table.numbers && /^-\d+$/.test(arg)) continue;
		const next = args[at + 1];
		const used = arg.startsWith("--")
			? takeLong(arg, next, table, take, options)
			: takeShort(arg, next, table, take, options);
		if (typeof used === "object") return used;
		at += used;
	}
	return { options, operands, files };
};

type Take = (name: string, value: string) => void;
type Options = { name: string; value: string | null }[];

/** How many further arguments it used. */
const takeLong = (
	arg: string,
	next: string | undefined,
	table: OptionTable,
	take: Take,
	options: Options,
): number | Doubt => {
	const equals = arg.indexOf("=");
	return equals < 0
		? takeOne(arg, null, next, table, take, options)
		: takeOne(arg.slice(0, equals), arg.slice(equals + 1), next, table, take, options);
};

const takeShort = (
	arg: string,
	next: string | undefined,
	table: OptionTable,
	take: Take,
	options: Options,
): number | Doubt => {
	// Some programs have long names behind one dash.
	if (arg.length > 2 && (table.flags.has(arg) || table.values.has(arg)))
		return takeOne(arg, null, next, table, take, options);
	for (let at = 1; at < arg.length; at++) {
		const name = `-${arg[at]}`;
		const rest = arg.slice(at + 1);
		if (!table.flags.has(name)) return takeOne(name, rest === "" ? null : rest, next, table, take, options);
		options.push({ name, value: null });
	}
	return 0;
};

/** `value` is what stands in the same word. */
const takeOne = (
	name: string,
	value: string | null,
	next: string | undefined,
	{ flags, values, attached }: OptionTable,
	take: Take,
	options: Options,
): number | Doubt => {
	if (attached.has(name)) {
		options.push({ name, value });
		return 0;
	}
	if (values.has(name)) {
		if (value === null && next === undefined) return doubt(`${name} has no value`);
		take(name, value ?? next!);
		return value === null ? 1 : 0;
	}
	if (!flags.has(name) || value !== null) return doubt(`what ${name} does is not known`);
	options.push({ name, value: null });
	return 0;
};
