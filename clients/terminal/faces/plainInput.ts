/** Lines of a person on Node's readline: cells, answers, and what was typed while nobody asked. */
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";

export type Stdio = {
	readonly stdin: NodeJS.ReadableStream & Partial<Pick<NodeJS.ReadStream, "isTTY" | "setRawMode">>;
	readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
	readonly stderr: NodeJS.WritableStream;
};

export type PlainInputOptions = {
	readonly isTerminal: boolean;
	/** Ctrl-C while no cell is being typed. */
	onInterrupt(): void;
	/** What completes the end of a text. */
	complete(text: string): Promise<{ readonly start: number; readonly matches: readonly string[] } | null>;
};

/** A line that was asked for: `null` at the end of the input. */
type Line = string | null;

/** The lines typed so far are taken back. */
const taken = Symbol("taken back");

export class PlainInput {
	readonly #stdio: Stdio;
	readonly #options: PlainInputOptions;
	readonly #readline: Interface;
	/** Lines that came while none was asked for. */
	readonly #lines: Line[] = [];
	#onLine: ((line: Line | typeof taken) => void) | null = null;
	/** The lines of the cell being typed. */
	#cell: string[] | null = null;
	/** What the next cell begins with. */
	#prepared = "";
	#hides = false;
	#isAtEnd = false;
	/** Something was written below the prompt. */
	#isCovered = false;

	constructor(stdio: Stdio, options: PlainInputOptions) {
		this.#stdio = stdio;
		this.#options = options;
		const output = new Writable({
			write: (chunk, _, done) => {
				if (!this.#hides) stdio.stdout.write(chunk);
				done();
			},
		});
		this.#readline = createInterface({
			input: stdio.stdin,
			output,
			terminal: options.isTerminal,
			completer: (line: string, done: (error: null, result: [string[], string]) => void) =>
				void this.#complete(line).then((result) => done(null, result)),
		});
		this.#readline.on("line", (line) => this.#take(line));
		this.#readline.on("close", () => this.#take(null));
		this.#readline.on("SIGINT", () => this.#interrupt());
	}

	/** Lines that nobody has asked for yet. */
	get rest(): readonly string[] {
		return this.#lines.filter((line) => line !== null);
	}

	get isReadingCell(): boolean {
		return this.#cell !== null;
	}

	/** Writes what the session says; a prompt that stands there is shown again by `redraw`. */
	write(stream: "stdout" | "stderr", text: string): void {
		if (this.#onLine !== null && !this.#isCovered) {
			this.#stdio.stdout.write("\n");
			this.#isCovered = true;
		}
		this.#stdio[stream].write(text);
	}

	/** Shows the prompt again, when something was written below it. */
	redraw(): void {
		if (!this.#isCovered) return;
		this.#isCovered = false;
		this.#readline.prompt(true);
	}

	/** A whole cell, `null` when the input has ended. Ctrl-C begins anew. */
	async readCell(
		prompt: () => { readonly first: string; readonly rest: string },
		isWhole: (text: string) => Promise<boolean>,
	): Promise<Line> {
		const prepared = this.#prepared.split("\n");
		this.#prepared = "";
		let lines: string[] = [];
		try {
			for (;;) {
				this.#cell = lines;
				const { first, rest } = prompt();
				const lead = lines.length === 0 ? `\n${first}` : rest;
				const given = prepared.shift() ?? "";
				const line =
					prepared.length > 0
						? this.#echo(lead + given, given)
						: await this.#ask(lead, { typing: "shown", given });
				if (line === null) return lines.length === 0 ? null : lines.join("\n");
				if (line === taken) lines = [];
				else lines.push(line);
				const text = lines.join("\n");
				if (lines.length > 0 && prepared.length === 0 && (await isWhole(text))) return text;
			}
		} finally {
			this.#cell = null;
		}
	}

	/** One line, `null` when the input has ended. */
	async ask(prompt: string): Promise<Line> {
		const line = await this.#ask(prompt, { typing: "shown" });
		return line === taken ? "" : line;
	}

	/** The same, and what is typed is not shown. */
	async askHidden(prompt: string): Promise<Line> {
		try {
			const line = await this.#ask(prompt, { typing: "hidden" });
			return line === taken ? "" : line;
		} finally {
			this.#hides = false;
			this.#stdio.stdout.write("\n");
		}
	}

	/** Puts a text before the person as the next cell: Enter runs it. Where no person is, it is shown. */
	prepare(text: string): void {
		if (this.#stdio.stdin.isTTY) this.#prepared = text.trimEnd();
		else this.write("stdout", `${text.trimEnd()}\n`);
	}

	/** Entries of earlier sessions, oldest first; those of one line can be shown in a line. */
	setHistory(entries: readonly string[]): void {
		const lines = entries.filter((entry) => !entry.includes("\n")).reverse();
		// Node's type leaves it out; the newest stands first.
		(this.#readline as unknown as { history?: string[] }).history?.push(...lines);
	}

	/** Gives the keyboard to another program for as long as it runs. */
	async lend<T>(run: () => Promise<T>): Promise<T> {
		this.#readline.pause();
		this.#setRaw(false);
		try {
			return await run();
		} finally {
			this.#setRaw(true);
			this.#readline.resume();
		}
	}

	close(): void {
		this.#readline.close();
	}

	/** `given` stands in the line already. */
	async #ask(
		prompt: string,
		{ typing, given = "" }: { readonly typing: "shown" | "hidden"; readonly given?: string },
	): Promise<Line | typeof taken> {
		const blank = /^\n*/.exec(prompt)![0];
		this.#stdio.stdout.write(blank);
		this.#readline.setPrompt(prompt.slice(blank.length));
		const waiting = this.#lines.shift();
		// What was typed ahead stands where it was typed: here it belongs.
		if (waiting != null && typing === "shown") this.#echo(prompt.slice(blank.length) + waiting, waiting);
		if (waiting !== undefined) return waiting;
		if (this.#isAtEnd) return null;
		this.#readline.prompt();
		this.#hides = typing === "hidden";
		if (this.#options.isTerminal && given !== "") this.#readline.write(given);
		else this.#stdio.stdout.write(given);
		return new Promise((resolve) => {
			this.#onLine = (line) => resolve(line === "" && !this.#options.isTerminal ? given : line);
		});
	}

	#echo(text: string, line: string): string {
		this.#stdio.stdout.write(`${text}\n`);
		return line;
	}

	#take(line: Line | typeof taken): void {
		const onLine = this.#onLine;
		this.#onLine = null;
		this.#isCovered = false;
		if (line === null) this.#isAtEnd = true;
		if (onLine !== null) onLine(line);
		else if (line !== taken) this.#lines.push(line);
	}

	#interrupt(): void {
		if (this.#cell === null) {
			this.#options.onInterrupt();
			return;
		}
		// The typed lines go, and the prompt stands anew.
		this.#stdio.stdout.write("\n");
		this.#readline.write(null, { ctrl: true, name: "e" });
		this.#readline.write(null, { ctrl: true, name: "u" });
		this.#take(taken);
	}

	async #complete(line: string): Promise<[string[], string]> {
		const text = [...(this.#cell ?? []), line].join("\n");
		try {
			const found = await this.#options.complete(text);
			return found === null ? [[], line] : [[...found.matches], text.slice(found.start)];
		} catch {
			// No completion is no reason to disturb typing.
			return [[], line];
		}
	}

	#setRaw(raw: boolean): void {
		if (this.#options.isTerminal) this.#stdio.stdin.setRawMode?.(raw);
	}
}
