import { plainText } from "../../../ground/text/plainText.ts";
import { words } from "../../../ground/text/screenText.ts";
import type { InputRequestParams, Output } from "../../../protocol/index.ts";
import type { Face, Transcript } from "../../common/shell/action.ts";
import { exitCodes } from "../../common/shell/exitCodes.ts";
import { Shell } from "../../common/shell/shell.ts";
import { splitScript } from "../commandLine/script.ts";
import type { Start } from "../commandLine/start.ts";
import { askLine } from "../screen/lineReader.ts";
import { StandardStreams } from "../screen/standardStreams.ts";
import { PlainOutput } from "./plainOutput.ts";
import { shellOptions } from "./shellOptions.ts";

/** `-c`, a script, or input from a pipe: runs it, prints plain text, leaves. */
export const runBatch = async (start: Start): Promise<number> => {
	const streams = new StandardStreams();
	// Who reads the pipe may stop reading: then nobody is left to write for.
	streams.onBroken(() => {
		process.exitCode ??= exitCodes.failed;
	});
	const batch = new Batch(start, streams);
	let interrupts = 0;
	const onInterrupt = (): void => {
		if (++interrupts > 1) process.exit(exitCodes.interrupted);
		batch.interrupt();
	};
	process.on("SIGINT", onInterrupt);
	try {
		return await batch.run();
	} finally {
		process.off("SIGINT", onInterrupt);
	}
};

type Told<K extends keyof Transcript> = Parameters<Transcript[K]>[0];

/**
 * Cells and prompts without a person at the keyboard. Runs them in order, each after the one before has ended, and
 * stops at the first that failed.
 */
export class Batch {
	readonly #start: Start;
	readonly #streams: StandardStreams;
	readonly #output: BatchOutput;
	readonly #shell: Shell;
	#unanswered = false;
	/** Python or a command asked to leave the kernel as it is. */
	#detached = false;

	constructor(start: Start, streams: StandardStreams) {
		this.#start = start;
		this.#streams = streams;
		this.#output = new BatchOutput({
			out: (text) => streams.out(text),
			err: (text) => streams.err(text),
			shows: streams.showsOutput ? "terminal" : "text",
			reader: "program",
		});
		this.#shell = new Shell({
			...shellOptions(start, "input"),
			face: this.#face,
			hints: { restart: "%ipyai restart", rerun: "%ipyai rerun" },
			commands: "beside",
			programOf: () => null,
		});
	}

	/** Answers the exit code. Rejects when the session cannot be opened. */
	async run(): Promise<number> {
		const { entries } = this.#start;
		const left = this.#shell.run();
		const script = entries.length > 0 ? null : readAll(this.#streams.stdio.stdin);
		await Promise.race([this.#shell.opened, left]);
		void this.#runAll(script === null ? entries : splitScript(await script));
		const { code, lines } = await left;
		// An ended kernel is nothing to come back to.
		if (this.#detached) for (const line of lines) this.#streams.err(words`${plainText(line)}\n`);
		return code;
	}

	/** Ctrl-C: stops what runs, and leaves. */
	interrupt(): void {
		this.#shell.interrupt();
		void this.#leave(exitCodes.interrupted);
	}

	async #runAll(entries: readonly string[]): Promise<void> {
		for (const entry of entries) {
			if (this.#shell.isLeaving) return;
			const ok = await this.#shell.enter(entry);
			if (this.#output.exitCode !== null) return this.#leave(this.#output.exitCode);
			if (!ok || this.#output.failed) return this.#leave(exitCodes.failed);
		}
		await this.#leave(this.#unanswered ? exitCodes.unanswered : exitCodes.ok);
	}

	async #leave(code: number): Promise<void> {
		await this.#shell.leave(this.#start.args.join === null ? "close" : "detach", code);
	}

	/** What the session asks of a client without a person: what only a terminal can do is told as such. */
	get #face(): Face {
		const needsTerminal = (what: string): void => {
			this.#output.notice({ level: "error", text: `${what} needs a terminal.` });
			this.#output.failed = true;
		};
		return {
			transcript: this.#output,
			opened: () => {},
			changed: () => {},
			say: () => {},
			// The server refuses what nobody can allow, and says so.
			approvalAsked: () => {},
			approvalEnded: ({ outcome }) => {
				if (outcome === "unanswered") this.#unanswered = true;
			},
			inputAsked: ({ request }) => this.#answer(request),
			inputEnded: () => {},
			page: ({ text }) => this.#output.print(text),
			nextInput: ({ text }) => needsTerminal(`Putting this into the next input\n${text.trimEnd()}\n`),
			edit: () => needsTerminal("%edit"),
			program: ({ command }) => needsTerminal(`!${command}`),
			clearScreen: () => {},
			leaveAsked: ({ answer }) => answer("close"),
			leave: ({ how }) => {
				if (how === "close") return this.#leave(exitCodes.ok);
				this.#detached = true;
				return this.#shell.leave(how);
			},
			goOver: () => needsTerminal("%ipyai resume"),
			leaving: () => {},
		};
	}

	/** Without a person, Python's `input()` ends as at the end of a file: with EOFError, at once. */
	async #answer({ inputId, prompt, password }: InputRequestParams): Promise<void> {
		const hasPerson = this.#start.entries.length > 0 && this.#streams.stdio.stdin.isTTY === true;
		this.#output.flush();
		const line = hasPerson && !password ? await askLine(this.#streams, plainText(prompt)) : null;
		this.#shell.answerInput(inputId, line);
	}
}

/** Plain output that also tells how it went. */
class BatchOutput extends PlainOutput {
	/** Cells of this batch's, those of a notebook it loads among them. */
	readonly #own = new Set<string>();
	/** An error was shown although its cell may have ended well: `%run` shows those of a script. */
	failed = false;
	/** Python asked to leave with this: `sys.exit(3)` ends a batch with 3, as it ends a script. */
	exitCode: number | null = null;

	override cellStarted(action: Told<"cellStarted">): void {
		if (action.author.whose === "mine") this.#own.add(action.cell.cellId);
		super.cellStarted(action);
	}

	override cellOutput(action: Told<"cellOutput">): void {
		const { cell, output } = action;
		const isError = output.kind === "error" && this.#own.has(cell.cellId);
		if (isError && output.ename === "SystemExit") this.#exit(output.evalue.trim());
		else {
			if (isError) this.failed = true;
			super.cellOutput({ ...action, output: withoutExitAdvice(output) });
		}
	}

	#exit(value: string): void {
		const code = toExitCode(value);
		if (code === null) this.notice({ level: "error", text: value });
		this.exitCode = code ?? exitCodes.failed;
	}
}

/** As Python does it; `null` for a text, which is to be shown. */
const toExitCode = (value: string): number | null => {
	if (/^(None|False|)$/.test(value)) return exitCodes.ok;
	if (value === "True") return exitCodes.failed;
	return /^-?\d{1,15}$/.test(value) ? Number(value) & 0xff : null;
};

/** What IPython says of every SystemExit, to a person at its prompt and about a module. */
const exitAdvice =
	/^\S+: UserWarning: (?:To exit: use 'exit'|Unknown failure executing module).*\n(?:[ \t]+warn\(.*\n?)?/m;
const withoutExitAdvice = (output: Output): Output =>
	output.kind === "stream" && output.name === "stderr"
		? { ...output, text: output.text.replace(exitAdvice, "") }
		: output;

const readAll = async (stream: NodeJS.ReadableStream): Promise<string> => {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString("utf8");
};
