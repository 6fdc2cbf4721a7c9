/**
 * The streams of a process that writes line by line instead of drawing: with `Screen` the only ways out, and like it they
 * take nothing but what is safe to show.
 */
import { type PlainText, partOf, type ScreenText, styled } from "../../../ground/text/screenText.ts";

export type Stdio = {
	readonly stdin: NodeJS.ReadableStream & Partial<Pick<NodeJS.ReadStream, "isTTY" | "setRawMode">>;
	readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
	readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
};

export class StandardStreams {
	readonly stdio: Stdio;

	/** Without others, the process's own. */
	constructor(stdio: Stdio = process) {
		this.stdio = stdio;
	}

	/** A person reads what is written and types what is read. */
	get isTerminal(): boolean {
		return this.stdio.stdin.isTTY === true && this.showsOutput;
	}

	/** A terminal shows what is written. */
	get showsOutput(): boolean {
		return this.stdio.stdout.isTTY === true;
	}

	/** The terminal's size, where there is one. */
	get size(): { readonly columns: number; readonly rows: number } | null {
		const { columns, rows } = this.stdio.stdout as Partial<NodeJS.WriteStream>;
		return columns && rows ? { columns, rows } : null;
	}

	out(text: ScreenText): void {
		this.stdio.stdout.write(text);
	}

	err(text: ScreenText): void {
		this.stdio.stderr.write(text);
	}

	/** Whether a line of error output can be written anew. */
	get rewrites(): boolean {
		return this.stdio.stderr.isTTY === true;
	}

	/** Writes the line anew that stands there while something goes on; `null` takes it away. */
	rewrite(line: PlainText | null): void {
		// A line that the terminal breaks could not be taken back.
		const width = (this.size?.columns ?? 80) - 1;
		this.err(
			line === null ? styled`\r\x1b[K` : styled`\r\x1b[K${partOf(line, 0, Math.min(line.length, width))}`,
		);
	}

	/** Whoever read one of them has stopped: without a listener that would end the process. */
	onBroken(listener: () => void): void {
		this.stdio.stdout.on("error", listener);
		this.stdio.stderr.on("error", listener);
	}
}
