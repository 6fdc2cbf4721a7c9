import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { isComplete } from "../../../ground/python/completeness.ts";
import type { CommandAction, InputRequestParams } from "../../../protocol/index.ts";
import {
	type Entry,
	type LinkState,
	LiveSession,
	type LiveSessionListener,
	type Submission,
} from "../../common/session/liveSession.ts";
import { type Approval, type Change, isAlive, type SessionView } from "../../common/session/sessionView.ts";
import { approvalCard } from "../asking/approvalText.ts";
import type { Start } from "../commandLine/start.ts";
import { runCommand, runsAsCell } from "../input/commands.ts";
import { readEntry } from "../input/entry.ts";
import { coloredText, plainText } from "../output/cleanText.ts";
import { runProgram } from "../programs/externalProgram.ts";
import { kernelCwd } from "../programs/kernelCwd.ts";
import { exitCodes } from "./batch.ts";
import { resumeText } from "./leaving.ts";
import { PlainOutput } from "./plainOutput.ts";

const historyLimit = 1000;

/** A line that was asked for: `null` at the end of the input. */
type Line = string | null;
type Question =
	| { readonly kind: "approval"; readonly approval: Approval }
	| { readonly kind: "input"; readonly request: InputRequestParams };

/**
 * The shell without redrawing: asks for a cell, runs it, shows what comes, asks again. For dumb terminals and screen
 * readers. Questions (approvals, `input()`) are lines as well.
 */
export class PlainShell implements LiveSessionListener {
	readonly #start: Start;
	readonly #live: LiveSession;
	readonly #output: PlainOutput;
	readonly #readline: Interface;
	/** Lines that came while none was asked for. */
	readonly #lines: Line[] = [];
	#onLine: ((line: Line) => void) | null = null;
	#muted = false;
	#current: { submission: Submission; id: string | null } | null = null;
	readonly #questions: Question[] = [];
	/** Wakes the loop that waits for the entry under way. */
	#wake: () => void = () => {};
	#exit: "close" | "detach" | null = null;
	#link: LinkState = { kind: "joining" };
	/** The lines of the cell being typed, for completion. */
	#typed: string[] = [];

	constructor(start: Start) {
		this.#start = start;
		const { stdin, stdout, stderr } = process;
		const terminal = stdin.isTTY === true && stdout.isTTY === true && process.env.TERM !== "dumb";
		this.#output = new PlainOutput({
			out: (text) => stdout.write(text),
			err: (text) => stderr.write(text),
			clean: terminal && !process.env.NO_COLOR ? coloredText : plainText,
			interactive: true,
		});
		const output = new Writable({
			write: (chunk, _, done) => {
				if (!this.#muted) stdout.write(chunk);
				done();
			},
		});
		this.#readline = createInterface({
			input: stdin,
			output,
			terminal,
			completer: (line: string, done: (error: null, result: [string[], string]) => void) =>
				void this.#complete(line).then((result) => done(null, result)),
		});
		this.#readline.on("line", (line) => this.#takeLine(line));
		this.#readline.on("close", () => this.#takeLine(null));
		this.#readline.on("SIGINT", () => this.#interrupt());
		this.#live = new LiveSession(start.sessionOptions(this, { approvals: true, input: true }));
	}

	async run(): Promise<number> {
		try {
			const view = await this.#live.open();
			if (view.kernel?.banner) this.#output.print(view.kernel.banner);
			void this.#loadHistory();
			for (const entry of this.#start.entries) await this.#enter(entry);
			while (this.#exit === null) {
				const typed = await this.#readCell();
				if (typed === null) this.#exit = "close";
				else await this.#enter(typed);
			}
			await this.#live.leave(this.#exit);
			this.#output.print(`\n${resumeText(view, this.#start.program)}`);
			return exitCodes.ok;
		} finally {
			this.#readline.close();
			await this.#live.leave("lost");
		}
	}

	onOpened(_: SessionView, changes: readonly Change[]): void {
		for (const change of changes) this.#output.show(change);
	}

	onChanges(changes: readonly Change[]): void {
		for (const change of changes) {
			this.#output.show(change);
			this.#follow(change);
		}
	}

	onReattached(changes: readonly Change[]): void {
		this.onChanges(changes);
		const view = this.#live.view!;
		this.#output.print("The server is back; the session goes on.");
		if (!isAlive(view)) this.#output.print("The kernel is gone: %ipyai restart starts a new one.");
		// What was under way may have ended while the connection was away.
		const id = this.#current?.id;
		if (id !== undefined && id !== null && !view.cells.has(id) && !view.turns.has(id)) this.#ended();
	}

	onLink(link: LinkState): void {
		if (link.kind === "lost" && this.#link.kind !== "lost")
			this.#output.print("The server was lost; looking for it, or starting another.");
		this.#link = link;
	}

	onInputRequest(request: InputRequestParams): void {
		this.#questions.push({ kind: "input", request });
		this.#wake();
	}

	onRejected(submission: Submission, reason: string): void {
		this.#output.print(reason);
		if (this.#current?.submission === submission) this.#ended();
	}

	#follow(change: Change): void {
		const current = this.#current;
		switch (change.kind) {
			case "cellStarted":
				if (this.#live.claim(change.cell) === current?.submission && current) current.id = change.cell.cellId;
				return;
			case "promptQueued":
				if (this.#live.claim(change.turn) === current?.submission && current) current.id = change.turn.turnId;
				return;
			case "cellFinished":
				this.#dropInput(change.cell.cellId);
				for (const payload of change.payloads) {
					if (payload.kind === "askExit") this.#exit = payload.keepKernel ? "detach" : "close";
					if (payload.kind === "setNextInput") this.#readline.write(payload.text);
					if (payload.kind === "command") void this.#act(payload.action);
				}
				if (change.cell.cellId === current?.id) this.#ended();
				return;
			case "turnFinished":
				if (change.turn.turnId === current?.id) this.#ended();
				return;
			case "approvalAsked":
				this.#questions.push({ kind: "approval", approval: change.approval });
				this.#wake();
				return;
			case "approvalAnswered":
				this.#dropApproval(change.approval.approvalId);
				return;
			default:
		}
	}

	#ended(): void {
		this.#current = null;
		this.#wake();
	}

	#dropInput(cellId: string): void {
		const at = this.#questions.findIndex((each) => each.kind === "input" && each.request.cellId === cellId);
		if (at >= 0) this.#questions.splice(at, 1);
	}

	#dropApproval(approvalId: string): void {
		const at = this.#questions.findIndex(
			(each) => each.kind === "approval" && each.approval.approvalId === approvalId,
		);
		if (at >= 0) this.#questions.splice(at, 1);
	}

	async #enter(typed: string): Promise<void> {
		const view = this.#live.view!;
		const read = readEntry(typed, { promptMode: view.settings.promptMode });
		switch (read.kind) {
			case "nothing":
			case "clearScreen":
				return;
			case "exit":
				this.#exit = read.keepKernel ? "detach" : "close";
				return;
			case "command":
				return runsAsCell(view, read.words)
					? this.#runEntry({ kind: "cell", code: typed.trim() })
					: this.#command(read.words);
			case "program": {
				const cwd = await kernelCwd(this.#live);
				await runProgram(read.command, { cwd });
				return;
			}
			case "submit":
				return this.#runEntry(read.entry);
			default:
				read satisfies never;
		}
	}

	async #command(words: string): Promise<void> {
		const { text, action } = await runCommand(this.#live, words);
		if (text !== "") this.#output.print(plainText(text));
		if (action !== null) await this.#act(action);
	}

	/** What a command leaves to the client. */
	async #act(action: CommandAction): Promise<void> {
		switch (action.kind) {
			case "page":
				return;
			case "detach":
				this.#exit = "detach";
				return;
			case "restart":
				await this.#send(this.#live.restartKernel());
				return;
			case "resume":
				this.#start.goOver(action.session);
				this.#exit = "detach";
				return;
			default:
				action satisfies never;
		}
	}

	/** Submits an entry and answers questions until it has ended. */
	async #runEntry(entry: Entry): Promise<void> {
		this.#current = { submission: this.#live.submit(entry), id: null };
		while (this.#current !== null) {
			const question = this.#questions[0];
			if (question === undefined) {
				await new Promise<void>((resolve) => {
					this.#wake = resolve;
				});
				continue;
			}
			await this.#answer(question);
			if (this.#questions[0] === question) this.#questions.shift();
		}
	}

	async #answer(question: Question): Promise<void> {
		if (question.kind === "input") {
			const { prompt, password, inputId } = question.request;
			const line = await this.#ask(prompt, password);
			// Python's input() ends with EOFError at this character.
			if (this.#questions[0] === question) await this.#send(this.#live.answerInput(inputId, line ?? "\x04"));
			return;
		}
		const { approval } = question;
		const { tool, code, always } = approvalCard(approval);
		this.#output.print(plainText(`${tool} wants to run:\n${code.replace(/^/gm, "    ")}`));
		const choices = `[y]es${always === undefined ? "" : `, [a]lways ${plainText(always)}`}, [n]o? `;
		const letter = (await this.#ask(choices))?.trim().toLowerCase() ?? "n";
		if (this.#questions[0] !== question) return;
		if (letter.startsWith("y")) await this.#send(this.#live.answerPermission(approval.approvalId, "allow"));
		else if (letter.startsWith("a") && approval.always !== null)
			await this.#send(this.#live.answerPermission(approval.approvalId, "allowAlways"));
		else {
			const reason = await this.#ask("Reason for the model (Enter for none): ");
			await this.#send(this.#live.answerPermission(approval.approvalId, "deny", reason?.trim() || undefined));
		}
	}

	async #send(answer: Promise<void>): Promise<void> {
		// Another participant may have been faster; the updates say so.
		await answer.catch((error: Error) => this.#output.print(error.message));
	}

	/** A whole cell, `null` when the input has ended. */
	async #readCell(): Promise<string | null> {
		const view = this.#live.view!;
		const mode = view.settings.promptMode ? "Pr" : "In";
		const prompt = `${mode} [${view.nextExecutionCount}]: `;
		const more = `${" ".repeat(Math.max(0, prompt.length - 5))}...: `;
		const lines: string[] = [];
		this.#typed = lines;
		for (;;) {
			const line = await this.#ask(lines.length === 0 ? `\n${prompt}` : more);
			if (line === null) return lines.length === 0 ? null : lines.join("\n");
			if (this.#cleared) {
				this.#cleared = false;
				lines.length = 0;
				continue;
			}
			lines.push(line);
			const text = lines.join("\n");
			const read = readEntry(text, { promptMode: view.settings.promptMode });
			if (read.kind === "submit" && read.entry.kind === "prompt" ? !line.endsWith("\\") : true) {
				if (read.kind !== "submit" || read.entry.kind === "prompt") return text;
				if ((await this.#isComplete(text)) !== "incomplete") return text;
			}
		}
	}

	#cleared = false;

	async #isComplete(code: string): Promise<string> {
		const sessionId = this.#live.view!.sessionId;
		try {
			const { status } = await this.#live.request("kernel/isComplete", { sessionId, code });
			if (status !== "unknown") return status;
		} catch {
			// The kernel can't be asked: the client's own rule decides.
		}
		return isComplete(code).status;
	}

	async #ask(prompt: string, hidden = false): Promise<Line> {
		const blank = /^\n*/.exec(prompt)![0];
		process.stdout.write(blank);
		this.#readline.setPrompt(prompt.slice(blank.length));
		if (this.#lines.length === 0 || hidden) this.#readline.prompt();
		this.#muted = hidden;
		try {
			const waiting = this.#lines.shift();
			if (waiting !== undefined) return waiting;
			return await new Promise<Line>((resolve) => {
				this.#onLine = resolve;
			});
		} finally {
			this.#onLine = null;
			if (this.#muted) {
				this.#muted = false;
				process.stdout.write("\n");
			}
		}
	}

	#takeLine(line: Line): void {
		if (this.#onLine !== null) this.#onLine(line);
		else this.#lines.push(line);
	}

	#interrupt(): void {
		const view = this.#live.view;
		if (this.#current === null || view === null) {
			// At the prompt: the typed lines go, and the prompt stands anew.
			this.#cleared = true;
			process.stdout.write("\n");
			this.#readline.write(null, { ctrl: true, name: "e" });
			this.#readline.write(null, { ctrl: true, name: "u" });
			this.#takeLine("");
			return;
		}
		const stop = view.runningTurn !== null ? this.#live.cancel() : this.#live.interrupt();
		void this.#send(stop);
	}

	async #complete(line: string): Promise<[string[], string]> {
		const view = this.#live.view;
		if (view === null) return [[], line];
		const before = [...this.#typed, ""].join("\n");
		const code = before + line;
		try {
			const { start, matches } = await this.#live.request("kernel/complete", {
				sessionId: view.sessionId,
				code,
				cursor: code.length,
			});
			return [matches.map((each) => each.text), code.slice(start)];
		} catch {
			return [[], line];
		}
	}

	async #loadHistory(): Promise<void> {
		const sessionId = this.#live.view!.sessionId;
		try {
			const { entries } = await this.#live.request("kernel/history", { sessionId, limit: historyLimit });
			const lines = entries.map((each) => each.source).filter((source) => !source.includes("\n"));
			// Node's type leaves it out; the newest stands first.
			(this.#readline as unknown as { history?: string[] }).history?.push(...lines.reverse());
		} catch {
			// Without history the shell works all the same.
		}
	}
}
