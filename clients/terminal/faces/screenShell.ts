import type { CellPayload, InputRequestParams } from "../../../protocol/index.ts";
import {
	type LinkState,
	LiveSession,
	type LiveSessionListener,
	type Submission,
} from "../../common/session/liveSession.ts";
import { type Change, isAlive, type SessionView } from "../../common/session/sessionView.ts";
import { Asked } from "../asking/asked.ts";
import { clientName } from "../commandLine/clientName.ts";
import type { Start } from "../commandLine/start.ts";
import { createEditor } from "../editor/editor.ts";
import type { KeyEvent } from "../editor/keys.ts";
import type { Completions, Editor, EditorPrompt, Rendered } from "../editor/types.ts";
import { createAnswerKeys } from "../input/answerKeys.ts";
import { promptModeText } from "../input/commands.ts";
import { Entering } from "../input/entering.ts";
import { InlineSuggestion } from "../input/inlineSuggestion.ts";
import { askCompletions, askDocumentation, askHistory, askIsComplete } from "../input/inputHelp.ts";
import { PendingEntries, sourceOf } from "../input/pendingEntries.ts";
import { Scrollback } from "../output/scrollback.ts";
import { runEditor } from "../programs/externalProgram.ts";
import type { KeyboardTerminal } from "../programs/processTerminal.ts";
import { useCodeTheme } from "../render/codeThemes.ts";
import { detectGraphics } from "../render/images.ts";
import { renderStatus } from "../render/parts.ts";
import { sanitizeLines } from "../render/sanitize.ts";
import { type ChangeableTheme, createTheme, paint } from "../render/theme.ts";
import { truncateLine } from "../screen/styledText.ts";
import { exitCodes } from "./batch.ts";
import { resumeText } from "./leaving.ts";
import { Stage } from "./stage.ts";
import { statusParts } from "./statusLine.ts";
import { StatusNote } from "./statusNote.ts";

/**
 * The shell on a terminal: what happened scrolls up, below it stands the input, which is usable at any time. Keys become
 * requests here; what comes back is drawn by `Scrollback` (above) and `#tail` (below).
 */
export class ScreenShell implements LiveSessionListener {
	readonly #start: Start;
	readonly #terminal: KeyboardTerminal;
	readonly #env: NodeJS.ProcessEnv;
	readonly #theme: ChangeableTheme;
	readonly #stage: Stage;
	readonly #scrollback: Scrollback;
	readonly #live: LiveSession;
	readonly #editor: Editor;
	readonly #suggestion: InlineSuggestion;
	readonly #answerKeys: Readonly<Record<string, () => boolean>>;
	readonly #pending: PendingEntries;
	readonly #asked: Asked;
	readonly #entering: Entering;
	readonly #note = new StatusNote(() => this.#stage.drawSoon());
	#link: LinkState = { kind: "joining" };
	#wasLost = false;
	/** Documentation that shows until the next key. */
	#doc: readonly string[] = [];
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
		this.#stage = new Stage(
			terminal,
			() => this.#tail(),
			(key) => this.#onKey(key),
		);
		this.#live = new LiveSession(start.sessionOptions(this, { approvals: true, input: true }));
		this.#pending = new PendingEntries(this.#live);
		this.#asked = new Asked({
			live: this.#live,
			theme: this.#theme,
			columns: () => this.#stage.screen.columns,
			showText: (text) => this.#scrollback.showText(text),
			say: (text) => this.#say(text),
			send: (answer) => this.#send(answer),
			draw: () => this.#stage.drawSoon(),
		});
		this.#scrollback = new Scrollback({
			theme: this.#theme,
			graphics: detectGraphics(env),
			columns: () => this.#stage.screen.columns,
			commit: (lines) => this.#stage.commit(lines),
			clear: () => this.#stage.clear(),
			nameOf: (participantId, byName) => this.#nameOf(participantId, byName),
			nextNumber: () => this.#live.view?.nextExecutionCount ?? 1,
			isShown: (item) => this.#pending.claim(item),
		});
		this.#entering = new Entering({
			live: this.#live,
			pending: this.#pending,
			stage: this.#stage,
			scrollback: this.#scrollback,
			env,
			opened: this.#opened,
			isPromptMode: () => this.#promptMode,
			prompt: () => this.#prompt(),
			leave: (how) => this.#leave(how),
			askLeave: (how) => this.#askLeave(how),
			isLeaving: () => this.#leaving,
			restart: () => this.#restart(),
			goOver: (session, entries) => start.goOver(session, { entries, draft: this.#editor.text }),
		});
		this.#editor = createEditor({
			theme: this.#theme,
			onChange: () => {
				this.#suggestion.cancel();
				// Enter may be answered later, without a key.
				this.#stage.drawSoon();
			},
			onSubmit: (text) => void this.#entering.enter(text),
			// Which kernel could say it is not known while the session moves on.
			isComplete: (text) =>
				this.#entering.isMovingOn
					? { status: "unknown", indent: "" }
					: askIsComplete(this.#live, text, this.#promptMode),
			complete: (text, cursor) => this.#complete(text, cursor),
		});
		this.#answerKeys = createAnswerKeys({
			editor: this.#editor,
			answer: () => this.#live.view?.answer ?? "",
			say: (text) => this.#say(text),
			draw: () => this.#stage.draw(),
		});
		this.#suggestion = new InlineSuggestion(this.#live, this.#editor, (text) => this.#say(text));
	}

	/** Runs until the person leaves; answers the exit code. */
	async run(): Promise<number> {
		const restore = (): void => this.#stage.restore();
		const onResume = (): void => this.#stage.takeBack();
		const onHangUp = (): void => void this.#leave("lost", 129);
		const onTerminate = (): void => void this.#leave("lost", 143);
		process.once("exit", restore);
		process.on("SIGCONT", onResume);
		process.on("SIGHUP", onHangUp);
		process.on("SIGTERM", onTerminate);
		const done = new Promise<number>((resolve) => {
			this.#done = resolve;
		});
		this.#stage.screen.onResize(() => {
			this.#scrollback.resize();
			this.#live.resize(this.#stage.screen.columns, this.#stage.screen.rows);
			this.#stage.draw();
		});
		this.#scrollback.showText(
			"ipyai: Python as in IPython; a line that starts with a dot asks the AI; %ipyai help",
			"dim",
		);
		this.#stage.draw();
		this.#stage.screen.flush();
		this.#stage.start();
		void this.#begin();
		this.#live.open().catch((error: Error) => this.#fail(error));
		void this.#useCodeTheme();
		const code = await done;
		process.off("SIGCONT", onResume);
		process.off("SIGHUP", onHangUp);
		process.off("SIGTERM", onTerminate);
		process.off("exit", restore);
		return code;
	}

	async #begin(): Promise<void> {
		const { entries, draft, args } = this.#start;
		this.#editor.setText(draft);
		// Below what happened before.
		if (args.resume !== null && entries.length > 0) await this.#opened;
		for (const entry of entries) void this.#entering.enter(entry);
	}

	// What the session tells.

	onOpened(view: SessionView, changes: readonly Change[]): void {
		for (const change of changes) this.#scrollback.show(change);
		if (changes.length > 0) this.#scrollback.gap();
		for (const approval of view.approvals.values()) this.#asked.approval(approval);
		this.#live.resize(this.#stage.screen.columns, this.#stage.screen.rows);
		void this.#loadHistory(view);
		this.#tellOpened(view);
		this.#stage.drawSoon();
	}

	onChanges(changes: readonly Change[]): void {
		for (const change of changes) {
			this.#scrollback.show(change);
			this.#follow(change);
		}
		this.#stage.drawSoon();
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
		this.#stage.drawSoon();
	}

	onInputRequest(request: InputRequestParams): void {
		this.#asked.input(request);
	}

	onRejected(submission: Submission, reason: string): void {
		if (!this.#pending.remove(submission))
			this.#scrollback.showInput(sourceOf(submission.entry), this.#prompt());
		this.#scrollback.showText(reason, "error");
		this.#scrollback.gap();
		this.#stage.drawSoon();
	}

	#follow(change: Change): void {
		switch (change.kind) {
			case "cellFinished":
				this.#asked.drop(change.cell.cellId);
				// What the question before leaving was about has ended.
				if (this.#asked.question?.kind === "leave" && this.#runningInput === null) void this.#leave("close");
				if (change.cell.by === this.#live.view?.participantId)
					for (const payload of change.payloads) void this.#onPayload(payload);
				return;
			case "approvalAsked":
				this.#asked.approval(change.approval);
				return;
			case "approvalAnswered":
				this.#asked.approvalAnswered(change.approval.approvalId);
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
				return this.#entering.page(payload.text);
			case "setNextInput":
				if (payload.replace || this.#editor.text === "") this.#editor.setText(payload.text);
				else this.#editor.insert(payload.text);
				this.#stage.drawSoon();
				return;
			case "editMagic": {
				const code = await this.#stage.lend(() => runEditor(payload.filename, payload.lineNumber, this.#env));
				if (code !== 0) return this.#say("the editor failed: nothing is run");
				const { readFile } = await import("node:fs/promises");
				const text = await readFile(payload.filename, "utf8").catch(() => "");
				if (text.trim() !== "") this.#entering.submit({ kind: "cell", code: text }, text);
				return;
			}
			case "askExit":
				await this.#leave(payload.keepKernel ? "detach" : "close");
				return;
			case "command":
				await this.#entering.act(payload.action);
				return;
			default:
				payload satisfies never;
		}
	}

	#restart(): void {
		this.#say("a new kernel starts");
		this.#send(this.#live.restartKernel());
	}

	// Keys.

	#onKey(key: KeyEvent): void {
		if (this.#leaving) return;
		this.#doc = [];
		this.#handleKey(key);
		this.#stage.draw();
	}

	#handleKey(key: KeyEvent): void {
		const id = key.kind === "key" ? key.id : "";
		const { question } = this.#asked;
		if (id === "ctrl+\\") void this.#leave("close");
		else if (id === "ctrl+z") this.#stage.suspend();
		else if (id === "ctrl+l") this.#stage.clear();
		else if (question !== null) this.#asked.questionKey(question, key);
		else this.#inputKey(key, id);
	}

	#inputKey(key: KeyEvent, id: string): void {
		if (this.#asked.cardKey(id, this.#editor.text === "")) return;
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
			void this.#entering.enter("%ipyai rerun");
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

	/** Ctrl-C: the nearest thing that can be stopped. */
	#interrupt(): boolean {
		const { view } = this.#live;
		if (this.#editor.text !== "") this.#editor.setText("");
		else if (view?.runningTurn != null) this.#send(this.#live.cancel());
		else if (view !== null && view.cells.size > 0) this.#send(this.#live.interrupt());
		else this.#say("Ctrl-D or exit leaves");
		return true;
	}

	async #useCodeTheme(): Promise<void> {
		const { codeTheme } = (await this.#opened).settings;
		try {
			await useCodeTheme(this.#theme, codeTheme, this.#env);
			this.#stage.drawSoon();
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
		setImmediate(() => this.#stage.draw());
		return completions;
	}

	/** Shift-Tab: what stands at the cursor, until the next key. */
	async #inspect(): Promise<void> {
		const { text, cursor } = this.#editor;
		if (text === "") return;
		try {
			const room = Math.max(3, Math.floor(this.#stage.screen.rows / 2));
			const lines = await askDocumentation(this.#live, text, cursor, room);
			if (this.#editor.text !== text) return;
			this.#doc = lines ?? [];
			if (lines === null) this.#say("nothing is known about this");
		} catch (error) {
			this.#say((error as Error).message);
		}
		this.#stage.draw();
	}

	async #loadHistory({ sessionId }: SessionView): Promise<void> {
		const earlier = await askHistory(this.#live, sessionId);
		// What was typed while it loaded is newer.
		this.#editor.setHistory([...earlier, ...this.#entering.typed]);
	}

	// Leaving.

	async #askLeave(how: "close" | "detach"): Promise<void> {
		const running = this.#runningInput;
		if (how === "detach" || running === null) return this.#leave(how);
		this.#asked.leave(`${running} still runs:`, (answer) => void this.#leave(answer));
	}

	/** The cell that runs, or that was typed and has not begun yet; `null` when there is none. */
	get #runningInput(): string | null {
		const [cell] = this.#live.view?.cells.values() ?? [];
		if (cell !== undefined) return `In [${cell.executionCount ?? "*"}]`;
		return this.#pending.holdsCell ? "In [*]" : null;
	}

	async #leave(how: "close" | "detach" | "lost", code: number = exitCodes.ok): Promise<void> {
		if (this.#leaving) return;
		this.#leaving = true;
		const { view } = this.#live;
		this.#stage.end();
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
		this.#stage.end();
		process.stderr.write(`${this.#start.program}: ${error.message}\n`);
		await this.#live.leave("lost");
		this.#done(exitCodes.failed);
	}

	// Small things.

	get #promptMode(): boolean {
		return this.#live.view?.settings.promptMode ?? this.#start.args.promptMode;
	}

	#nameOf(participantId: string | null, byName?: string): string {
		const { view } = this.#live;
		if (participantId === null || participantId === view?.participantId) return "";
		const present = view?.participants.find((each) => each.participantId === participantId)?.name;
		// What was done in terminals that are gone is the past of this one.
		return sanitizeLines(present ?? (byName === clientName ? "" : (byName ?? ""))).join(" ");
	}

	/** A request whose answer needs no handling; a refusal is told. */
	#send(answer: Promise<unknown>): void {
		answer.catch((error: Error) => {
			this.#scrollback.showText(error.message, "error");
			this.#stage.drawSoon();
		});
	}

	#say(text: string | null): void {
		this.#note.say(text);
	}

	// Drawing.

	/** What grows, what waits, the card, the input, the status: from top to bottom. */
	#tail(): Rendered {
		const { columns, rows } = this.#stage.screen;
		const live = this.#scrollback.live(columns).slice(-rows);
		const waiting = this.#waitingLines(columns);
		const above = [...live, ...waiting];
		if (above.length > 0) above.push("");
		const input = this.#inputLines(columns, Math.max(1, Math.floor(rows / 2)));
		const card = this.#asked.cardLines({
			width: columns,
			maxRows: rows - input.lines.length - 1,
			lineIsEmpty: this.#editor.text === "",
		});
		const top = [...above, ...card];
		const status = statusParts({
			link: this.#link,
			view: this.#live.view,
			waiting: this.#live.waiting,
			message: this.#note.text,
		});
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
		const { question } = this.#asked;
		if (question !== null) return question.render(columns);
		this.#editor.setPrompt(this.#prompt());
		return this.#editor.render(columns, maxRows);
	}

	/** Inputs that wait for their turn. */
	#waitingLines(columns: number): string[] {
		return this.#entering.waiting.map((source) => {
			const [first = ""] = sanitizeLines(source);
			return paint(this.#theme, "dim", truncateLine(`  waits: ${first}`, columns, "…"));
		});
	}

	#prompt(): EditorPrompt {
		const first = `${this.#promptMode ? "Pr" : "In"} [${this.#pending.nextNumber}]: `;
		return { first, rest: "...: ".padStart(first.length), kind: this.#promptMode ? "ai" : "python" };
	}
}
