/** All tools of a session. One more is one more line here. */
import type { RunningTerminal, ToolDescription } from "../../protocol/index.ts";
import { Terminals } from "./commands/terminals.ts";
import { Undo } from "./edits/undo.ts";
import type { McpServers } from "./mcp/servers.ts";
import { laterTool } from "./offered.ts";
import type { Python } from "./python.ts";
import { bash, type CommandPlace } from "./sources/bash.ts";
import { editFile, viewFile } from "./sources/files.ts";
import { PersonsFunctions } from "./sources/functions.ts";
import { look } from "./sources/look.ts";
import { pyrun } from "./sources/python.ts";
import { loadSkill, type Skills, setUpSkill } from "./sources/skills.ts";
import { closeTerminal, startTerminal, writeTerminal } from "./sources/terminals.ts";
import { described, type Tool } from "./tool.ts";

export type ToolboxOptions = CommandPlace & {
	/** The session's live Python. */
	python(): Python | null;
	readonly skills: Skills;
	/** Servers that bring tools of their own; `null` for none. */
	readonly mcp: Pick<McpServers, "tools"> | null;
	/** A program that a model's call left running began or ended; these run now. */
	onTerminals(running: RunningTerminal[]): void;
	/** What the model's own calls changed in its last turns. */
	changes(): string;
};

export class Toolbox {
	readonly #options: ToolboxOptions;
	readonly #functions = new PersonsFunctions();
	readonly #undo = new Undo();
	/** Programs that a model's calls left running. */
	readonly terminals: Terminals;
	/** Those of the Python that was last, so that they stay the same ones. */
	#standard: { readonly python: Python; readonly tools: readonly Tool[] } | null = null;

	constructor(options: ToolboxOptions) {
		this.#options = options;
		this.terminals = new Terminals(() => options.onTerminals(this.terminals.running));
	}

	/** `null` while the session has no live Python. */
	get all(): readonly Tool[] | null {
		const python = this.#options.python();
		if (python === null) return null;
		if (this.#standard?.python !== python) this.#standard = { python, tools: this.#made(python) };
		const ours = [...this.#standard.tools, ...this.#skillTools, ...this.#functions.in(python)];
		const named = new Set(ours.map(({ name }) => name));
		const theirs = this.#options.mcp?.tools ?? [];
		return [...ours, ...theirs.filter(({ name }) => !named.has(name))];
	}

	get #skillTools(): readonly Tool[] {
		const { skills } = this.#options;
		switch (skills.kind) {
			case "none":
				return [];
			case "texts":
				return [loadSkill(skills)];
			case "texts and more":
				return [loadSkill(skills), setUpSkill(skills)];
			default:
				return skills.kind satisfies never;
		}
	}

	#made(python: Python): readonly Tool[] {
		const options = this.#options;
		return [
			pyrun(python),
			bash(options),
			startTerminal(options, this.terminals),
			writeTerminal(options, this.terminals),
			closeTerminal(this.terminals),
			viewFile(options),
			editFile(options, this.#undo),
			look(python, options),
		];
	}

	/** As the model and people are told of them. */
	get descriptions(): readonly ToolDescription[] | null {
		return this.all?.map(described) ?? null;
	}

	/** Makes a function of the person's one of the tools, if none has its name. The sentence says why it cannot be one. */
	async addFunction(
		python: Python,
		name: string,
		signal: AbortSignal,
	): Promise<ToolDescription | { readonly reason: string }> {
		if (name === laterTool.name) return { reason: "is a tool already" };
		const standard = [...(this.#standard?.tools ?? []), ...this.#skillTools].find(
			(tool) => tool.name === name,
		);
		if (standard) return described(standard);
		return this.#functions.add(python, name, signal);
	}

	/** Describes the person's functions among the tools as they are defined now. Never rejects. */
	refreshFunctions(python: Python, signal: AbortSignal): Promise<void> {
		return this.#functions.refresh(python, signal);
	}

	/** Whether there was one. */
	removeFunction(python: Python, name: string): boolean {
		return this.#functions.remove(python, name);
	}
}
