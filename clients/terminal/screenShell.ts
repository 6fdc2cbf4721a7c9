import type { CellPayload, CommandAction, InputRequestParams } from "../../protocol/index.ts";
import {
	type Entry,
	type LinkState,
	LiveSession,
	type LiveSessionListener,
	type Submission,
} from "../common/liveSession.ts";
import {
	type Approval,
	type CellView,
	type Change,
	isAlive,
	type SessionView,
	type TurnView,
} from "../common/sessionView.ts";
import { createAnswerKeys } from "./answerKeys.ts";
import { ApprovalPrompt } from "./approvalPrompt.ts";
import { exitCodes } from "./batch.ts";
import { promptModeText, runCommand, runsAsCell } from "./commands.ts";
import { createEditor } from "./editor/editor.ts";
import type { KeyEvent } from "./editor/keys.ts";
import type { Completions, Editor, EditorPrompt, Rendered } from "./editor/types.ts";
import { readEntry } from "./entry.ts";
import { runEditor, runPager, runProgram } from "./externalProgram.ts";
import { InlineSuggestion } from "./inlineSuggestion.ts";
import { askCompletions, askDocumentation, askHistory, askIsComplete } from "./inputHelp.ts";
import { kernelCwd } from "./kernelCwd.ts";
import { resumeText } from "./leaving.ts";
import type { KeyboardTerminal } from "./processTerminal.ts";
import type { Start } from "./program.ts";
import { inputQuestion, leaveQuestion, type Question, reasonQuestion } from "./questions.ts";
import { useCodeTheme } from "./render/codeThemes.ts";
import { detectGraphics } from "./render/images.ts";
import { renderStatus } from "./render/parts.ts";
import { sanitizeLines } from "./render/sanitize.ts";
import { type ChangeableTheme, createTheme, paint } from "./render/theme.ts";
import { createScreen, type Screen } from "./screen/screen.ts";
import { truncateLine } from "./screen/styledText.ts";
import { Scrollback } from "./scrollback.ts";
import { statusParts } from "./statusLine.ts";

const messageMs = 4000;
/** Frames that updates cause come no faster; keys are drawn at once. */
const frameMs = 16;

/**
 * The shell on a terminal: what happened scrolls up, below it stands the input, which is usable at any time. Keys become
 * requests here; what comes back is drawn by `Scrollback` (above) and `#tail` (below).
 */
export class ScreenShell implements LiveSessionListener {
	readonly #start: Start;
	readonly #terminal: KeyboardTerminal;
	readonly #env: NodeJS.ProcessEnv;
	readonly #theme: ChangeableTheme;
	readonly #screen: Screen;
	readonly #scrollback: Scrollback;
	readonly #live: LiveSession;
	readonly #editor: Editor;
	readonly #suggestion: InlineSuggestion;
	readonly #answerKeys: Readonly<Record<string, () => boolean>>;
	/** Entries that have not become a cell or a turn yet, in order. */
	readonly #pending: Submission[] = [];
	/** Of these the input stands above already. */
	readonly #shown = new Set<Submission>();
	readonly #typed: string[] = [];
	#questions: Question[] = [];
	#card: ApprovalPrompt | null = null;
	#link: LinkState = { kind: "joining" };
	#wasLost = false;
	#message: string | null = null;
	#messageTimer: NodeJS.Timeout | undefined;
	/** Documentation that shows until the next key. */
	#doc: readonly string[] = [];
	/** Lines for above, which go out together with the tail that fits them. */
	#finished: string[] = [];
	#drawTimer: NodeJS.Timeout | undefined;
	#lastDraw = 0;
	/** Another program has the terminal. */
	#lent = false;
	#leaving = false;
	#done: (code: number) => void = () => {};
	#tellOpened: (view: SessionView) => void = () => {};
	/** What is asked before there is a session waits for it. */
	readonly #opened = new Promise<SessionView>((resolve) => {
		this.#tellOpened = resolve;
	});

	constructor(start: Start, terminal: KeyboardTerminal, env: NodeJS.ProcessEnv) {
		this.#start = start;
		this.#terminal = terminal;
		this.#env = env;
		this.#theme = createTheme(env);
		this.#screen = createScreen(terminal);
		this.#live = new LiveSession(start.sessionOptions(this, { approvals: true, input: true }));
		this.#scrollback = new Scrollback({
			theme: this.#theme,
			graphics: detectGraphics(env),
			columns: () => this.#screen.columns,
			commit: (lines) => {
				for (const line of lines) this.#finished.push(line);
				this.#drawSoon();
			},
			clear: () => this.#clear(),
			nameOf: (participantId) => this.#nameOf(participantId),
			nextNumber: () => this.#live.view?.nextExecutionCount ?? 1,
			isShown: (item) => this.#claim(item),
		});
		this.#editor = createEditor({
			theme: this.#theme,
			onChange: () => {
				this.#suggestion.cancel();
				// Enter may be answered later, without a key.
				this.#drawSoon();
			},
			onSubmit: (text) => void this.#enter(text),
			isComplete: (text) => askIsComplete(this.#live, text, this.#promptMode),
			complete: (text, cursor) => this.#complete(text, cursor),
		});
		this.#answerKeys = createAnswerKeys({
			editor: this.#editor,
			answer: () => this.#live.view?.answer ?? "",
			say: (text) => this.#say(text),
			draw: () => this.#draw(),
		});
		this.#suggestion = new InlineSuggestion(this.#live, this.#editor, (text) => this.#say(text));
	}

	/** Runs until the person leaves; answers the exit code. */
	async run(): Promise<number> {
		const restore = (): void => this.#terminal.stop();
		const onResume = (): void => this.#takeBack();
		const onHangUp = (): void => void this.#leave("lost", 129);
		const onTerminate = (): void => void this.#leave("lost", 143);
		process.once("exit", restore);
		process.on("SIGCONT", onResume);
		process.on("SIGHUP", onHangUp);
		process.on("SIGTERM", onTerminate);
		const done = new Promise<number>((resolve) => {
			this.#done = resolve;
		});
		this.#screen.onResize(() => {
			this.#scrollback.resize();
			this.#live.resize(this.#screen.columns, this.#screen.rows);
			this.#draw();
		});
		this.#scrollback.showText(
			"ipyai: Python as in IPython; a line that starts with a dot asks the AI; %ipyai help",
			"dim",
		);
		this.#draw();
		this.#screen.flush();
		this.#terminal.start((key) => this.#onKey(key));
		for (const entry of this.#start.entries) void this.#enter(entry);
		this.#live.open().catch((error: Error) => this.#fail(error));
		void this.#useCodeTheme();
		const code = await done;
		process.off("SIGCONT", onResume);
		process.off("SIGHUP", onHangUp);
		process.off("SIGTERM", onTerminate);
		process.off("exit", restore);
		return code;
	}

	// What the session tells.

	onOpened(view: SessionView, changes: readonly Change[]): void {
		for (const change of changes) this.#scrollback.show(change);
		if (changes.length > 0) this.#scrollback.gap();
		for (const approval of view.approvals.values()) this.#askApproval(approval);
		this.#live.resize(this.#screen.columns, this.#screen.rows);
		void this.#loadHistory(view);
		this.#tellOpened(view);
		this.#drawSoon();
	}

	onChanges(changes: readonly Change[]): void {
		for (const change of changes) {
			this.#scrollback.show(change);
			this.#follow(change);
		}
		this.#drawSoon();
	}

	onReattached(changes: readonly Change[]): void {
		this.onChanges(changes);
		this.#suggestion.forget();
		if (!this.#wasLost) return;
		this.#wasLost = false;
		this.#scrollback.showText("The server was lost; another one goes on with this session.", "dim");
		if (!isAlive(this.#live.view!))
			this.#scrollback.showText("The kernel is gone: Ctrl-R or %ipyai restart starts a new one.", "error");
		this.#scrollback.gap();
	}

	onLink(link: LinkState): void {
		this.#link = link;
		if (link.kind === "lost") this.#wasLost = true;
		this.#drawSoon();
	}

	onInputRequest(request: InputRequestParams): void {
		const above = sanitizeLines(request.prompt).slice(0, -1);
		if (above.length > 0) this.#scrollback.showText(above.join("\n"));
		const question = inputQuestion(request, {
			theme: this.#theme,
			onSubmit: (text) => {
				const [line = ""] = question.render(this.#screen.columns).lines;
				this.#scrollback.showText(request.password ? line : `${request.prompt.split("\n").at(-1)}${text}`);
				this.#close(question);
				this.#send(this.#live.answerInput(request.inputId, text));
			},
		});
		this.#inputOf.set(question, request.inputId);
		this.#questions.push(question);
		this.#drawSoon();
	}

	onRejected(submission: Submission, reason: string): void {
		this.#forget(submission);
		if (!this.#shown.delete(submission))
			this.#scrollback.showInput(sourceOf(submission.entry), this.#prompt());
		this.#scrollback.showText(reason, "error");
		this.#scrollback.gap();
		this.#drawSoon();
	}

	#follow(change: Change): void {
		switch (change.kind) {
			case "cellFinished":
				this.#dropQuestions(change.cell.cellId);
				// What the question before leaving was about has ended.
				if (this.#questions[0]?.kind === "leave" && this.#runningInput === null) void this.#leave("close");
				if (change.cell.by === this.#live.view?.participantId)
					for (const payload of change.payloads) void this.#onPayload(payload);
				return;
			case "approvalAsked":
				this.#askApproval(change.approval);
				return;
			case "approvalAnswered":
				this.#dropQuestions(change.approval.approvalId);
				if (this.#card?.approval.approvalId !== change.approval.approvalId) return;
				this.#card = null;
				for (const next of this.#live.view!.approvals.values()) {
					this.#askApproval(next);
					break;
				}
				return;
			case "settings":
				if (change.before.promptMode !== this.#live.view!.settings.promptMode)
					this.#say(promptModeText(this.#live.view!.settings.promptMode));
				if (change.before.codeTheme !== this.#live.view!.settings.codeTheme) void this.#useCodeTheme();
				return;
			default:
		}
	}

	async #onPayload(payload: CellPayload): Promise<void> {
		switch (payload.kind) {
			case "page":
				return this.#page(payload.text);
			case "setNextInput":
				if (payload.replace || this.#editor.text === "") this.#editor.setText(payload.text);
				else this.#editor.insert(payload.text);
				this.#drawSoon();
				return;
			case "editMagic": {
				const code = await this.#lend(() => runEditor(payload.filename, payload.lineNumber, this.#env));
				if (code !== 0) return this.#say("the editor failed: nothing is run");
				const { readFile } = await import("node:fs/promises");
				const text = await readFile(payload.filename, "utf8").catch(() => "");
				if (text.trim() !== "") this.#submit({ kind: "cell", code: text }, text);
				return;
			}
			case "askExit":
				await this.#leave(payload.keepKernel ? "detach" : "close");
				return;
			case "command":
				await this.#onAction(payload.action);
				return;
			default:
				payload satisfies never;
		}
	}

	/** A text that may be too long for the screen. */
	async #page(text: string): Promise<void> {
		const lines = sanitizeLines(text.replace(/^\n+/, "").trimEnd());
		if (lines.length <= Math.max(4, this.#screen.rows - 6)) this.#scrollback.showLines(lines);
		else await this.#lend(() => runPager(lines.join("\n"), this.#env));
	}

	/** What a command leaves to the client. */
	async #onAction(action: CommandAction): Promise<void> {
		switch (action.kind) {
			case "page":
				// Its text has been shown by whoever ran the command.
				return;
			case "detach":
				return this.#leave("detach");
			case "restart":
				return this.#restart();
			case "resume":
				this.#start.goOver(action.session);
				return this.#leave("detach");
			default:
				action satisfies never;
		}
	}

	// What the person enters.

	async #enter(typed: string): Promise<void> {
		const read = readEntry(typed, { promptMode: this.#promptMode });
		if (read.kind !== "nothing") this.#typed.push(typed);
		switch (read.kind) {
			case "nothing":
				break;
			case "submit":
				this.#submit(read.entry, typed);
				break;
			case "clearScreen":
				this.#clear();
				break;
			case "exit":
				await this.#askLeave(read.keepKernel ? "detach" : "close");
				break;
			case "program":
				this.#scrollback.showInput(typed, this.#prompt());
				await this.#lend(async () => runProgram(read.command, { cwd: await kernelCwd(this.#live) }));
				this.#scrollback.gap();
				break;
			case "command":
				if (this.#pending.length === 0 && runsAsCell(this.#live.view, read.words)) {
					this.#submit({ kind: "cell", code: typed.trim() }, typed);
					break;
				}
				this.#scrollback.showInput(typed, this.#prompt());
				await this.#command(read.words);
				break;
			default:
				read satisfies never;
		}
		this.#drawSoon();
	}

	#submit(entry: Entry, typed: string): void {
		const { view } = this.#live;
		const isFree =
			this.#pending.every((each) => each.entry.kind !== entry.kind) &&
			(entry.kind === "cell" ? (view?.cells.size ?? 0) === 0 : (view?.turns.size ?? 0) === 0);
		const prompt = this.#prompt();
		const submission = this.#live.submit(entry);
		this.#pending.push(submission);
		if (isFree) {
			this.#shown.add(submission);
			this.#scrollback.showInput(typed, entry.kind === "prompt" ? { ...prompt, kind: "ai" } : prompt);
		}
		this.#drawSoon();
	}

	/** Runs a command beside the cells: the kernel is busy, or there is none. */
	async #command(words: string): Promise<void> {
		await this.#opened;
		const { text, failed, action } = await runCommand(this.#live, words);
		if (action?.kind === "page") await this.#page(text);
		else if (text !== "") this.#scrollback.showText(text, failed ? "error" : null);
		this.#scrollback.gap();
		if (action !== null) await this.#onAction(action);
	}

	#restart(): void {
		this.#say("a new kernel starts");
		this.#send(this.#live.restartKernel());
	}

	// Keys.

	#onKey(key: KeyEvent): void {
		if (this.#lent || this.#leaving) return;
		this.#doc = [];
		this.#handleKey(key);
		this.#draw();
	}

	#handleKey(key: KeyEvent): void {
		const id = key.kind === "key" ? key.id : "";
		const question = this.#questions[0];
		if (id === "ctrl+\\") void this.#leave("close");
		else if (id === "ctrl+z") this.#suspend();
		else if (id === "ctrl+l") this.#clear();
		else if (question !== undefined) this.#questionKey(question, key, id);
		else this.#inputKey(key, id);
	}

	#inputKey(key: KeyEvent, id: string): void {
		if (this.#card !== null && this.#cardKey(this.#card, id)) return;
		const action = this.#actions[id] ?? this.#answerKeys[id];
		if (action !== undefined && this.#editor.mode !== "search") {
			// A menu of completions closes and keeps what it put in.
			if (this.#editor.mode === "menu") this.#editor.setText(this.#editor.text, this.#editor.cursor);
			if (action()) return;
		}
		if (this.#editor.handleKey(key)) return;
		if (id === "shift+tab") void this.#inspect();
	}

	/** Keys of the shell; `false` leaves the key to the input. */
	readonly #actions: Readonly<Record<string, () => boolean>> = {
		"ctrl+c": () => this.#interrupt(),
		"ctrl+d": () => {
			if (this.#editor.text !== "") return false;
			void this.#askLeave("close");
			return true;
		},
		"ctrl+r": () => {
			const { view } = this.#live;
			if (view === null || isAlive(view) || this.#editor.text !== "") return false;
			this.#restart();
			return true;
		},
		"alt+r": () => {
			if (this.#editor.text !== "") return false;
			void this.#enter("%ipyai rerun");
			return true;
		},
		"alt+.": () => {
			void this.#suggestion.ask();
			return true;
		},
		"alt+p": () => {
			void this.#togglePromptMode();
			return true;
		},
	};

	#questionKey(question: Question, key: KeyEvent, id: string): void {
		if (question.kind === "input" && id === "ctrl+c") {
			this.#send(this.#live.interrupt());
		} else if (question.kind === "reason" && (id === "escape" || id === "ctrl+c")) this.#close(question);
		else if (!question.handleKey(key) && question.kind === "input" && id === "ctrl+d")
			this.#endOfInput(question);
	}

	/** Ctrl-D in an empty `input()` line raises EOFError in Python. */
	#endOfInput(question: Question): void {
		const request = this.#inputOf.get(question);
		if (request === undefined) return;
		this.#close(question);
		this.#send(this.#live.answerInput(request, "\x04"));
	}

	readonly #inputOf = new WeakMap<Question, string>();

	/** True when the key was the card's. */
	#cardKey(card: ApprovalPrompt, id: string): boolean {
		const answer = card.key(id, this.#editor.text === "", performance.now());
		const { approval } = card;
		if (answer === "deny") {
			const question = reasonQuestion(approval, {
				theme: this.#theme,
				onSubmit: (text) => {
					this.#close(question);
					this.#send(this.#live.answerPermission(approval.approvalId, "deny", text.trim() || undefined));
				},
			});
			this.#questions.push(question);
		} else if (answer !== null && answer !== "used")
			this.#send(this.#live.answerPermission(approval.approvalId, answer));
		return answer !== null;
	}

	/** Ctrl-C: the nearest thing that can be stopped. */
	#interrupt(): boolean {
		const { view } = this.#live;
		if (this.#editor.text !== "") this.#editor.setText("");
		else if (view?.runningTurn != null) this.#send(this.#live.cancel());
		else if (view !== null && view.cells.size > 0) this.#send(this.#live.interrupt());
		else this.#say("Ctrl-D or exit leaves");
		return true;
	}

	#suspend(): void {
		this.#lent = true;
		this.#putAbove();
		this.#screen.suspend();
		this.#terminal.stop();
		// The whole job stops, as a shell's job control expects; `SIGCONT` brings the screen back.
		process.kill(0, "SIGTSTP");
	}

	#takeBack(): void {
		if (this.#leaving) return;
		this.#lent = false;
		this.#terminal.start((key) => this.#onKey(key));
		this.#screen.resume();
		this.#draw();
	}

	/** Gives the terminal to another program for as long as it runs. */
	async #lend<T>(run: () => Promise<T>): Promise<T> {
		this.#lent = true;
		this.#putAbove();
		this.#screen.suspend();
		this.#terminal.stop();
		try {
			return await run();
		} finally {
			this.#takeBack();
		}
	}

	async #useCodeTheme(): Promise<void> {
		const { codeTheme } = (await this.#opened).settings;
		try {
			await useCodeTheme(this.#theme, codeTheme, this.#env);
			this.#drawSoon();
		} catch (error) {
			this.#say((error as Error).message);
		}
	}

	async #togglePromptMode(): Promise<void> {
		const view = await this.#opened;
		const settings = { promptMode: !view.settings.promptMode };
		const { sessionId } = view;
		this.#send(
			this.#live.request("session/configure", { sessionId, requestId: crypto.randomUUID(), settings }),
		);
	}

	// What the input asks.

	async #complete(text: string, cursor: number): Promise<Completions | null> {
		const completions = await askCompletions(this.#live, text, cursor);
		// The editor takes the answer first.
		setImmediate(() => this.#draw());
		return completions;
	}

	/** Shift-Tab: what stands at the cursor, until the next key. */
	async #inspect(): Promise<void> {
		const { text, cursor } = this.#editor;
		if (text === "") return;
		try {
			const room = Math.max(3, Math.floor(this.#screen.rows / 2));
			const lines = await askDocumentation(this.#live, text, cursor, room);
			if (this.#editor.text !== text) return;
			this.#doc = lines ?? [];
			if (lines === null) this.#say("nothing is known about this");
		} catch (error) {
			this.#say((error as Error).message);
		}
		this.#draw();
	}

	async #loadHistory({ sessionId }: SessionView): Promise<void> {
		const earlier = await askHistory(this.#live, sessionId);
		// What was typed while it loaded is newer.
		this.#editor.setHistory([...earlier, ...this.#typed]);
	}

	// Leaving.

	async #askLeave(how: "close" | "detach"): Promise<void> {
		const running = this.#runningInput;
		if (how === "detach" || running === null) return this.#leave(how);
		const question = leaveQuestion(`${running} still runs:`, this.#theme, (answer) => {
			this.#close(question);
			if (answer !== "stay") void this.#leave(answer);
		});
		this.#questions.unshift(question);
		this.#draw();
	}

	/** The cell that runs, or that was typed and has not begun yet; `null` when there is none. */
	get #runningInput(): string | null {
		const [cell] = this.#live.view?.cells.values() ?? [];
		if (cell !== undefined) return `In [${cell.executionCount ?? "*"}]`;
		return this.#pending.some(({ entry }) => entry.kind === "cell") ? "In [*]" : null;
	}

	async #leave(how: "close" | "detach" | "lost", code: number = exitCodes.ok): Promise<void> {
		if (this.#leaving) return;
		this.#leaving = true;
		const { view } = this.#live;
		this.#endScreen();
		const done = await this.#live.leave(how);
		if (view !== null && done !== "lost") {
			if (done !== how) this.#terminal.write("Others work in this session: its kernel stays.\n");
			this.#terminal.write(`${resumeText(view, this.#start.program)}\n`);
		}
		this.#done(code);
	}

	async #fail(error: Error): Promise<void> {
		if (this.#leaving) return;
		this.#leaving = true;
		this.#endScreen();
		process.stderr.write(`${this.#start.program}: ${error.message}\n`);
		await this.#live.leave("lost");
		this.#done(exitCodes.failed);
	}

	// Small things.

	get #promptMode(): boolean {
		return this.#live.view?.settings.promptMode ?? this.#start.args.promptMode;
	}

	#nameOf(participantId: string | null): string {
		const { view } = this.#live;
		if (participantId === null || participantId === view?.participantId) return "";
		return view?.participants.find((each) => each.participantId === participantId)?.name ?? "";
	}

	/** Whether the input of this cell or turn is ours and stands above already. */
	#claim(item: CellView | TurnView): boolean {
		const submission = this.#live.claim(item);
		if (submission === null) return false;
		this.#forget(submission);
		return this.#shown.delete(submission);
	}

	#forget(submission: Submission): void {
		const at = this.#pending.indexOf(submission);
		if (at >= 0) this.#pending.splice(at, 1);
	}

	#askApproval(approval: Approval): void {
		if (this.#live.role === "observer") this.#say(`${approval.tool} waits for somebody's approval`);
		else this.#card ??= new ApprovalPrompt(approval, performance.now());
	}

	#close(question: Question): void {
		this.#questions = this.#questions.filter((each) => each !== question);
		this.#drawSoon();
	}

	#dropQuestions(about: string): void {
		this.#questions = this.#questions.filter((each) => each.about !== about);
	}

	/** A request whose answer needs no handling; a refusal is told. */
	#send(answer: Promise<unknown>): void {
		answer.catch((error: Error) => {
			this.#scrollback.showText(error.message, "error");
			this.#drawSoon();
		});
	}

	/** Says something in the status line for a moment. */
	#say(text: string | null): void {
		clearTimeout(this.#messageTimer);
		this.#message = text;
		if (text !== null)
			this.#messageTimer = setTimeout(() => {
				this.#message = null;
				this.#draw();
			}, messageMs);
		this.#drawSoon();
	}

	// Drawing.

	#drawSoon(): void {
		if (this.#drawTimer !== undefined) return;
		const wait = this.#lastDraw + frameMs - performance.now();
		this.#drawTimer = setTimeout(() => this.#draw(), Math.max(0, wait));
	}

	#draw(): void {
		clearTimeout(this.#drawTimer);
		this.#drawTimer = undefined;
		if (this.#lent || this.#leaving) return;
		this.#lastDraw = performance.now();
		const { lines, cursor } = this.#tail();
		this.#putAbove();
		this.#screen.setTail(lines, cursor);
	}

	#putAbove(): void {
		this.#screen.commit(this.#finished);
		this.#finished = [];
	}

	#clear(): void {
		this.#putAbove();
		this.#screen.clear();
	}

	/** Takes the tail away; what is above it stays. */
	#endScreen(): void {
		this.#putAbove();
		this.#screen.setTail([], null);
		this.#screen.dispose();
		this.#terminal.stop();
	}

	/** What grows, what waits, the card, the input, the status: from top to bottom. */
	#tail(): Rendered {
		const { columns, rows } = this.#screen;
		const live = this.#scrollback.live(columns).slice(-rows);
		const waiting = this.#waitingLines(columns);
		const above = [...live, ...waiting];
		if (above.length > 0) above.push("");
		const input = this.#inputLines(columns, Math.max(1, Math.floor(rows / 2)));
		const card =
			this.#card?.lines({
				width: columns,
				maxRows: rows - input.lines.length - 1,
				theme: this.#theme,
				lineIsEmpty: this.#editor.text === "",
			}) ?? [];
		const top = [...above, ...card];
		const { link, message } = { link: this.#link, message: this.#message };
		const status = statusParts({ link, view: this.#live.view, waiting: this.#live.waiting, message });
		return {
			lines: [
				...top,
				...input.lines,
				...this.#doc.map((line) => truncateLine(line, columns, "…")),
				renderStatus(status, columns, this.#theme),
			],
			cursor: { line: top.length + input.cursor.line, column: input.cursor.column },
		};
	}

	#inputLines(columns: number, maxRows: number): Rendered {
		const question = this.#questions[0];
		if (question !== undefined) return question.render(columns);
		this.#editor.setPrompt(this.#prompt());
		return this.#editor.render(columns, maxRows);
	}

	/** Inputs that wait for their turn. */
	#waitingLines(columns: number): string[] {
		const { view } = this.#live;
		const cells = [...(view?.cells.values() ?? [])].slice(1).map((cell) => cell.code);
		const turns = view?.runningTurn == null ? [] : view.queuedTurns.map((turn) => turn.source);
		const pending = this.#pending
			.filter((each) => !this.#shown.has(each))
			.map((each) => sourceOf(each.entry));
		return [...cells, ...turns, ...pending].map((source) => {
			const [first = ""] = sanitizeLines(source);
			return paint(this.#theme, "dim", truncateLine(`  waits: ${first}`, columns, "…"));
		});
	}

	#prompt(): EditorPrompt {
		const first = `${this.#promptMode ? "Pr" : "In"} [${this.#nextNumber()}]: `;
		return { first, rest: "...: ".padStart(first.length), kind: this.#promptMode ? "ai" : "python" };
	}

	/** The number that the input will take, as far as it can be known: a waiting prompt takes its own when it starts. */
	#nextNumber(): number {
		const { view } = this.#live;
		const turn = view?.runningTurn ?? null;
		let number = (view?.nextExecutionCount ?? 1) + (view?.unnumbered.size ?? 0);
		for (const { entry } of this.#pending) if (entry.kind === "cell" || turn === null) number++;
		for (const cell of view?.cells.values() ?? []) if (cell.executionCount === null) number++;
		return number;
	}
}

const sourceOf = (entry: Entry): string => (entry.kind === "cell" ? entry.code : entry.source);
