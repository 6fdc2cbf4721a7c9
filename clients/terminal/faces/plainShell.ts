import { exposedRow, exposedText, plainText } from "../../../ground/text/plainText.ts";
import { joined, rowsOf, words } from "../../../ground/text/screenText.ts";
import type { InputRequestParams } from "../../../protocol/index.ts";
import type { Approval } from "../../common/session/sessionView.ts";
import type { Face } from "../../common/shell/action.ts";
import {
	askCompleteness,
	askCompletions,
	askHistory,
	askInputCompletions,
} from "../../common/shell/lookups.ts";
import { Shell } from "../../common/shell/shell.ts";
import { approvalCard } from "../asking/approvalPrompt.ts";
import type { Start } from "../commandLine/start.ts";
import { runEditor, runProgram } from "../programs/externalProgram.ts";
import { kernelCwd } from "../programs/kernelCwd.ts";
import { fullScreenCommand } from "../programs/shellProgram.ts";
import { inputPrompt } from "../render/prompt.ts";
import { StandardStreams } from "../screen/standardStreams.ts";
import { PlainInput } from "./plainInput.ts";
import { PlainOutput } from "./plainOutput.ts";
import { shellOptions } from "./shellOptions.ts";

type Question =
	| { readonly kind: "approval"; readonly approval: Approval }
	| { readonly kind: "input"; readonly request: InputRequestParams };

/** `--plain`: line by line on Node's readline; nothing that was written changes again. */
export const runPlain = (start: Start): Promise<number> =>
	new PlainShell(start, new StandardStreams(), process.env).run();

/**
 * The shell without redrawing: asks for a cell, runs it, shows what comes, asks again. For dumb terminals and screen
 * readers. Questions (approvals, `input()`) are lines as well.
 */
export class PlainShell {
	readonly #start: Start;
	readonly #env: NodeJS.ProcessEnv;
	readonly #shell: Shell;
	readonly #output: PlainOutput;
	readonly #input: PlainInput;
	#questions: Question[] = [];
	/** Wakes who waits for the entry under way, or for a question. */
	#wake: () => void = () => {};

	constructor(start: Start, streams: StandardStreams, env: NodeJS.ProcessEnv) {
		this.#start = start;
		this.#env = env;
		const isTerminal = streams.isTerminal && env.TERM !== "dumb";
		this.#output = new PlainOutput({
			out: (text) => this.#input.write("out", text),
			err: (text) => this.#input.write("err", text),
			shows: isTerminal && !env.NO_COLOR ? "terminal" : "text",
			reader: "person",
		});
		this.#input = new PlainInput(streams, {
			isTerminal,
			onInterrupt: () => this.#shell.interrupt(),
			complete: async (text) => {
				const [asked] = this.#input.isReadingCell ? [] : this.#questions;
				const found =
					asked?.kind === "input"
						? await askInputCompletions(this.#shell, asked.request.inputId, text, text.length)
						: await askCompletions(this.#shell, text, text.length);
				return found && { start: found.start, matches: found.matches.map((match) => match.text) };
			},
		});
		this.#shell = new Shell({
			...shellOptions(start, "everything"),
			face: this.#face,
			hints: { restart: "%ipyai restart", rerun: "%ipyai rerun" },
			commands: "cells",
			programOf: fullScreenCommand,
		});
	}

	/** Runs until the person leaves; answers the exit code. Rejects when the session cannot be opened. */
	async run(): Promise<number> {
		const left = this.#shell.run();
		try {
			await Promise.race([this.#shell.opened, left]);
			void this.#loop();
			const { code, lines } = await left;
			this.#output.print(`\n${lines.join("\n")}`);
			return code;
		} finally {
			this.#input.close();
		}
	}

	async #loop(): Promise<void> {
		const { view } = this.#shell;
		if (view?.kernel?.banner) this.#output.print(view.kernel.banner);
		void askHistory(this.#shell).then((entries) => this.#input.setHistory(entries));
		for (const entry of this.#start.entries) await this.#until(this.#shell.enter(entry));
		while (!this.#shell.isLeaving) {
			const typed = await this.#readCell();
			if (typed === null) await this.#shell.leave("close");
			else await this.#until(this.#shell.enter(typed));
		}
	}

	/** Answers questions until an entry has ended. */
	async #until(ended: Promise<unknown>): Promise<void> {
		let under = true;
		void ended.then(() => {
			under = false;
			this.#wake();
		});
		while (under) {
			const [question] = this.#questions;
			if (question !== undefined) await this.#ask(question);
			else
				await new Promise<void>((resolve) => {
					this.#wake = resolve;
				});
		}
	}

	/** What the session asks of a shell that goes line by line. */
	get #face(): Face {
		return {
			transcript: this.#output,
			opened: () => {},
			changed: () => this.#input.redraw(),
			say: ({ text }) => this.#output.print(text),
			approvalAsked: ({ approval }) => this.#queue({ kind: "approval", approval }),
			approvalEnded: ({ approval }) =>
				this.#drop((each) => each.kind === "approval" && each.approval === approval),
			inputAsked: ({ request }) => this.#queue({ kind: "input", request }),
			inputEnded: ({ request }) => this.#drop((each) => each.kind === "input" && each.request === request),
			page: ({ text }) => this.#output.print(text),
			nextInput: ({ text }) => this.#input.prepare(text),
			edit: ({ path, line }) => this.#edit(path, line),
			program: async ({ command }) => {
				const cwd = await kernelCwd(this.#shell.live);
				await this.#input.lend(() => runProgram(command, { cwd }));
			},
			clearScreen: () => {},
			leaveAsked: async ({ running, answer }) => {
				const line = await this.#input.ask(
					words`${plainText(running)} still runs: [d]etach and let it run, [e]nd it, [s]tay? `,
				);
				const letter = line?.trim().toLowerCase() ?? "e";
				answer(letter.startsWith("e") ? "close" : letter.startsWith("s") ? "stay" : "detach");
			},
			leave: ({ how }) => this.#shell.leave(how),
			goOver: ({ session, entries }) => {
				this.#start.goOver(session, { entries, draft: this.#input.rest.join("\n") });
				return this.#shell.leave("detach");
			},
			leaving: () => this.#wake(),
		};
	}

	async #edit(path: string, line: number): Promise<void> {
		const code = await this.#input.lend(() => runEditor(path, line, this.#env));
		if (code !== 0) return this.#output.print("The editor failed: nothing is run.");
		const { readFile } = await import("node:fs/promises");
		const text = await readFile(path, "utf8").catch(() => "");
		if (text.trim() !== "") this.#shell.submit({ kind: "cell", code: text }, text);
	}

	#queue(question: Question): void {
		this.#questions.push(question);
		if (this.#input.isReadingCell) this.#output.print("Something waits for your answer: press Enter.");
		this.#wake();
	}

	#drop(matches: (question: Question) => boolean): void {
		this.#questions = this.#questions.filter((each) => !matches(each));
		this.#wake();
	}

	async #ask(question: Question): Promise<void> {
		if (question.kind === "input") await this.#askInput(question);
		else await this.#askApproval(question);
		this.#drop((each) => each === question);
	}

	async #askInput(question: Extract<Question, { kind: "input" }>): Promise<void> {
		const { prompt, password, inputId } = question.request;
		this.#output.flush();
		const line = await this.#input[password ? "askHidden" : "ask"](plainText(prompt));
		if (this.#questions[0] === question) this.#shell.answerInput(inputId, line);
	}

	async #askApproval(question: Extract<Question, { kind: "approval" }>): Promise<void> {
		const { approval } = question;
		const { tool, code, always, notes = [] } = approvalCard(approval);
		const rows = rowsOf(exposedText(code)).map((row) => words`    ${row}`);
		const shown = [words`${exposedRow(tool)} wants to run:`, ...rows, ...notes.map(exposedRow)];
		this.#output.print(joined(shown, words`\n`));
		const offer = always === undefined ? words`` : words`, [a]lways ${exposedRow(always)}`;
		const choices = words`[y]es${offer}, [n]o? `;
		const isGone = (): boolean => this.#questions[0] !== question;
		const letter = (await this.#input.ask(choices))?.trim().toLowerCase() ?? "n";
		// Another participant may have been faster.
		if (isGone()) return;
		const decision = letter.startsWith("y")
			? "allow"
			: letter.startsWith("a") && always !== undefined
				? "allowAlways"
				: "deny";
		const reason =
			decision === "deny" ? await this.#input.ask(words`Reason for the model (Enter for none): `) : null;
		if (isGone()) return;
		const { live } = this.#shell;
		this.#shell.request(live.answerPermission(approval.approvalId, decision, reason?.trim() || undefined));
	}

	/** A whole cell, `null` when the input has ended. */
	#readCell(): Promise<string | null> {
		return this.#input.readCell(
			() =>
				this.#shell.isPromptMode
					? inputPrompt(this.#shell.entries.nextNumber, "ai", words`Pr`)
					: inputPrompt(this.#shell.entries.nextNumber, "python"),
			async (text) => (await askCompleteness(this.#shell, text)).status !== "incomplete",
		);
	}
}
