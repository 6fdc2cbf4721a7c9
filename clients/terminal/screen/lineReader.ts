/**
 * Lines of a person, on Node's readline, which draws what is typed. Text of others comes into a line only where all of
 * it can be seen there.
 */
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { withoutTabs } from "../../../ground/text/plainText.ts";
import type { PlainText } from "../../../ground/text/screenText.ts";
import { isPlain } from "../../../ground/text/textPieces.ts";
import type { StandardStreams } from "./standardStreams.ts";

export type LineReaderOptions = {
	readonly isTerminal: boolean;
	/** `null` at the end of the input. */
	onLine(line: string | null): void;
	onInterrupt(): void;
	/** What may stand at the end of the line, instead of `typed`. */
	complete(line: string): Promise<{ readonly typed: string; readonly matches: readonly string[] } | null>;
};

export class LineReader {
	readonly #streams: StandardStreams;
	readonly #options: LineReaderOptions;
	readonly #readline: Interface;
	/** Nothing of what is typed shows. */
	isHidden = false;

	constructor(streams: StandardStreams, options: LineReaderOptions) {
		this.#streams = streams;
		this.#options = options;
		const { stdin, stdout } = streams.stdio;
		const output = new Writable({
			write: (chunk, _, done) => {
				if (!this.isHidden) stdout.write(chunk);
				done();
			},
		});
		this.#readline = createInterface({
			input: stdin,
			output,
			terminal: options.isTerminal,
			completer: (line: string, done: (error: null, result: [string[], string]) => void) =>
				void this.#complete(line).then((result) => done(null, result)),
		});
		this.#readline.on("line", (line) => options.onLine(line));
		this.#readline.on("close", () => options.onLine(null));
		this.#readline.on("SIGINT", () => options.onInterrupt());
	}

	/** Shows a prompt, and what the line begins with. A terminal takes that for typed: a tab there would complete. */
	prompt(prompt: PlainText, given: PlainText): void {
		this.#readline.setPrompt(prompt);
		this.#readline.prompt();
		if (!this.#options.isTerminal) this.#streams.out(given);
		else if (given !== "") this.#readline.write(withoutTabs(given));
	}

	/** Shows the prompt and the line again. */
	redraw(): void {
		this.#readline.prompt(true);
	}

	/** Empties the line. */
	clear(): void {
		this.#readline.write(null, { ctrl: true, name: "e" });
		this.#readline.write(null, { ctrl: true, name: "u" });
	}

	/** Entries of earlier, oldest first; those that a line can show are found by Up. */
	setHistory(entries: readonly string[]): void {
		// Node's type leaves it out; the newest stands first.
		(this.#readline as unknown as { history?: string[] }).history?.push(
			...entries.filter(isOneRow).reverse(),
		);
	}

	/** Gives the keyboard to another program for as long as it runs. */
	async lend<T>(run: () => Promise<T>): Promise<T> {
		this.#readline.pause();
		this.#takeKeys("lines");
		try {
			return await run();
		} finally {
			this.#takeKeys("raw");
			this.#readline.resume();
		}
	}

	close(): void {
		this.#readline.close();
	}

	async #complete(line: string): Promise<[string[], string]> {
		// No completion is no reason to disturb typing.
		const found = await this.#options.complete(line).catch(() => null);
		return found === null ? [[], line] : [found.matches.filter(isOneRow), found.typed];
	}

	#takeKeys(as: "raw" | "lines"): void {
		if (this.#options.isTerminal) this.#streams.stdio.stdin.setRawMode?.(as === "raw");
	}
}

/** Asks for one line. */
export const askLine = async ({ stdio }: StandardStreams, prompt: PlainText): Promise<string> => {
	const { createInterface } = await import("node:readline/promises");
	const readline = createInterface({ input: stdio.stdin, output: stdio.stdout });
	try {
		return await readline.question(prompt);
	} finally {
		readline.close();
	}
};

const isOneRow = (text: string): boolean => isPlain(text) && !/[\t\n]/.test(text);
