/** The command line of `ipyai`: what each word means. Pure; `main.ts` acts on the answer. */

import { nearest } from "../../../ground/text/nearest.ts";
import { kernelOptions, type Option, options } from "./options.ts";
import { type Draft, noArguments, type RunArguments } from "./runArguments.ts";

export type Arguments =
	| RunArguments
	| { readonly kind: "help" }
	| { readonly kind: "version" }
	/** A sentence for stderr; the program exits with 2. */
	| { readonly kind: "wrong"; readonly message: string };

/** Commands that stand for a backend; their names are aliases that the server knows. */
const programBackends: readonly string[] = ["ipyclaude", "ipycodex"];

class Wrong extends Error {}

/**
 * Reads the words after the program's name. `program` is the command that was typed (`ipyclaude` stands for a
 * backend). Words after `--` and IPython's own options are kept for the kernel.
 */
export const parseArguments = (words: readonly string[], program = "ipyai"): Arguments => {
	const draft: Draft = { ...noArguments, backend: programBackends.includes(program) ? program : null };
	try {
		for (let at = 0; at < words.length; ) {
			const word = words[at]!;
			if (word === "--help" || word === "-h") return { kind: "help" };
			if (word === "--version" || word === "-V") return { kind: "version" };
			if (word === "--") {
				draft.kernelArgs = [...draft.kernelArgs, ...words.slice(at + 1)];
				break;
			}
			if (word.startsWith("--")) at += readLong(draft, words, at);
			else if (word.startsWith("-") && word.length > 1) at += readShort(draft, words, at);
			else {
				draft.script = { kind: "file", name: word, args: [] };
				at++;
			}
			if (draft.script !== null) {
				draft.script = { ...draft.script, args: words.slice(at) };
				break;
			}
		}
		if (draft.runLoaded && draft.load === null)
			throw new Wrong("--run runs the cells of a notebook: name it with --load FILE.");
	} catch (error) {
		if (error instanceof Wrong) return { kind: "wrong", message: error.message };
		throw error;
	}
	return draft;
};

/** Reads `--name`, `--name value` or `--name=value`; answers how many words it took. */
const readLong = (draft: Draft, words: readonly string[], at: number): number => {
	const word = words[at]!;
	const equals = word.indexOf("=");
	const name = word.slice(2, equals < 0 ? undefined : equals);
	const attached = equals < 0 ? null : word.slice(equals + 1);
	// IPython's own spelling of ours, as in configuration files.
	const option = options.find((each) => each.long === name || each.long === name.replaceAll("_", "-"));
	if (option !== undefined) {
		if (option.takes === "nothing" && attached !== null) throw new Wrong(`--${name} takes no value.`);
		return apply(draft, option, `--${name}`, attached, words, at);
	}
	if (name.includes(".")) {
		// `--Class.trait value` is one option as well.
		const next = words[at + 1];
		const takesNext = attached === null && next !== undefined && !next.startsWith("-");
		draft.kernelArgs = [...draft.kernelArgs, word, ...(takesNext ? [next] : [])];
		return takesNext ? 2 : 1;
	}
	const kernel = kernelOptions[name];
	if (kernel === undefined) throw new Wrong(unknownOption(name));
	const next = words[at + 1];
	const wantsNext = kernel !== "nothing" && attached === null;
	if (kernel === "value" && wantsNext && next === undefined) throw new Wrong(`--${name} needs a value.`);
	const takesNext = wantsNext && next !== undefined && (kernel === "value" || !next.startsWith("-"));
	draft.kernelArgs = [...draft.kernelArgs, takesNext ? `--${name}=${next}` : word];
	return takesNext ? 2 : 1;
};

/** Reads `-r`, `-r 43`, `-r43`, `-rp 43`; answers how many words it took. */
const readShort = (draft: Draft, words: readonly string[], at: number): number => {
	const letters = words[at]!.slice(1);
	const find = (letter: string) => options.find((each) => each.short === letter);
	const group = [...letters].map(find);
	const first = group[0];
	if (first === undefined) throw new Wrong(unknownShort(letters[0]!));
	const isGroup =
		group.every((each) => each !== undefined) &&
		group.filter((each) => each!.takes === "value").length <= 1 &&
		group.filter((each) => each!.takes !== "nothing").length <= 1;
	if (!isGroup) {
		if (first.takes === "nothing") {
			const unknown = [...letters].find((letter) => find(letter) === undefined);
			throw new Wrong(
				unknown === undefined
					? `-${letters} names two options that take a value: write them apart.`
					: unknownShort(unknown),
			);
		}
		return apply(draft, first, `-${first.short}`, letters.slice(1), words, at);
	}
	let taken = 1;
	for (const option of group as Option[])
		taken = Math.max(taken, apply(draft, option, `-${option.short}`, null, words, at));
	return taken;
};

const apply = (
	draft: Draft,
	option: Option,
	name: string,
	attached: string | null,
	words: readonly string[],
	at: number,
): number => {
	if (option.takes === "nothing") {
		Object.assign(draft, option.meaning(null, draft));
		return 1;
	}
	const next = words[at + 1];
	if (option.takes === "optionalValue") {
		const value = attached ?? (next !== undefined && option.fits?.(next) ? next : null);
		Object.assign(draft, option.meaning(value, draft));
		return value === null || attached !== null ? 1 : 2;
	}
	const value = attached ?? next;
	if (value === undefined) throw new Wrong(`${name} needs a value: ${name} ${option.valueName}.`);
	if (option.choices !== undefined && !option.choices.includes(value))
		throw new Wrong(
			`${name} ${value}: choose one of ${option.choices.join(", ")}.${suggestion(value, option.choices)}`,
		);
	Object.assign(draft, option.meaning(value, draft));
	return attached === null ? 2 : 1;
};

const unknownOption = (name: string): string => {
	const known = [...options.map((option) => option.long), "help", "version", ...Object.keys(kernelOptions)];
	const near = nearest(name, known);
	return near === null
		? `Unknown option --${name}. See ipyai --help; options for IPython go after --.`
		: `Unknown option --${name}. Did you mean --${near}?`;
};

const unknownShort = (letter: string): string => `Unknown option -${letter}. See ipyai --help.`;

const suggestion = (value: string, choices: readonly string[]): string => {
	const near = nearest(value, choices);
	return near === null ? "" : ` Did you mean ${near}?`;
};

/** The text of `--help`. */
export const helpText = (program: string): string => {
	const lines = options.map((option) => {
		const names = [option.short && `-${option.short}`, `--${option.long}`].filter(Boolean);
		const value =
			option.takes === "value"
				? ` ${option.valueName}`
				: option.takes === "optionalValue"
					? ` [${option.valueName}]`
					: "";
		return `  ${(names.join(", ") + value).padEnd(30)} ${option.help}`;
	});
	return [
		`Usage: ${program} [options] [script.py [arguments]] [-- IPython options]`,
		"",
		"An IPython terminal with an AI in it: Python as always, a line that starts with a dot asks the AI.",
		"",
		...lines,
		`  ${"-V, --version".padEnd(30)} say which version this is`,
		`  ${"-h, --help".padEnd(30)} this text`,
		"",
		`${program} lsp [--no-share] is a language server for editors, on standard input and output.`,
		`${program} mcp gives other AI programs the live sessions, as an MCP server.`,
		"IPython's options (--pdb, --matplotlib, --profile=x, --Class.trait=value) go to the kernel.",
		"Input from a pipe is one script; a line that starts with a dot begins a prompt up to the next blank line.",
		"",
	].join("\n");
};
