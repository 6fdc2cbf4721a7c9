import { plainText, rowText } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText, words } from "../../../ground/text/screenText.ts";
import type { Face } from "../../common/shell/action.ts";
import { askCompleteness, askCompletions, askHistory } from "../../common/shell/lookups.ts";
import { Shell } from "../../common/shell/shell.ts";
import { OpenQuestions } from "../asking/openQuestions.ts";
import type { Start } from "../commandLine/start.ts";
import { createEditor } from "../editor/editor.ts";
import type { KeyEvent } from "../editor/keys.ts";
import type { Completions, Editor, Rendered } from "../editor/types.ts";
import { createAnswerKeys } from "../input/answerKeys.ts";
import { Documentation } from "../input/documentation.ts";
import { InlineSuggestion } from "../input/inlineSuggestion.ts";
import { createShellKeys } from "../input/shellKeys.ts";
import { Scrollback } from "../output/scrollback.ts";
import { runEditor, runPager, runProgram } from "../programs/externalProgram.ts";
import { kernelCwd } from "../programs/kernelCwd.ts";
import { fullScreenCommand } from "../programs/shellProgram.ts";
import { askTmux, detectGraphics, type Graphics } from "../render/images.ts";
import { renderStatus } from "../render/parts.ts";
import { type InputPrompt, inputPrompt } from "../render/prompt.ts";
import { sanitizeLines } from "../render/sanitize.ts";
import { type ChangeableTheme, createTheme } from "../render/terminalTheme.ts";
import { paint } from "../render/theme.ts";
import { createProcessTerminal, type KeyboardTerminal } from "../screen/processTerminal.ts";
import { truncateLine } from "../screen/styledText.ts";
import { Colours } from "./colours.ts";
import { shellOptions } from "./shellOptions.ts";
import { Stage } from "./stage.ts";
import { statusParts } from "./statusLine.ts";
import { StatusNote } from "./statusNote.ts";

/** The shell on a terminal: a live input below what has happened. */
export const runScreen = (start: Start): Promise<number> =>
	new ScreenShell(start, createProcessTerminal(), process.env).run();

/**
 * What happened scrolls up, below it stands the input, which is usable at any time. Keys become requests here; what
 * comes back is drawn by `Scrollback` (above) and `#tail` (below).
 */
export class ScreenShell {
	readonly #start: Start;
	readonly #terminal: KeyboardTerminal;
	readonly #env: NodeJS.ProcessEnv;
	readonly #theme: ChangeableTheme;
	readonly #stage: Stage;
	readonly #scrollback: Scrollback;
	readonly #shell: Shell;
	readonly #editor: Editor;
	readonly #suggestion: InlineSuggestion;
	/** Keys that are not the input's alone; an action that answers `false` leaves its key to it. */
	readonly #keys: Readonly<Record<string, () => boolean>>;
	readonly #questions: OpenQuestions;
	readonly #note = new StatusNote(() => this.#stage.drawSoon());
	readonly #doc: Documentation;
	readonly #colours: Colours;

	constructor(start: Start, terminal: KeyboardTerminal, env: NodeJS.ProcessEnv) {
		this.#start = start;
		this.#terminal = terminal;
		this.#env = env;
		this.#theme = createTheme(env);
		this.#colours = new Colours({
			theme: this.#theme,
			env,
			changed: () => this.#stage.drawSoon(),
			say: (text) => this.#note.say(text),
		});
		this.#stage = new Stage(
			terminal,
			() => this.#tail(),
			(key) => this.#onKey(key),
		);
		// Found out when something is first shown: tmux is asked.
		let graphics: { readonly kind: Graphics } | undefined;
		this.#scrollback = new Scrollback({
			theme: this.#theme,
			get graphics() {
				graphics ??= { kind: detectGraphics(env, askTmux) };
				return graphics.kind;
			},
			columns: () => this.#stage.screen.columns,
			commit: (lines) => this.#stage.commit(lines),
			clear: () => this.#stage.clear(),
			prompt: (number) => this.#prompt(number),
			nextNumber: () => this.#shell.view?.nextExecutionCount ?? 1,
		});
		this.#shell = new Shell({
			...shellOptions(start, "everything"),
			face: this.#face,
			hints: { restart: "Ctrl-R or %ipyai restart", rerun: "Alt-r or %ipyai rerun" },
			commands: "cells",
			programOf: fullScreenCommand,
		});
		this.#questions = new OpenQuestions({
			shell: this.#shell,
			theme: this.#theme,
			columns: () => this.#stage.screen.columns,
			show: (lines) => this.#scrollback.show(lines),
			draw: () => this.#stage.drawSoon(),
		});
		this.#editor = createEditor({
			theme: this.#theme,
			onChange: () => {
				this.#suggestion.cancel();
				// Enter may be answered later, without a key.
				this.#stage.drawSoon();
			},
			onSubmit: (text) => void this.#shell.enter(text),
			isComplete: (text) => askCompleteness(this.#shell, text),
			complete: (text, cursor) => this.#complete(text, cursor),
		});
		this.#suggestion = new InlineSuggestion({
			shell: this.#shell,
			editor: this.#editor,
			tell: (text) => (text === null ? this.#note.release() : this.#note.hold(text)),
		});
		const around = {
			shell: this.#shell,
			editor: this.#editor,
			say: (text: string) => this.#note.say(text),
			draw: () => this.#stage.draw(),
		};
		this.#doc = new Documentation({ ...around, rows: () => this.#stage.screen.rows });
		this.#keys = {
			...createAnswerKeys({ ...around, answer: () => this.#shell.view?.answer ?? "" }),
			...createShellKeys({ ...around, suggestion: this.#suggestion }),
		};
	}

	/** Runs until the person leaves; answers the exit code. Rejects when the session cannot be opened. */
	async run(): Promise<number> {
		const restore = (): void => this.#stage.restore();
		const signals = {
			SIGCONT: () => this.#stage.takeBack(),
			SIGHUP: () => void this.#shell.leave("lost", 129),
			SIGTERM: () => void this.#shell.leave("lost", 143),
		};
		process.once("exit", restore);
		for (const [name, act] of Object.entries(signals)) process.on(name, act);
		this.#stage.screen.onResize(() => {
			this.#scrollback.resize();
			this.#tellSize();
			this.#stage.draw();
		});
		this.#scrollback.showText(
			"ipyai: Python as in IPython; a line that starts with a dot asks the AI; %ipyai help",
			"dim",
		);
		this.#stage.draw();
		this.#stage.screen.flush();
		this.#stage.start();
		if (this.#theme.colors) this.#terminal.askBackground();
		void this.#begin();
		try {
			const { code, lines } = await this.#shell.run();
			for (const line of lines) this.#terminal.write(words`${plainText(line)}\n`);
			return code;
		} finally {
			for (const [name, act] of Object.entries(signals)) process.off(name, act);
			process.off("exit", restore);
		}
	}

	async #begin(): Promise<void> {
		const { entries, draft, args } = this.#start;
		this.#editor.setText(draft);
		// Below what happened before.
		if (args.resume !== null && entries.length > 0) await this.#shell.opened;
		for (const entry of entries) void this.#shell.enter(entry);
	}

	/** What the session asks of the screen. */
	get #face(): Face {
		return {
			transcript: this.#scrollback,
			opened: () => {
				this.#tellSize();
				void this.#loadHistory();
			},
			changed: () => {
				void this.#colours.follow(this.#shell.view?.settings.codeTheme ?? "auto");
				this.#suggestion.follow();
				this.#stage.drawSoon();
			},
			say: ({ text }) => this.#note.say(text),
			approvalAsked: ({ approval }) => this.#questions.approval(approval),
			approvalEnded: ({ approval }) => this.#questions.approvalEnded(approval.approvalId),
			inputAsked: ({ request }) =>
				this.#questions.input(request, () => this.#scrollback.askHere(request.cellId)),
			inputEnded: ({ request }) => this.#questions.drop(request.cellId),
			page: ({ text }) => this.#page(text),
			nextInput: ({ text, replace }) => {
				if (replace || this.#editor.text === "") this.#editor.setText(text);
				else this.#editor.insert(text);
			},
			edit: ({ path, line }) => this.#edit(path, line),
			program: async ({ command }) => {
				await this.#stage.lend(async () => runProgram(command, { cwd: await kernelCwd(this.#shell.live) }));
				this.#scrollback.gap();
			},
			clearScreen: () => this.#stage.clear(),
			leaveAsked: ({ running, answer }) => this.#questions.leave(`${running} still runs:`, answer),
			leave: ({ how }) => this.#shell.leave(how),
			goOver: ({ session, entries }) => {
				this.#start.goOver(session, { entries, draft: this.#editor.text });
				return this.#shell.leave("detach");
			},
			leaving: () => this.#stage.end(),
		};
	}

	/** Shows a text that may be too long for the screen. */
	async #page(text: string): Promise<void> {
		const lines = sanitizeLines(text.replace(/^\n+/, "").trimEnd());
		if (lines.length <= Math.max(4, this.#stage.screen.rows - 6)) {
			this.#scrollback.show(lines);
			this.#scrollback.gap();
		} else await this.#stage.lend(() => runPager(joined(lines, words`\n`), this.#env));
	}

	async #edit(path: string, line: number): Promise<void> {
		const code = await this.#stage.lend(() => runEditor(path, line, this.#env));
		if (code !== 0) return this.#note.say("the editor failed: nothing is run");
		const { readFile } = await import("node:fs/promises");
		const text = await readFile(path, "utf8").catch(() => "");
		if (text.trim() !== "") this.#shell.submit({ kind: "cell", code: text }, text);
	}

	// Keys.

	#onKey(key: KeyEvent): void {
		if (this.#shell.isLeaving) return;
		if (key.kind === "report") {
			void this.#colours.take(key.sequence);
			return;
		}
		this.#doc.hide();
		this.#note.release();
		this.#handleKey(key);
		this.#stage.draw();
	}

	#handleKey(key: KeyEvent): void {
		const id = key.kind === "key" ? key.id : "";
		const { question } = this.#questions;
		if (id === "ctrl+\\") void this.#shell.leave("close");
		else if (id === "ctrl+z") this.#stage.suspend();
		else if (id === "ctrl+l") this.#stage.clear();
		else if (question !== null) this.#questions.questionKey(question, key);
		else this.#inputKey(key, id);
	}

	#inputKey(key: KeyEvent, id: string): void {
		if (this.#questions.cardKey(id, this.#editor.text === "")) return;
		const action = this.#keys[id];
		if (action !== undefined && this.#editor.mode !== "search") {
			// A menu of completions closes and keeps what it put in.
			if (this.#editor.mode === "menu") this.#editor.setText(this.#editor.text, this.#editor.cursor);
			if (action()) return;
		}
		if (this.#editor.handleKey(key)) return;
		if (id === "shift+tab") void this.#doc.ask();
		if (id === "escape") this.#shell.stopAnswer();
	}

	// What the input asks.

	async #complete(text: string, cursor: number): Promise<Completions | null> {
		try {
			return await askCompletions(this.#shell, text, cursor);
		} catch (error) {
			this.#note.say(`no completions: ${(error as Error).message}`);
			return null;
		} finally {
			// The editor takes the answer first.
			setImmediate(() => this.#stage.draw());
		}
	}

	async #loadHistory(): Promise<void> {
		const earlier = await askHistory(this.#shell);
		// What was typed while it loaded is newer.
		this.#editor.setHistory([...earlier, ...this.#shell.typed]);
	}

	#tellSize(): void {
		this.#shell.live.resize(this.#stage.screen.columns, this.#stage.screen.rows);
	}

	// Drawing.

	/** What grows, what waits, the card, the input, the status: from top to bottom. */
	#tail(): Rendered {
		const { columns, rows } = this.#stage.screen;
		const live = this.#scrollback.live(columns).slice(-rows);
		const waiting = this.#waitingLines(columns);
		const above = [...live, ...waiting];
		if (above.length > 0) above.push(words``);
		const input = this.#inputLines(columns, Math.max(1, Math.floor(rows / 2)));
		const card = this.#questions.cardLines({
			width: columns,
			maxRows: rows - input.lines.length - 1,
			lineIsEmpty: this.#editor.text === "",
		});
		const top = [...above, ...card];
		const { link, view, live: session } = this.#shell;
		const status = statusParts({
			link,
			view,
			asked: this.#questions.question?.kind === "input",
			waiting: session.waiting,
			message: this.#note.text,
		});
		return {
			lines: [
				...top,
				...input.lines,
				...this.#doc.lines.map((line) => truncateLine(line, columns)),
				renderStatus(status, columns, this.#theme),
			],
			cursor: { line: top.length + input.cursor.line, column: input.cursor.column },
		};
	}

	#inputLines(columns: number, maxRows: number): Rendered {
		const { question } = this.#questions;
		if (question !== null) return question.render(columns);
		this.#editor.setPrompt(this.#prompt(this.#shell.entries.nextNumber));
		return this.#editor.render(columns, maxRows);
	}

	/** Inputs that wait for their turn. */
	#waitingLines(columns: number): ScreenText[] {
		return this.#shell.waiting.map((source) => {
			const [first = ""] = source.split("\n", 1);
			return paint(this.#theme, "dim", truncateLine(words`  waits: ${rowText(first)}`, columns));
		});
	}

	#prompt(number: number): InputPrompt {
		return this.#shell.isPromptMode ? inputPrompt(number, "ai", words`Pr`) : inputPrompt(number, "python");
	}
}
