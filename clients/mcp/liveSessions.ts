/** The person's sessions as an MCP client meets them: found by a word of it, joined as an observer when it acts. */
import { randomUUID } from "node:crypto";
import type {
	CellItem,
	InspectResult,
	ProposeCellResult,
	SessionSummary,
	TranscriptItem,
	VariablesResult,
} from "../../protocol/index.ts";
import { sessionName } from "../../protocol/sessionList.ts";
import type { ServerConnection } from "../common/server/connection.ts";
import { ConnectionLost } from "../common/server/connectionErrors.ts";

export type LiveSessionsOptions = {
	/** Where the program was started: this folder's sessions come first. */
	readonly cwd: string;
	connect(): Promise<ServerConnection>;
};

/** Those with a kernel, or the stored ones too. */
export type Which = "live" | "all";

export const noLiveSession = "There is no live session: the person starts one with ipyai in a terminal.";

/** There is no such session. The sentence is for the model. */
export class NoSession extends Error {
	override readonly name = "NoSession";
}

const maxListed = 1000;
/** The cell that was run is the last, or nearly so. */
const maxItemsBack = 20;

export class LiveSessions {
	readonly #options: LiveSessionsOptions;
	#connecting: Promise<ServerConnection> | null = null;
	readonly #joined = new Set<string>();

	constructor(options: LiveSessionsOptions) {
		this.#options = options;
	}

	/** Newest first. */
	async list(which: Which): Promise<readonly SessionSummary[]> {
		const { sessions } = await this.#ask((server) => server.request("session/list", { limit: maxListed }));
		return which === "all" ? sessions : sessions.filter(({ state }) => state === "live");
	}

	/**
	 * The session that is meant: by its number, title or the beginning of its id; without a word the newest live one of
	 * this folder, else the newest live one. Rejects with `NoSession`.
	 */
	async find(word: string | null, which: Which): Promise<SessionSummary> {
		const all = await this.list(which);
		const live = all.filter(({ state }) => state === "live");
		if (word === null) {
			const near = live.find(({ cwd }) => isIn(this.#options.cwd, cwd)) ?? live[0];
			if (near) return near;
			throw new NoSession(noLiveSession);
		}
		const meant = all.filter(
			(session) =>
				sessionName(session) === word || session.title === word || session.sessionId.startsWith(word),
		);
		// Numbers are told anew for each history file: the newest is meant, as with `ipyai -r`.
		const [first] = meant;
		if (first && (meant.length === 1 || sessionName(first) === word)) return first;
		const names = live.map(sessionName).join(", ");
		const there = names === "" ? noLiveSession : `Live are ${names}.`;
		throw new NoSession(`${first ? "More than one" : "No"} session is ${word}. ${there}`);
	}

	variables(
		{ sessionId }: SessionSummary,
		filter: string | null,
		signal: AbortSignal,
	): Promise<VariablesResult> {
		const params = { sessionId, ...(filter === null ? {} : { filter }) };
		return this.#ask((server) => server.request("kernel/variables", params, { signal }));
	}

	inspect({ sessionId }: SessionSummary, name: string, signal: AbortSignal): Promise<InspectResult> {
		const params = { sessionId, code: name, cursor: name.length, detail: 1 } as const;
		return this.#ask((server) => server.request("kernel/inspect", params, { signal }));
	}

	async transcript({ sessionId }: SessionSummary, limit: number): Promise<readonly TranscriptItem[]> {
		const params = { sessionId, before: null, limit };
		return (await this.#ask((server) => server.request("session/transcript", params))).items;
	}

	/** Runs a cell once a person in the session allows it; `null` for a cell that is gone from the transcript. */
	async run(
		session: SessionSummary,
		code: string,
		signal: AbortSignal,
	): Promise<CellItem | null | Extract<ProposeCellResult, { kind: "refused" }>> {
		const { sessionId } = session;
		const requestId = randomUUID();
		const result = await this.#ask(async (server) => {
			if (!this.#joined.has(sessionId)) {
				const ref = { sessionId };
				await server.request("session/attach", { ref, role: "observer", since: null, limit: 0 });
				this.#joined.add(sessionId);
			}
			return server.request("cell/propose", { sessionId, requestId, code }, { signal });
		});
		if (result.kind === "refused") return result;
		const items = await this.transcript(session, maxItemsBack);
		return (
			items.find((item): item is CellItem => item.kind === "cell" && item.cellId === result.cellId) ?? null
		);
	}

	close(): void {
		void this.#connecting?.then((server) => server.close()).catch(() => {}); // there was none
	}

	/** Once more when the server was replaced meanwhile: what carries a `requestId` is done once all the same. */
	async #ask<T>(act: (server: ServerConnection) => Promise<T>): Promise<T> {
		try {
			return await act(await this.#server());
		} catch (error) {
			if (!(error instanceof ConnectionLost)) throw error;
			return act(await this.#server());
		}
	}

	#server(): Promise<ServerConnection> {
		this.#connecting ??= this.#connect();
		return this.#connecting;
	}

	async #connect(): Promise<ServerConnection> {
		const forget = (): void => {
			this.#connecting = null;
			this.#joined.clear();
		};
		try {
			const server = await this.#options.connect();
			server.onLost(forget);
			return server;
		} catch (error) {
			forget();
			throw error;
		}
	}
}

const isIn = (path: string, folder: string): boolean =>
	path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
