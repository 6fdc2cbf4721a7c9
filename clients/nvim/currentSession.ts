/** The session this Neovim is in, if any: opens and leaves it, and turns what happens there into messages for Lua. */
import { randomUUID } from "node:crypto";
import { exposedText, plainText } from "../../ground/text/plainText.ts";
import { type PlainText, words } from "../../ground/text/screenText.ts";
import { askedCall } from "../../protocol/askedCall.ts";
import type { CellPayload, InputRequestParams, ResultOf } from "../../protocol/index.ts";
import type { ServerConnection } from "../common/server/connection.ts";
import {
	type Entry,
	type Farewell,
	type LinkState,
	LiveSession,
	type LiveSessionOptions,
	type Submission,
} from "../common/session/liveSession.ts";
import { type Approval, type Change, isAlive, type SessionView } from "../common/session/sessionView.ts";
import { CellBook } from "./cellBook.ts";
import type { Editor } from "./editor.ts";
import { CallError, exact, type Message, toAction } from "./messages.ts";
import { terminalLines } from "./terminalLines.ts";
import { TurnBook } from "./turnBook.ts";

/** A run of Lua's on its way to becoming a cell or a turn. */
type Run = { readonly run: number; seen(): void; failed(error: Error): void };

/** Ending a kernel takes its time; a Neovim that ends does not wait for it. */
const goodbyeMs = 10_000;

export class CurrentSession {
	readonly #editor: Editor;
	readonly #connect: () => Promise<ServerConnection>;
	readonly cells: CellBook;
	readonly turns: TurnBook;
	#live: LiveSession | null = null;
	#own = false;
	readonly #runs = new Map<Submission, Run>();
	/** Everyone who was here, for the names of what they did. */
	readonly #names = new Map<string, PlainText>();
	#link: LinkState = { kind: "joining" };

	constructor(editor: Editor, connect: () => Promise<ServerConnection>) {
		this.#editor = editor;
		this.#connect = connect;
		const origin = {
			name: (id: string | null, byName?: string) => {
				if (id === null) return words`another program`;
				return this.#names.get(id) ?? (byName === undefined ? words`Earlier` : plainText(byName));
			},
			isMe: (id: string | null) => id !== null && id === this.#live?.view?.participantId,
			runOf: (item: Parameters<LiveSession["claim"]>[0]) => this.#runOf(item),
		};
		this.cells = new CellBook(editor, origin);
		this.turns = new TurnBook(editor, origin);
	}

	/** Fails with `CallError` when there is no session. */
	get live(): LiveSession {
		if (this.#live === null || this.#live.view === null)
			throw new CallError("There is no session: :IpyaiStart begins one, :IpyaiJoin joins one.");
		return this.#live;
	}

	/** Fails like `live`. */
	get view(): SessionView {
		return this.live.view!;
	}

	get isOpen(): boolean {
		return this.#live?.view != null;
	}

	/** Who else may work in the session, by name. */
	get others(): readonly PlainText[] {
		const { participants, participantId } = this.view;
		return participants
			.filter((each) => each.participantId !== participantId && each.role === "controller")
			.map(({ name }) => plainText(name));
	}

	/** Opens or joins; the session before is left and goes on. One that is new is this Neovim's own, and so is one that was. */
	async open({
		own = false,
		...options
	}: Pick<LiveSessionOptions, "target" | "cwd" | "settings" | "startKernel"> & {
		own?: boolean;
	}): Promise<void> {
		await this.leave("detach");
		const live = new LiveSession({
			...options,
			join: this.#connect,
			goodbyeMs,
			listener: {
				onOpened: (view, changes) => this.#of(live, () => this.#onOpened(view, changes)),
				onChanges: (changes) => this.#of(live, () => this.#onChanges(changes)),
				onReattached: (changes) => this.#of(live, () => this.#onChanges(changes)),
				onLink: (link) => this.#of(live, () => this.#onLink(link)),
				onInputRequest: (request) => this.#of(live, () => this.#onInputRequest(request)),
				onRejected: (submission, reason) => this.#settle(submission)?.failed(new CallError(reason)),
			},
		});
		this.#live = live;
		this.#own = own || options.target.kind === "new";
		try {
			await live.open();
			if (options.target.kind === "join" && !isAlive(live.view!)) await live.restartKernel();
		} catch (error) {
			if (this.#live === live) this.#forget();
			throw error;
		}
	}

	/** `end`: closes a session that this Neovim started and nobody else is in, and leaves any other. Answers what it did. */
	async leave(how: Farewell | "end"): Promise<Farewell> {
		const live = this.#live;
		if (live === null) return "detach";
		const isOwn = this.#own;
		this.#forget();
		return live.leave(how !== "end" ? how : isOwn ? "close" : "detach");
	}

	/** Sends code or a prompt as a run of Lua's; resolves when it is seen as a cell or a turn. */
	submit(run: number, entry: Entry): Promise<void> {
		const { live } = this;
		return new Promise((resolve, reject) => {
			this.#runs.set(live.submit(entry), { run, seen: resolve, failed: reject });
		});
	}

	/** Runs the words after `:Ipyai`. */
	command(line: string): Promise<ResultOf<"command/run">> {
		const { sessionId } = this.view;
		return this.live.request("command/run", { sessionId, requestId: randomUUID(), line });
	}

	#of(live: LiveSession, act: () => void): void {
		if (this.#live === live) act();
	}

	#runOf(item: Parameters<LiveSession["claim"]>[0]): number | null {
		const submission = this.#live?.claim(item);
		const run = submission ? this.#settle(submission) : undefined;
		run?.seen();
		return run?.run ?? null;
	}

	#settle(submission: Submission): Run | undefined {
		const run = this.#runs.get(submission);
		this.#runs.delete(submission);
		return run;
	}

	#forget(): void {
		this.#live = null;
		for (const run of this.#runs.values()) run.failed(new CallError("The session was left."));
		this.#runs.clear();
		this.#names.clear();
		this.cells.clear();
		this.turns.clear();
		this.#editor.post({ kind: "session" });
	}

	#onOpened(view: SessionView, changes: readonly Change[]): void {
		this.#names.set(view.participantId, words`Neovim`);
		this.#onChanges(changes);
		for (const approval of view.approvals.values()) this.#editor.post(toApproval(approval));
	}

	#onChanges(changes: readonly Change[]): void {
		for (const { participantId, name } of this.view.participants)
			this.#names.set(participantId, plainText(name));
		for (const change of changes) this.#onChange(change);
		this.#tell();
	}

	#onChange(change: Change): void {
		switch (change.kind) {
			case "cellStarted":
				this.cells.started(change.cell);
				return;
			case "cellOutput":
				this.cells.output(change.cell.cellId, change.output);
				return;
			case "lateOutput":
				this.cells.output(change.cellId, change.output);
				return;
			case "cellFinished":
				this.cells.finished(change.cell);
				if (this.cells.isMine(change.cell.cellId))
					for (const payload of change.payloads) this.#onPayload(payload);
				return;
			case "past":
				if (change.item.kind === "cell") this.cells.item(change.item);
				else this.turns.item(change.item);
				return;
			case "approvalAsked":
				this.#editor.post(toApproval(change.approval));
				return;
			case "approvalAnswered": {
				const { approvalId, outcome, by } = change.answer;
				const name = by === null ? words`nobody` : (this.#names.get(by) ?? words`someone`);
				this.#editor.post({
					kind: "approvalEnded",
					approvalId: exact(approvalId),
					outcome: plainText(outcome),
					by: name,
				});
				return;
			}
			case "conversationReset":
				this.#editor.post({ kind: "notice", level: "info", text: words`The conversation begins anew.` });
				return;
			case "notice":
				this.#editor.post({ kind: "notice", level: change.level, text: plainText(asCommands(change.text)) });
				return;
			case "kernelAttached":
			case "kernelDetached":
			case "settings":
			case "participants":
			case "status":
			case "overrun":
				return;
			default:
				this.turns.onChange(change);
		}
	}

	/** What a cell of this Neovim's leaves to its client. */
	#onPayload(payload: CellPayload): void {
		switch (payload.kind) {
			case "page":
				this.#editor.post({ kind: "page", lines: terminalLines(payload.text) });
				return;
			case "setNextInput":
				this.#editor.post({ kind: "nextInput", text: plainText(payload.text) });
				return;
			case "command":
				this.#editor.post({ kind: "action", action: toAction(payload.action) });
				return;
			case "editMagic":
				this.#editor.post({ kind: "edit", path: exact(payload.filename), line: payload.lineNumber });
				return;
			case "askExit":
				this.#editor.post({ kind: "exit", keep: payload.keepKernel });
				return;
			default:
				payload satisfies never;
		}
	}

	#onInputRequest({ sessionId, inputId, prompt, password }: InputRequestParams): void {
		if (sessionId !== this.#live?.view?.sessionId) return;
		this.#editor.post({ kind: "input", inputId: exact(inputId), prompt: plainText(prompt), password });
	}

	#onLink(link: LinkState): void {
		if (link.kind === "lost" && this.#link.kind === "ready") {
			const text = words`The ipyai server is lost; looking for it, or starting another.`;
			this.#editor.post({ kind: "notice", level: "warning", text });
		} else if (link.kind === "ready" && this.#link.kind === "lost")
			this.#editor.post({ kind: "notice", level: "info", text: words`The ipyai server is back.` });
		this.#link = link;
		this.#tell();
	}

	#tell(): void {
		this.#editor.update("session", () => {
			const view = this.#live?.view;
			if (!view) return null;
			const { sessionId, title, cwd, kernel, settings } = view;
			const { backend, model, think, permissions } = settings;
			return {
				kind: "session",
				sessionId: exact(sessionId),
				title: orNull(title),
				cwd: plainText(cwd),
				own: this.#own,
				kernel: plainText(kernel?.status ?? "none"),
				backend: orNull(backend),
				model: orNull(model),
				think: plainText(think),
				permissions: plainText(permissions),
				participants: view.participants.map(({ name }) => plainText(name)),
				link: this.#link.kind === "lost" ? "lost" : "ready",
			};
		});
	}
}

const orNull = (text: string | null): PlainText | null => (text === null ? null : plainText(text));

/** What the server names as a person types it in a cell is a command here. */
const asCommands = (text: string): string => text.replace(/%ipyai\b/g, ":Ipyai");

const toApproval = ({ approvalId, tool, args, always }: Approval): Message => {
	const { title, text, language } = askedCall(tool, args);
	return {
		kind: "approval",
		approvalId: exact(approvalId),
		tool: exposedText(title),
		text: exposedText(text),
		// Vim's name for it.
		language: language === "bash" ? words`sh` : plainText(language),
		always: always === null ? null : exposedText(always),
	};
};
