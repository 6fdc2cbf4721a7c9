/**
 * The client's hold on one session: opens or resumes it, sends what the person enters, folds what comes back, and
 * finds a server again when one is lost. Entries may be submitted at any time, also before there is a server: they are
 * sent in order, and a lost connection neither drops nor repeats one (each has its request id).
 */
import { randomUUID } from "node:crypto";
import { SentenceError } from "../../../ground/sentenceError.ts";
import type {
	AttachSessionResult,
	ClientRequest,
	Content,
	Decision,
	InputRequestParams,
	KernelLaunch,
	NewSessionResult,
	ParamsOf,
	ResultOf,
	SessionRef,
	SessionUpdateParams,
	SettingsPatch,
} from "../../../protocol/index.ts";
import type { ServerConnection } from "../server/connection.ts";
import { ConnectionLost } from "../server/connectionErrors.ts";
import { type Change, hasOthers, isAlive, SessionView } from "./sessionView.ts";

/** Where the client stands with its server. */
export type LinkState =
	| { readonly kind: "joining" }
	| { readonly kind: "ready" }
	| { readonly kind: "lost"; readonly reason: string };

export type Entry =
	/** `quoted`: it stands in a file and was not typed now. */
	| { readonly kind: "cell"; readonly code: string; readonly quoted?: true }
	| { readonly kind: "prompt"; readonly content: readonly Content[]; readonly source: string };

/** An entry on its way to becoming a cell or a turn. */
export type Submission = {
	readonly requestId: string;
	readonly entry: Entry;
	/** The cell or turn it became; `null` until the server accepted it. */
	id: string | null;
	/** Its input stands before the person already. */
	echoed: boolean;
};

export type LiveSessionOptions = {
	readonly cwd: string;
	readonly settings: SettingsPatch;
	readonly target:
		| { readonly kind: "new"; readonly kernel: Promise<KernelLaunch> }
		| { readonly kind: "resume"; readonly ref: SessionRef }
		/** A session that others have open; its kernel is theirs. */
		| { readonly kind: "join"; readonly ref: SessionRef; readonly role: "controller" | "observer" };
	/** Finds or starts a server. */
	join(): Promise<ServerConnection>;
	startKernel(): Promise<KernelLaunch>;
	/** How long leaving waits for the server's answer. */
	readonly goodbyeMs?: number;
	readonly listener: LiveSessionListener;
};

export type LiveSessionListener = {
	/** The session is there; `changes` holds the past of a resumed one. */
	onOpened(view: SessionView, changes: readonly Change[]): void;
	/** Updates that came together. */
	onChanges(changes: readonly Change[]): void;
	onLink(link: LinkState): void;
	/** The connection is back after it was lost; `changes` is what was missed. */
	onReattached(changes: readonly Change[]): void;
	onInputRequest(request: InputRequestParams): void;
	/** The server refused an entry. */
	onRejected(submission: Submission, reason: string): void;
};

/** How a client leaves a session. */
export type Farewell = "close" | "closeForAll" | "detach" | "lost";

/** There is no session to ask, for now. */
export class NotConnected extends SentenceError {
	override readonly name = "NotConnected";
}

const firstRetryMs = 100;
const longestRetryMs = 5000;
const openAttempts = 3;
const usualGoodbyeMs = 400;

export class LiveSession {
	readonly #options: LiveSessionOptions;
	#server: ServerConnection | null = null;
	#view: SessionView | null = null;
	/** Entries that the server has not accepted yet, in order. */
	readonly #unsent = new Map<string, Submission>();
	#early: SessionUpdateParams[] | null = [];
	#closed = false;
	/** A kernel is on its way to the session: cells wait for it. */
	#adopting = false;
	readonly #openId = randomUUID();
	#launched: Promise<KernelLaunch> | null;

	constructor(options: LiveSessionOptions) {
		this.#options = options;
		this.#launched = options.target.kind === "new" ? options.target.kernel : null;
	}

	/** The connection that holds now; `null` while there is none. */
	get server(): ServerConnection | null {
		return this.#server;
	}

	get view(): SessionView | null {
		return this.#view;
	}

	/** Entries that wait for a server, or for its new kernel. */
	get waiting(): number {
		return this.#canSend ? 0 : this.#unsent.size;
	}

	get #canSend(): boolean {
		return this.#view !== null && this.#server !== null && this.#early === null && !this.#adopting;
	}

	/** What was started as this session's kernel last. */
	get kernel(): Promise<KernelLaunch> | null {
		return this.#launched;
	}

	get role(): "controller" | "observer" {
		const { target } = this.#options;
		return target.kind === "join" ? target.role : "controller";
	}

	/** Tells Python the terminal's size; whoever told last counts. */
	resize(columns: number, rows: number): void {
		if (this.#view === null || this.role === "observer") return;
		const { sessionId } = this.#view;
		// Without a server now: the size is told again when one is there.
		this.request("kernel/resize", { sessionId, columns, rows }).catch(() => {});
	}

	/** Opens the session. Fails when the server can't be started, or refuses. */
	async open(): Promise<SessionView> {
		this.#options.listener.onLink({ kind: "joining" });
		for (let attempt = 1; ; attempt++) {
			try {
				return await this.#open();
			} catch (error) {
				// A server that left at this moment is replaced by the next attempt.
				if (attempt === openAttempts || !(error instanceof ConnectionLost)) throw error;
			}
		}
	}

	async #open(): Promise<SessionView> {
		const { target, settings, cwd, listener } = this.#options;
		const server = await this.#join();
		let changes: readonly Change[] = [];
		if (target.kind === "new") {
			const kernel = await target.kernel;
			const result: NewSessionResult = await server.request("session/new", {
				requestId: this.#openId,
				cwd,
				kernel,
				settings,
			});
			this.#view = new SessionView(result.participantId, result.state, result.seq);
		} else {
			const result =
				target.kind === "join"
					? await server.request("session/attach", { ref: target.ref, role: target.role, since: null })
					: await server.request("session/resume", {
							requestId: this.#openId,
							ref: target.ref,
							settings,
						});
			// A view that has seen nothing takes the whole past from the snapshot.
			this.#view = new SessionView(result.participantId, result.state, 0);
			changes = this.#view.attached(result);
		}
		const view = this.#view;
		listener.onOpened(view, changes);
		this.#adopting = target.kind === "resume" && !isAlive(view);
		this.#ready();
		if (this.#adopting) {
			try {
				await this.#adopt();
			} finally {
				this.#adopting = false;
				this.#sendWaiting();
			}
		}
		return view;
	}

	/** Takes an entry; it is sent as soon as there is a server. */
	submit(entry: Entry): Submission {
		const submission: Submission = { requestId: randomUUID(), entry, id: null, echoed: false };
		this.#unsent.set(submission.requestId, submission);
		if (this.#canSend) void this.#send(submission);
		return submission;
	}

	async request<M extends ClientRequest>(
		method: M,
		params: ParamsOf<M>,
		signal?: AbortSignal,
	): Promise<ResultOf<M>> {
		if (this.#server === null) throw new NotConnected("There is no server yet: try again in a moment.");
		return this.#server.request(method, params, signal && { signal });
	}

	/** Stops the running turn. */
	async cancel(): Promise<void> {
		const sessionId = this.#sessionId();
		await this.request("session/cancel", { sessionId });
	}

	async interrupt(): Promise<void> {
		await this.request("cell/interrupt", { sessionId: this.#sessionId() });
	}

	async answerInput(inputId: string, value: string): Promise<void> {
		await this.request("input/answer", { sessionId: this.#sessionId(), inputId, value });
	}

	async answerPermission(approvalId: string, decision: Decision, message?: string): Promise<void> {
		const sessionId = this.#sessionId();
		await this.request("permission/answer", {
			sessionId,
			approvalId,
			decision,
			...(message !== undefined && { message }),
		});
	}

	/** Ends the kernel, if one is left, and gives the session a new one. */
	async restartKernel(): Promise<void> {
		const sessionId = this.#sessionId();
		if (this.#adopting) return;
		this.#adopting = true;
		try {
			if (isAlive(this.#view!)) await this.request("kernel/end", { sessionId, requestId: randomUUID() });
			await this.#adopt();
		} finally {
			this.#adopting = false;
			this.#sendWaiting();
		}
	}

	/**
	 * Leaves: `close` ends the session and its kernel unless others work in it, `closeForAll` also then, `detach` keeps
	 * both, `lost` says nothing. Answers what it did.
	 */
	async leave(wish: Farewell): Promise<Farewell> {
		const keeps = this.role === "observer" || (this.#view !== null && hasOthers(this.#view));
		const how = wish === "close" && keeps ? "detach" : wish;
		return this.#leave(how);
	}

	async #leave(how: Farewell): Promise<Farewell> {
		this.#closed = true;
		const server = this.#server;
		const view = this.#view;
		this.#server = null;
		if (server === null) return how;
		let done = how;
		if (view !== null && how !== "lost") {
			const { sessionId } = view;
			const goodbye =
				how === "detach"
					? server.request("session/detach", { sessionId })
					: server
							.request("session/close", {
								sessionId,
								requestId: randomUUID(),
								...(how === "closeForAll" && { force: true }),
							})
							.then(({ ended }) => {
								if (!ended) done = "detach";
							});
			// The server ends the session also when nobody waits for its answer.
			await Promise.race([goodbye.catch(() => {}), delay(this.#options.goodbyeMs ?? usualGoodbyeMs)]);
		}
		server.close();
		return done;
	}

	#sessionId(): string {
		if (this.#view === null) throw new NotConnected("The session is not open yet: try again in a moment.");
		return this.#view.sessionId;
	}

	async #join(): Promise<ServerConnection> {
		const server = await this.#options.join();
		this.#early = [];
		server.onUpdate((update) => this.#onUpdate(update));
		server.onInputRequest((request) => this.#options.listener.onInputRequest(request));
		server.onLost(() => {
			if (this.#server === server) void this.#reconnect();
		});
		this.#server = server;
		return server;
	}

	/** From here on updates go to the listener and entries to the server. */
	#ready(): void {
		const early = this.#early ?? [];
		this.#early = null;
		this.#options.listener.onLink({ kind: "ready" });
		for (const update of early) this.#onUpdate(update);
		this.#sendWaiting();
	}

	#sendWaiting(): void {
		if (!this.#canSend) return;
		for (const submission of this.#unsent.values()) void this.#send(submission);
	}

	#onUpdate(update: SessionUpdateParams): void {
		if (this.#early !== null) {
			this.#early.push(update);
			return;
		}
		const changes = this.#view!.fold(update);
		if (changes.some((change) => change.kind === "overrun")) void this.#catchUp();
		else if (changes.length > 0) this.#options.listener.onChanges(changes);
	}

	async #send(submission: Submission): Promise<void> {
		const { requestId, entry } = submission;
		const sessionId = this.#sessionId();
		const server = this.#server!;
		try {
			if (entry.kind === "cell") {
				const { cellId } = await server.request("cell/execute", {
					sessionId,
					requestId,
					code: entry.code,
					...(entry.quoted ? { quoted: entry.quoted } : {}),
				});
				submission.id = cellId;
			} else {
				const { turnId } = await server.request("session/prompt", {
					sessionId,
					requestId,
					content: [...entry.content],
					source: entry.source,
				});
				submission.id = turnId;
			}
			this.#unsent.delete(requestId);
		} catch (error) {
			// A lost connection leaves it unsent: it is sent again under the same id.
			if (this.#server !== server || error instanceof ConnectionLost) return;
			this.#unsent.delete(requestId);
			this.#options.listener.onRejected(submission, (error as Error).message);
		}
	}

	async #adopt(): Promise<void> {
		const started = this.#options.startKernel();
		this.#launched = started;
		const kernel = await started;
		await this.request("kernel/adopt", { sessionId: this.#sessionId(), requestId: randomUUID(), kernel });
	}

	async #reconnect(): Promise<void> {
		this.#server = null;
		if (this.#closed || this.#view === null) return;
		this.#options.listener.onLink({ kind: "lost", reason: "looking for it" });
		for (let waitMs = firstRetryMs; !this.#closed; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
			try {
				await this.#join();
				await this.#catchUp();
				return;
			} catch (error) {
				this.#server = null;
				const [reason] = (error as Error).message.split("\n");
				this.#options.listener.onLink({ kind: "lost", reason: reason! });
			}
			await delay(waitMs);
		}
	}

	/** Attaches again with the cursor: what was missed is folded in, then updates go on. */
	async #catchUp(): Promise<void> {
		this.#early = [];
		const view = this.#view!;
		const result: AttachSessionResult = await this.request("session/attach", {
			ref: { sessionId: view.sessionId },
			role: this.role,
			since: view.seq,
		});
		this.#options.listener.onReattached(view.attached(result));
		this.#ready();
	}
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
