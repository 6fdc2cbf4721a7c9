/**
 * What a command line would do, as far as it can be shown. "May run" is a proof: the whole line is understood, every
 * word is known as bash passes it on, and every option of every program is known to do no harm. Whatever is not
 * understood leaves a doubt, never a guess. Pure: what lies on the disk is asked of `Facts`.
 */
import { posix } from "node:path";
import { type Command, forEachChild, parse, type Redirection, type SyntaxNode, type Word } from "unbash";
import { matchPattern } from "./patterns.ts";
import type { Program, Touch } from "./program.ts";
import { programs, shellWords } from "./programs/index.ts";
import { type Argument, type Doubt, doubt, type Known, readWord } from "./words.ts";

export type Facts = {
	/** Where the line begins; without links. */
	readonly cwd: string;
	readonly home: string;
	/** One of the system's own programs has this name. */
	isSystemProgram(name: string): boolean;
	/** The person's search path finds the same. */
	isFoundFirst(name: string): boolean;
	mayRead(path: string, cwd: string): boolean;
	mayList(path: string, cwd: string): boolean;
	writing(path: string, cwd: string): "contained" | "open" | "guarded";
	/** The folder without links, `null` when there is none to go to. */
	folder(path: string, cwd: string): string | null;
	/** Names in a folder in their order, `null` when they cannot be told. */
	names(folder: string): readonly string[] | null;
	/** Why git may run what somebody else named there; `null` when it does not. */
	gitRisk(cwd: string): string | null;
};

/** One simple command of the line. */
export type Step = {
	readonly text: string;
	/** As bash passes them on; `null` where that is not known. */
	readonly words: readonly string[] | null;
	readonly touches: readonly Touch[];
	/** Why it is asked about; `null`: it was shown to do no harm. */
	readonly doubt: string | null;
};

export type ShellVerdict = {
	readonly check: "looks" | "contained" | "open" | "guarded";
	readonly steps: readonly Step[];
	/** The first reason to ask. */
	readonly doubt: string | null;
	/** Every reason is what some command does, and the words of each are known. */
	readonly isPlain: boolean;
	/** It has to run with the person's own search path, to answer as they would be answered. */
	readonly searches: boolean;
};

/** Longer lines are not understood. */
const maxChars = 10_000;

export const judge = (line: string, facts: Facts): ShellVerdict => {
	if (line.length > maxChars) return notUnderstood(`it is longer than ${maxChars} characters`, line, facts);
	if (hidden.test(line)) return notUnderstood("it holds characters that do not show", line, facts);
	const walk = new Walk(line, facts);
	const script = parse(line);
	walk.visit(script);
	const { steps, doubts, searches, names } = walk;
	if (searches && !names.every((name) => facts.isFoundFirst(name)))
		doubts.push("another program of that name comes first in the search path");
	const [first = null] = doubts;
	const isPlain = walk.isPlain && steps.every(({ words }) => words !== null);
	if (first !== null) return { ...notUnderstood(first, line, facts), steps, isPlain };
	const makes = steps.some(({ touches }) => touches.some(({ kind }) => kind === "makesFolder"));
	return { check: makes ? "contained" : "looks", steps, doubt: null, isPlain: true, searches };
};

/** What neither a person nor a parser sees, Hangul's fillers among it. */
const hidden = /[^\n\t\x20-\x7e\p{L}\p{N}\p{P}\p{S}]|[\u115f\u1160\u3164\uffa0]/u;

const notUnderstood = (reason: string, line: string, facts: Facts): ShellVerdict => ({
	check: mentionsGuarded(line, facts) ? "guarded" : "open",
	steps: [],
	doubt: reason,
	isPlain: false,
	searches: false,
});

/** Whether a line that is not understood names what decides over later calls, in whatever way. */
const mentionsGuarded = (line: string, { cwd, home, writing }: Facts): boolean =>
	line
		.slice(0, maxChars)
		.replace(/\$\{?HOME\}?/g, home)
		.replaceAll("\\", "")
		.split(/[\s"'`;|&()<>=:,{}]+/)
		.some((token) => token !== "" && writing(token.replace(/^~(?=\/|$)/, home), cwd) === "guarded");

class Walk {
	readonly steps: Step[] = [];
	readonly doubts: string[] = [];
	/** Of programs that are files. */
	readonly names: string[] = [];
	searches = false;
	/** Nothing is unclear but what commands do. */
	isPlain = true;
	readonly #line: string;
	readonly #facts: Facts;
	/** Where the next command runs, `null` when that depends on what came before. */
	#cwd: string | null;

	constructor(line: string, facts: Facts) {
		this.#line = line;
		this.#facts = facts;
		this.#cwd = facts.cwd;
	}

	visit(node: SyntaxNode, isPiped = false): void {
		switch (node.type) {
			case "Script":
				for (const { message } of node.errors ?? []) this.#doubtAll(message);
				for (const each of node.commands) this.visit(each, isPiped);
				return;
			case "Statement":
				if (node.background) this.#doubtAll("& leaves it running");
				this.visit(node.command, isPiped);
				return;
			case "CompoundList":
				for (const each of node.commands) this.visit(each, isPiped);
				return;
			case "Command":
				this.#command(node, isPiped);
				return;
			case "Pipeline":
				this.#apart(node.commands.length > 1, () => {
					for (const [at, each] of node.commands.entries()) this.visit(each, at > 0 || isPiped);
				});
				return;
			case "AndOr":
				for (const [at, each] of node.commands.entries()) {
					const isElse = node.operators[at - 1] === "||";
					this.#maybe(isElse, () => this.visit(each, isPiped));
				}
				return;
			case "Subshell":
				this.#apart(true, () => this.visit(node.body, isPiped));
				return;
			case "BraceGroup":
				this.visit(node.body, isPiped);
				return;
			case "If":
				for (const list of [
					node.clause,
					node.then,
					...node.elif.flatMap(({ clause, then }) => [clause, then]),
				])
					this.#maybe(true, () => this.visit(list, isPiped));
				if (node.else) this.#maybe(true, () => this.visit(node.else!, isPiped));
				return;
			default:
				this.#doubtAll(`${node.type}: it is more than can be shown`);
				this.#inside(node);
		}
	}

	#doubtAll(reason: string): void {
		this.doubts.push(reason);
		this.isPlain = false;
	}

	/** What runs in a process of its own changes the folder of nothing after it. */
	#apart(isApart: boolean, work: () => void): void {
		const before = this.#cwd;
		work();
		if (isApart) this.#cwd = before;
	}

	/** What may not run leaves open where later commands run, if it goes elsewhere; so does what it depends on. */
	#maybe(isOpen: boolean, work: () => void): void {
		if (isOpen && this.#cwd !== this.#facts.cwd) this.#cwd = null;
		const before = this.#cwd;
		work();
		if (isOpen && this.#cwd !== before) this.#cwd = null;
	}

	/** Commands within something that is not understood are told all the same. */
	#inside(node: SyntaxNode): void {
		forEachChild(node, (child) => {
			if (child.type === "Command") this.#command(child, false);
			else this.#inside(child);
		});
	}

	#command(command: Command, isPiped: boolean): void {
		const before = this.steps.length;
		const used = this.#use(command, isPiped);
		const text = this.#line.slice(command.pos, command.end);
		if ("doubt" in used) {
			const words = this.#plainWords(command);
			this.steps.splice(before, 0, { text, words, touches: [], doubt: used.doubt });
			this.doubts.push(`${command.name?.value ?? text}: ${used.doubt}`);
			if (this.steps.length === before + 1) this.#inside(command);
		} else this.steps.splice(before, 0, { text, ...used, doubt: null });
	}

	#use(command: Command, isPiped: boolean): (Pick<Step, "touches"> & { words: readonly string[] }) | Doubt {
		const cwd = this.#cwd;
		if (command.prefix.some(({ type }) => type === "Assignment")) return doubt("it sets a variable");
		if (command.name === undefined) return doubt("it is no command");
		const touches: Touch[] = [];
		for (const redirect of command.redirects) {
			const touched = this.#redirect(redirect);
			if ("doubt" in touched) return touched;
			touches.push(...touched);
		}
		const name = readWord(command.name, {});
		if ("doubt" in name) return name;
		if (name.kind !== "text") return doubt("which program it is depends on files");
		const program = this.#program(name.value);
		if (typeof program !== "function") return program;
		const words = this.#words(command, name.value);
		if ("doubt" in words) return words;
		const use = program(words, { isPiped: isPiped || command.redirects.some(isInput) });
		if ("doubt" in use) return use;
		this.searches ||= use.searches === true;
		const all = [...touches, ...use.touches];
		if (name.value === "cd") {
			const went = this.#changeFolder(words);
			if (went !== null) return went;
		} else {
			const reason = this.#reasonAgainst(all, use.git === true, cwd);
			if (reason !== null) return doubt(reason);
		}
		return { words: [name.value, ...words], touches: all };
	}

	/** Of a command whose every word stands there as it is, and that redirects nothing. */
	#plainWords({ name, args, prefix, redirects }: Command): readonly string[] | null {
		if (name === undefined || prefix.length > 0 || redirects.length > 0) return null;
		const words = [name, ...args].map((word) => (word.type === "Word" ? this.#text(word) : null));
		return words.every((word) => word !== null) ? words : null;
	}

	#program(name: string): Program | Doubt {
		if (Object.hasOwn(shellWords, name)) return shellWords[name]!;
		if (name.includes("/")) return doubt("it is named by its path");
		if (!Object.hasOwn(programs, name))
			return doubt("it is not among the programs that are known to do no harm");
		if (!this.#facts.isSystemProgram(name)) return doubt("the system has no program of that name");
		this.names.push(name);
		return programs[name]!;
	}

	#words(command: Command, program: string): readonly string[] | Doubt {
		const words: string[] = [];
		let isAfterDashes = false;
		for (const arg of command.args) {
			if (arg.type !== "Word") return doubt("it sets a variable");
			const given = readWord(arg, this.#known());
			if ("doubt" in given) return given;
			const values = this.#values(given, program);
			if ("doubt" in values) return values;
			if (given.kind === "pattern" && !isAfterDashes && values.some((value) => value.startsWith("-")))
				return doubt(`${arg.text} stands for a name that would be an option`);
			words.push(...values);
			isAfterDashes ||= given.kind === "text" && given.value === "--";
		}
		return words;
	}

	#known(): Known {
		return { HOME: this.#facts.home, ...(this.#cwd === null ? {} : { PWD: this.#cwd }), "?": "0" };
	}

	#values(given: Argument, program: string): readonly string[] | Doubt {
		switch (given.kind) {
			case "text":
				return [given.value];
			case "pattern": {
				const found = this.#cwd === null ? null : matchPattern(given.pattern, this.#cwd, this.#facts.names);
				if (found === null) return doubt("which files a pattern stands for is not known");
				// Without a match the pattern itself is the word.
				return found;
			}
			case "printed":
				return this.#printed(given.parts, program);
			default:
				return given satisfies never;
		}
	}

	/** What commands print is a word that nobody knows: only `echo` does nothing else with any word. */
	#printed(
		parts: Extract<Argument, { kind: "printed" }>["parts"],
		program: string,
	): readonly string[] | Doubt {
		if (program !== "echo") return doubt("nobody knows what is printed there before it runs");
		for (const part of parts.flatMap((each) => (each.type === "DoubleQuoted" ? [...each.parts] : [each]))) {
			if (part.type === "Literal" || part.type === "SingleQuoted" || part.type === "AnsiCQuoted") continue;
			// A script between backticks has a text of its own.
			if (part.type !== "CommandExpansion" || !part.script || part.script.source !== undefined)
				return doubt(`${part.text}: it is worked out while the line runs`);
			const { script } = part;
			this.#apart(true, () => this.visit(script));
		}
		return [];
	}

	#changeFolder(words: readonly string[]): Doubt | null {
		const [target = "", ...more] = words[0] === "--" ? words.slice(1) : words;
		if (this.#cwd === null || more.length > 0 || target === "" || target.startsWith("-"))
			return doubt("where it goes is not known");
		const folder = this.#facts.folder(target, this.#cwd);
		// By a link bash goes to one place and programs from there to another.
		if (folder === null || folder !== posix.resolve(this.#cwd, target))
			return doubt(`${target} is no folder, or a link to one`);
		this.#cwd = folder;
		return null;
	}

	#redirect(redirect: Redirection): readonly Touch[] | Doubt {
		if (redirect.type === "HereDoc") {
			const { delimiter, body, closing } = redirect;
			if (!closing) return doubt("a here-document has no end");
			return delimiter?.quoted || !/[$`\\]/.test(body.text)
				? []
				: doubt("a here-document is worked out while the line runs");
		}
		const target = redirect.target ? this.#text(redirect.target) : null;
		if (target === null) return doubt("what is redirected there is not known");
		if (redirect.type === "HereString") return [];
		if (redirect.descriptor && redirect.descriptor.type !== "FileDescriptor")
			return doubt("it sets a variable");
		switch (redirect.operator) {
			case "<":
				return [{ kind: "reads", path: target }];
			case "<&":
			case ">&":
				return /^(\d|-)$/.test(target) ? [] : doubt(`it writes ${target}`);
			case ">":
			case ">>":
			case ">|":
			case "&>":
			case "&>>":
			case "<>":
				return target === "/dev/null" ? [] : doubt(`it writes ${target}`);
			default:
				return doubt("what is redirected there is not known");
		}
	}

	#text(word: Word): string | null {
		const read = readWord(word, this.#known());
		return "kind" in read && read.kind === "text" ? read.value : null;
	}

	#reasonAgainst(touches: readonly Touch[], isGit: boolean, cwd: string | null): string | null {
		if (touches.length === 0 && !isGit) return null;
		if (cwd === null) return "which folder it runs in depends on what comes before";
		const { mayRead, mayList, writing, gitRisk } = this.#facts;
		for (const { kind, path } of touches) {
			if (path === "-") continue;
			if (kind === "reads" && !mayRead(path, cwd))
				return `${path} may hold secrets, or lies outside of the project`;
			if (kind === "lists" && !mayList(path, cwd)) return `${path} is a place of secrets`;
			if (kind === "makesFolder" && writing(path, cwd) !== "contained")
				return `${path} lies outside of the project`;
		}
		return isGit ? gitRisk(cwd) : null;
	}
}

const isInput = (redirect: Redirection): boolean =>
	redirect.type !== "Redirect" || redirect.operator === "<" || redirect.operator === "<&";
