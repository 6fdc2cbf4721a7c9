/** Lines of a person: cells, answers, and what was typed while nobody asked. */
import { plainText } from "../../../ground/text/plainText.ts";
import { type PlainText, partOf, type ScreenText, words } from "../../../ground/text/screenText.ts";
import { LineReader } from "../screen/lineReader.ts";
import type { StandardStreams } from "../screen/standardStreams.ts";

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
	readonly #streams: StandardStreams;
	readonly #options: PlainInputOptions;
	readonly #reader: LineReader;
	/** Lines that came while none was asked for. */
	readonly #lines: Line[] = [];
	#onLine: ((line: Line | typeof taken) => void) | null = null;
	/** The lines of the cell being typed. */
	#cell: string[] | null = null;
	/** What the next cell begins with. */
	#prepared = "";
	#isAtEnd = false;
	/** Something was written below the prompt. */
	#isCovered = false;

	constructor(streams: StandardStreams, options: PlainInputOptions) {
		this.#streams = streams;
		this.#options = options;
		this.#reader = new LineReader(streams, {
			isTerminal: options.isTerminal,
			onLine: (line) => this.#take(line),
			onInterrupt: () => this.#interrupt(),
			complete: async (line) => {
				const text = [...(this.#cell ?? []), line].join("\n");
				const found = await options.complete(text);
				return found && { typed: text.slice(found.start), matches: found.matches };
			},
		});
	}

	/** Lines that nobody has asked for yet. */
	get rest(): readonly string[] {
		return this.#lines.filter((line) => line !== null);
	}

	get isReadingCell(): boolean {
		return this.#cell !== null;
	}

	/** Writes what the session says; a prompt that stands there is shown again by `redraw`. */
	write(stream: "out" | "err", text: ScreenText): void {
		if (this.#onLine !== null && !this.#isCovered) {
			this.#streams.out(words`\n`);
			this.#isCovered = true;
		}
		this.#streams[stream](text);
	}

	/** Shows the prompt again, when something was written below it. */
	redraw(): void {
		if (!this.#isCovered) return;
		this.#isCovered = false;
		this.#reader.redraw();
	}

	/** A whole cell, `null` when the input has ended. Ctrl-C begins anew. */
	async readCell(
		prompt: () => { readonly first: PlainText; readonly rest: PlainText },
		isWhole: (text: string) => Promise<boolean>,
	): Promise<Line> {
		const prepared = this.#prepared.split("\n");
		this.#prepared = "";
		let lines: string[] = [];
		try {
			for (;;) {
				this.#cell = lines;
				const { first, rest } = prompt();
				const lead = lines.length === 0 ? words`\n${first}` : rest;
				const given = prepared.shift() ?? "";
				const line =
					prepared.length > 0 ? this.#echo(lead, given) : await this.#ask(lead, { typing: "shown", given });
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
	async ask(prompt: PlainText): Promise<Line> {
		const line = await this.#ask(prompt, { typing: "shown" });
		return line === taken ? "" : line;
	}

	/** The same, and what is typed is not shown. */
	async askHidden(prompt: PlainText): Promise<Line> {
		try {
			const line = await this.#ask(prompt, { typing: "hidden" });
			return line === taken ? "" : line;
		} finally {
			this.#reader.isHidden = false;
			this.#streams.out(words`\n`);
		}
	}

	/** Puts a text before the person as the next cell: Enter runs it. Where no person is, it is shown. */
	prepare(text: string): void {
		if (this.#streams.stdio.stdin.isTTY) this.#prepared = text.trimEnd();
		else this.write("out", words`${plainText(text.trimEnd())}\n`);
	}

	/** Entries of earlier sessions, oldest first. */
	setHistory(entries: readonly string[]): void {
		this.#reader.setHistory(entries);
	}

	/** Gives the keyboard to another program for as long as it runs. */
	lend<T>(run: () => Promise<T>): Promise<T> {
		return this.#reader.lend(run);
	}

	close(): void {
		this.#reader.close();
	}

	/** `given` stands in the line already. */
	async #ask(
		prompt: PlainText,
		{ typing, given = "" }: { readonly typing: "shown" | "hidden"; readonly given?: string },
	): Promise<Line | typeof taken> {
		const blank = /^\n*/.exec(prompt)![0].length;
		this.#streams.out(partOf(prompt, 0, blank));
		const lead = partOf(prompt, blank);
		const waiting = this.#lines.shift();
		// What was typed ahead stands where it was typed: here it belongs.
		if (waiting != null && typing === "shown") this.#echo(lead, waiting);
		if (waiting !== undefined) return waiting;
		if (this.#isAtEnd) return null;
		this.#reader.prompt(lead, plainText(given));
		this.#reader.isHidden = typing === "hidden";
		return new Promise((resolve) => {
			this.#onLine = (line) => resolve(line === "" && !this.#options.isTerminal ? given : line);
		});
	}

	#echo(prompt: PlainText, line: string): string {
		this.#streams.out(words`${prompt}${plainText(line)}\n`);
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
		this.#streams.out(words`\n`);
		this.#reader.clear();
		this.#take(taken);
	}
}
