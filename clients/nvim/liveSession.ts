/**
 * This Neovim's hold on one session: opens or joins it, sends cells and prompts, and finds a server again when one is
 * lost. What was sent and not accepted when the connection ended is sent again under its request id, so nothing is
 * dropped and nothing runs twice.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type {
	AttachSessionResult,
	ClientRequest,
	KernelLaunch,
	ParamsOf,
	ResultOf,
	SessionEvent,
	SessionHint,
	SessionRef,
	SessionState,
	SessionUpdateParams,
	SettingsPatch,
	TranscriptItem,
} from "../../protocol/index.ts";
import type { ServerConnection } from "../common/connection.ts";
import { CallError } from "./messages.ts";

/** Told in order: the state and the past first, then what happens. */
export type SessionListener = {
	/** The session as it is now, at the beginning and after updates were missed. */
	onState(state: SessionState, participantId: string): void;
	onItem(item: TranscriptItem): void;
	onEvent(event: SessionEvent): void;
	onHint(hint: SessionHint): void;
	onLink(link: "ready" | "lost", reason: string | null): void;
};

export type LiveSessionOptions = {
	readonly target:
		| {
				readonly kind: "new";
				readonly cwd: string;
				readonly kernel: KernelLaunch;
				readonly settings: SettingsPatch;
		  }
		| { readonly kind: "join"; readonly ref: SessionRef };
	/** This Neovim's connection to a server; a new one after the last was lost. */
	connect(): Promise<ServerConnection>;
	readonly listener: SessionListener;
};

const firstRetryMs = 100;
const longestRetryMs = 5000;

export class LiveSession {
	readonly #options: LiveSessionOptions;
	readonly #openId = randomUUID();
	#server: ServerConnection | null = null;
	#seq = 0;
	/** Updates that came before the answer they follow was folded in; `null` when they are passed on. */
	#early: SessionUpdateParams[] | null = [];
	#left = false;
	readonly #waiting = new Set<() => void>();
	sessionId = "";
	participantId = "";
	/** The session as of the last time it was opened or attached. */
	state: SessionState | null = null;

	constructor(options: LiveSessionOptions) {
		this.#options = options;
	}

	/** Whether this Neovim started it: then it ends with Neovim, unless others have joined. */
	get own(): boolean {
		return this.#options.target.kind === "new";
	}

	async open(): Promise<void> {
		const { target, connect, listener } = this.#options;
		const server = await connect();
		this.#server = server;
		if (target.kind === "new") {
			const { cwd, kernel, settings } = target;
			const result = await server.request("session/new", { requestId: this.#openId, cwd, kernel, settings });
			this.#opened(result.state, result.participantId, result.seq);
		} else {
			const result = await server.request("session/attach", {
				ref: target.ref,
				role: "controller",
				since: null,
			});
			this.#attached(result);
		}
		listener.onLink("ready", null);
		this.#passOn();
	}

	/** Updates of the connection; those of other sessions are passed over. */
	onUpdate(update: SessionUpdateParams): void {
		if (this.#early !== null) {
			this.#early.push(update);
			return;
		}
		if (update.sessionId !== this.sessionId) return;
		switch (update.kind) {
			case "overrun":
				void this.#catchUp().catch(() => {}); // a lost connection is told by `onLost`
				return;
			case "hint":
				this.#options.listener.onHint(update.hint);
				return;
			case "event":
				if (update.seq <= this.#seq) return;
				this.#seq = update.seq;
				this.#options.listener.onEvent(update.event);
				return;
			default:
				update satisfies never;
		}
	}

	/** The connection ended: looks for a server until there is one, or until the session was left. */
	async onLost(): Promise<void> {
		this.#server = null;
		this.#early = [];
		for (let waitMs = firstRetryMs; !this.#left; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
			try {
				this.#server = await this.#options.connect();
				await this.#catchUp();
				return;
			} catch (error) {
				this.#server = null;
				this.#options.listener.onLink("lost", (error as Error).message.split("\n")[0]!);
			}
			await delay(waitMs);
		}
	}

	/** A request that is told as failed when the server is lost. */
	async request<M extends ClientRequest>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
		if (this.#server === null)
			throw new CallError("The connection to the server is lost: try again in a moment.");
		return this.#server.request(method, params);
	}

	/** A request with a request id, which waits for the next server when this one is lost. */
	async send<M extends ClientRequest>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
		for (;;) {
			const server = this.#server;
			if (server !== null && this.#early === null)
				try {
					return await server.request(method, params);
				} catch (error) {
					if (!isConnectionLost(error)) throw error;
				}
			if (this.#left) throw new CallError("The session was left.");
			if (this.#server === server) await new Promise<void>((resolve) => this.#waiting.add(resolve));
		}
	}

	async restartKernel(launch: () => KernelLaunch, isAlive: boolean): Promise<void> {
		const { sessionId } = this;
		if (isAlive) await this.send("kernel/end", { sessionId, requestId: randomUUID() });
		await this.send("kernel/adopt", { sessionId, requestId: randomUUID(), kernel: launch() });
	}

	/** Leaves: `close` ends the session and its kernel, `detach` keeps both. */
	async leave(how: "close" | "detach"): Promise<void> {
		this.#left = true;
		this.#wake();
		const server = this.#server;
		this.#server = null;
		if (server === null) return;
		const { sessionId } = this;
		if (how === "close") await server.request("session/close", { sessionId, requestId: randomUUID() });
		else await server.request("session/detach", { sessionId });
	}

	#opened(state: SessionState, participantId: string, seq: number): void {
		this.sessionId = state.sessionId;
		this.participantId = participantId;
		this.state = state;
		this.#seq = Math.max(this.#seq, seq);
		this.#options.listener.onState(state, participantId);
	}

	#attached({ state, participantId, seq, replay }: AttachSessionResult): void {
		const { listener } = this.#options;
		// Events before the state: they say what happened, the state says what is.
		if (replay.kind === "events")
			for (const each of replay.events) if (each.seq > this.#seq) listener.onEvent(each.event);
		if (replay.kind === "snapshot") for (const item of replay.items) listener.onItem(item);
		this.#opened(state, participantId, seq);
	}

	#passOn(): void {
		const early = this.#early ?? [];
		this.#early = null;
		for (const update of early) this.onUpdate(update);
		this.#wake();
	}

	#wake(): void {
		for (const resolve of this.#waiting) resolve();
		this.#waiting.clear();
	}

	/** Attaches again with the cursor: what was missed is told, then updates go on. */
	async #catchUp(): Promise<void> {
		this.#early = [];
		const result = await this.#server!.request("session/attach", {
			ref: { sessionId: this.sessionId },
			role: "controller",
			since: this.#seq,
		});
		this.#attached(result);
		this.#options.listener.onLink("ready", null);
		this.#passOn();
	}
}

/** By name: the class comes with the connection's library, which loads late. */
const isConnectionLost = (error: unknown): boolean =>
	error instanceof Error && error.name === "ConnectionLost";
