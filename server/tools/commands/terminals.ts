/** A session's terminals in the background, by number. None outlives the session. */
import { headOf } from "../../../ground/text/wholeCharacters.ts";
import type { RunningTerminal } from "../../../protocol/index.ts";
import { openTerminal, type Terminal, type TerminalOptions } from "./terminal.ts";

export type OpenedTerminal = { readonly id: number; readonly command: string; readonly terminal: Terminal };

const maxTerminals = 8;
const maxCommandChars = 200;

export class Terminals {
	readonly #all = new Map<number, OpenedTerminal>();
	readonly #onChange: () => void;
	#last = 0;
	#closed = false;

	/** `onChange`: one began or ended. */
	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	get all(): readonly OpenedTerminal[] {
		return [...this.#all.values()];
	}

	/** Those whose programs run, as clients are told of them. */
	get running(): RunningTerminal[] {
		return this.all
			.filter(({ terminal }) => terminal.isRunning)
			.map(({ id, command }) => ({ id, command: headOf(command, maxCommandChars) }));
	}

	find(id: number): OpenedTerminal | null {
		return this.#all.get(id) ?? null;
	}

	/** Rejects when there are too many, or when the session ends meanwhile. */
	async open(command: string, options: TerminalOptions): Promise<OpenedTerminal> {
		for (const { id, terminal } of this.all)
			if (!terminal.isRunning && this.#all.size >= maxTerminals) this.#all.delete(id);
		if (this.#all.size >= maxTerminals)
			throw new Error(`there are ${maxTerminals} terminals already: close one with close_bgterm.`);
		const terminal = await openTerminal(options, this.#onChange);
		if (this.#closed) {
			terminal.kill();
			throw new Error("the session has ended.");
		}
		const opened = { id: ++this.#last, command, terminal };
		this.#all.set(opened.id, opened);
		open.add(terminal);
		this.#onChange();
		return opened;
	}

	/** Resolves when what ran in it is gone. */
	async close(id: number, killAfterMs: number): Promise<void> {
		const found = this.#all.get(id);
		this.#all.delete(id);
		await found?.terminal.end(killAfterMs);
		if (found) open.delete(found.terminal);
	}

	async dispose(): Promise<void> {
		this.#closed = true;
		await Promise.all(this.all.map(({ id }) => this.close(id, 1000)));
	}
}

const open = new Set<Terminal>();
process.on("exit", () => {
	for (const terminal of open) terminal.kill();
});
