/** The session this Neovim is in, if any: opens and leaves it, and turns what happens there into messages for Lua. */
import type {
	InputRequestParams,
	KernelLaunch,
	Participant,
	SessionEvent,
	SessionHint,
	SessionState,
	SessionUpdateParams,
} from "../../protocol/index.ts";
import type { ServerConnection } from "../common/connection.ts";
import { plainText } from "../common/terminalText.ts";
import { CellBook } from "./cellBook.ts";
import type { Editor } from "./editor.ts";
import { LiveSession, type LiveSessionOptions } from "./liveSession.ts";
import { CallError, type Message } from "./messages.ts";
import { terminalLines } from "./terminalLines.ts";
import { TurnBook } from "./turnBook.ts";

export class CurrentSession {
	readonly #editor: Editor;
	readonly #connect: () => Promise<ServerConnection>;
	readonly cells: CellBook;
	readonly turns: TurnBook;
	#live: LiveSession | null = null;
	#state: SessionState | null = null;
	#participants: readonly Participant[] = [];
	/** Everyone who was here, for the names of what they did. */
	readonly #names = new Map<string, string>();
	#link: "ready" | "lost" = "ready";

	constructor(editor: Editor, connect: () => Promise<ServerConnection>) {
		this.#editor = editor;
		this.#connect = connect;
		const who = {
			name: (id: string | null) => (id === null ? "another program" : (this.#names.get(id) ?? "Earlier")),
			isMe: (id: string | null) => id !== null && id === this.#live?.participantId,
		};
		this.cells = new CellBook(editor, who);
		this.turns = new TurnBook(editor, who);
	}

	/** Fails with `CallError` when there is no session. */
	get live(): LiveSession {
		if (this.#live === null || this.#state === null)
			throw new CallError("There is no session: :IpyaiStart begins one, :IpyaiJoin joins one.");
		return this.#live;
	}

	get state(): SessionState | null {
		return this.#state;
	}

	/** Opens or joins; the session before is left and goes on. */
	async open(target: LiveSessionOptions["target"]): Promise<void> {
		await this.leave("detach");
		const live = new LiveSession({
			target,
			connect: this.#connect,
			listener: {
				onState: (state, participantId) => this.#onState(state, participantId),
				onItem: (item) => (item.kind === "cell" ? this.cells.item(item) : this.turns.item(item)),
				onEvent: (event) => this.#onEvent(event),
				onHint: (hint) => this.#onHint(hint),
				onLink: (link, reason) => this.#onLink(link, reason),
			},
		});
		this.#live = live;
		try {
			await live.open();
		} catch (error) {
			if (this.#live === live) this.#forget();
			throw error;
		}
	}

	/** `end`: closes a session that this Neovim started and nobody else is in, and leaves any other. */
	async leave(how: "close" | "detach" | "end"): Promise<void> {
		const live = this.#live;
		if (live === null) return;
		const isAlone = this.#participants.every(({ participantId }) => participantId === live.participantId);
		this.#forget();
		if (how === "end") await live.leave(live.own && isAlone ? "close" : "detach");
		else await live.leave(how);
	}

	async restart(launch: () => KernelLaunch): Promise<void> {
		const isAlive = this.#state?.kernel != null && this.#state.kernel.status !== "dead";
		await this.live.restartKernel(launch, isAlive);
	}

	onUpdate(update: SessionUpdateParams): void {
		this.#live?.onUpdate(update);
	}

	onLost(): void {
		void this.#live?.onLost();
	}

	onInputRequest({ sessionId, inputId, prompt, password }: InputRequestParams): void {
		if (sessionId !== this.#live?.sessionId) return;
		this.#editor.post({ kind: "input", inputId, prompt: plainText(prompt), password });
	}

	#forget(): void {
		this.#live = null;
		this.#state = null;
		this.#participants = [];
		this.#names.clear();
		this.cells.clear();
		this.turns.clear();
		this.#editor.post({ kind: "session" });
	}

	#onState(state: SessionState, participantId: string): void {
		this.#state = state;
		this.#names.set(participantId, "Neovim");
		this.#setParticipants(state.participants);
		for (const approval of state.approvals) if (approval.kind === "approvalAsked") this.#onEvent(approval);
		this.#tell();
	}

	#setParticipants(participants: readonly Participant[]): void {
		this.#participants = participants;
		for (const { participantId, name } of participants) this.#names.set(participantId, plainText(name));
		this.#tell();
	}

	#onEvent(event: SessionEvent): void {
		switch (event.kind) {
			case "cellStarted":
				this.cells.started(event);
				break;
			case "cellOutput":
				this.cells.output(event.cellId, event.output);
				break;
			case "cellFinished":
				this.cells.finished(event);
				this.#onPayloads(event);
				break;
			case "approvalAsked":
				this.#editor.post(toApproval(event));
				break;
			case "approvalAnswered": {
				const { approvalId, outcome, by } = event;
				const name = by === null ? "nobody" : (this.#names.get(by) ?? "someone");
				this.#editor.post({ kind: "approvalEnded", approvalId, outcome, by: name });
				break;
			}
			case "sessionRenamed":
				this.#change({ title: event.title });
				break;
			case "settingsChanged":
				this.#change({ settings: event.settings });
				break;
			case "participantJoined": {
				const { participant } = event;
				const others = this.#participants.filter((each) => each.participantId !== participant.participantId);
				this.#setParticipants([...others, participant]);
				break;
			}
			case "participantLeft":
				this.#setParticipants(
					this.#participants.filter(({ participantId }) => participantId !== event.participantId),
				);
				break;
			case "kernelAttached":
				this.#change({ kernel: { ...event, status: "idle" } });
				break;
			case "kernelDetached":
				this.#change({ kernel: null });
				break;
			case "conversationReset":
				this.#editor.post({ kind: "notice", level: "info", text: "The conversation begins anew." });
				break;
			case "sessionCreated":
			case "epochStarted":
			case "turnHidden":
				break;
			default:
				this.turns.onEvent(event);
		}
	}

	/** What a cell of this Neovim's leaves to its client. */
	#onPayloads({ cellId, payloads }: Extract<SessionEvent, { kind: "cellFinished" }>): void {
		if (!this.cells.isMine(cellId)) return;
		for (const payload of payloads) {
			if (payload.kind === "page") this.#editor.post({ kind: "page", lines: terminalLines(payload.text) });
			if (payload.kind === "setNextInput")
				this.#editor.post({ kind: "nextInput", text: plainText(payload.text) });
			if (payload.kind === "command") this.#editor.post({ kind: "action", action: payload.action });
		}
	}

	#onHint(hint: SessionHint): void {
		if (hint.kind === "notice")
			this.#editor.post({ kind: "notice", level: hint.level, text: plainText(hint.text) });
		else if (hint.kind === "kernelStatus") {
			const kernel = this.#state?.kernel;
			if (kernel && hint.status !== "none") this.#change({ kernel: { ...kernel, status: hint.status } });
		} else this.turns.onHint(hint);
	}

	#onLink(link: "ready" | "lost", reason: string | null): void {
		if (link === "lost" && this.#link === "ready") {
			const text = `The ipyai server is lost, looking for it: ${reason}`;
			this.#editor.post({ kind: "notice", level: "warning", text });
		}
		this.#link = link;
		this.#tell();
	}

	#change(change: Partial<SessionState>): void {
		if (this.#state === null) return;
		this.#state = { ...this.#state, ...change };
		this.#tell();
	}

	#tell(): void {
		this.#editor.update("session", () => {
			if (this.#live === null || this.#state === null) return null;
			const { sessionId, title, cwd, kernel, settings } = this.#state;
			const { backend, model, think, permissions } = settings;
			return {
				kind: "session",
				sessionId,
				title,
				cwd,
				own: this.#live.own,
				kernel: kernel?.status ?? "none",
				backend,
				model,
				think,
				permissions,
				participants: this.#participants.map(({ name }) => plainText(name)),
				link: this.#link,
			};
		});
	}
}

/** Code is shown as code, other arguments as JSON. */
const toApproval = (event: Extract<SessionEvent, { kind: "approvalAsked" }>): Message => {
	const { approvalId, tool, args, always } = event;
	const names = Object.keys(args);
	const code = names.length === 1 ? args[names[0]!] : undefined;
	const isText = typeof code === "string";
	const language = isText ? (tool === "pyrun" ? "python" : names[0] === "command" ? "sh" : "text") : "json";
	return {
		kind: "approval",
		approvalId,
		tool: plainText(tool),
		text: plainText(isText ? code : JSON.stringify(args, null, 2)),
		language,
		always,
	};
};
