/**
 * The sessions this server owns: makes them, opens stored ones, and takes up the kernels that outlived an earlier
 * server. One live `Session` per id.
 */
import type {
	KernelLaunch,
	ListSessionsParams,
	ListSessionsResult,
	SessionRef,
	SettingsPatch,
} from "../../protocol/index.ts";
import type { Environment } from "../backends/backend.ts";
import type { Backends } from "../backends/registry.ts";
import type { Owner, SessionRow, Store } from "../store/store.ts";
import { RequestError } from "./errors.ts";
import { takePythonSession } from "./files/pythonCopy.ts";
import { findPythonSession, pythonSummaries } from "./files/pythonSessions.ts";
import { findSession } from "./findSession.ts";
import { newId } from "./ids.ts";
import { processRuns } from "./python/processRuns.ts";
import { adoptKernel } from "./python/startup.ts";
import { type RunCommand, Session, type SessionDependencies } from "./session.ts";
import { configFolder } from "./settings/config.ts";
import { settingSources } from "./settings/settingSources.ts";
import { changeSettings, newSettings } from "./settings/settings.ts";
import { writeStandardFiles } from "./settings/standardFiles.ts";
import { endLeftTurns } from "./turns/leftTurns.ts";

export type SessionsOptions = SessionDependencies & {
	isAlive(owner: Owner): boolean;
	/** What the first person to come should know. */
	readonly news?: string | null;
};

const tidyAfterMs = 1000;

export class Sessions {
	readonly #options: SessionsOptions;
	readonly #live = new Map<string, Session>();
	#disposed = false;
	#news: string | null;
	#runCommand: RunCommand = async () => ({
		text: "This server has no commands.",
		failed: true,
		action: null,
	});

	constructor(options: SessionsOptions) {
		this.#options = options;
		this.#news = options.news ?? null;
	}

	/** Who answers `%ipyai` in cells: commands act on sessions, so they come after them. */
	answerCommands(run: RunCommand): void {
		this.#runCommand = run;
	}

	get live(): readonly Session[] {
		return [...this.#live.values()];
	}

	get owner(): Owner {
		return this.#options.owner;
	}

	get store(): Store {
		return this.#options.store;
	}

	get backends(): Backends {
		return this.#options.backends;
	}

	/** Takes a stored session for this server, to change it without opening it. */
	own(sessionId: string): void {
		this.#claim(this.find({ sessionId }));
	}

	/** The live session, or `sessionNotFound`. */
	require(sessionId: string): Session {
		const session = this.#live.get(sessionId);
		if (session) return session;
		throw new RequestError(
			"sessionNotFound",
			this.#options.store.session(sessionId)
				? `Session ${sessionId} is stored but not open: send session/resume or session/attach.`
				: `There is no session ${sessionId}: session/list names those there are.`,
		);
	}

	create(
		cwd: string,
		title: string | null,
		environment: Environment,
		patch: SettingsPatch,
		kernel: KernelLaunch | null,
	): Session {
		const { store, owner } = this.#options;
		const { folder, isOurs } = configFolder(environment);
		if (isOurs) writeStandardFiles(folder);
		const settings = newSettings(patch, settingSources(environment, this.#options));
		const sessionId = newId();
		store.createSession(sessionId, cwd, owner, [
			{ kind: "sessionCreated", cwd, title },
			{ kind: "settingsChanged", settings },
		]);
		const session = this.#open(store.session(sessionId)!, environment, settings);
		try {
			if (kernel) adoptKernel(session, kernel);
		} catch (error) {
			this.#live.delete(sessionId);
			throw error;
		}
		session.warm();
		return session;
	}

	/** Ours, and on the first page those that the predecessors left, by their times. Empty ones only while open. */
	list(params: ListSessionsParams, environment: Environment): ListSessionsResult {
		const { store } = this.#options;
		const open = this.live.filter(({ participants }) => !participants.isEmpty);
		const ours = store.listSessions(
			params,
			open.map(({ sessionId }) => sessionId),
		);
		if (params.cursor !== undefined) return ours;
		const theirs = pythonSummaries(store, environment, params);
		const sessions = [...ours.sessions, ...theirs].sort((a, b) => b.updatedAt - a.updatedAt);
		return { ...ours, sessions };
	}

	/** Opens what a reference means. Settings in `patch` win over the stored ones. */
	resume(ref: SessionRef, environment: Environment, patch: SettingsPatch): Session {
		const imported = takePythonSession(this, ref, environment, patch);
		const row = imported?.row ?? this.find(ref);
		const live = this.#live.get(row.sessionId);
		if (live) {
			if (Object.keys(patch).length > 0) live.configure(patch, "flag");
			return live;
		}
		this.#claim(row);
		const sources = settingSources(environment, this.#options);
		const stored = row.settings;
		const settings = stored
			? changeSettings(withBackend(stored, sources.backends), patch, sources, "flag")
			: newSettings(patch, sources);
		const session = this.#open(row, environment, settings);
		try {
			this.#reopen(session);
		} catch (error) {
			// Half opened it would stay so.
			this.#live.delete(row.sessionId);
			throw error;
		}
		session.warm();
		if (imported?.notice) session.participants.greet(imported.notice);
		return session;
	}

	#reopen(session: Session): void {
		const { store } = this.#options;
		const { sessionId, log, settings } = session;
		store.markOpen(sessionId);
		const kernel = store.kernels({ sessionId, alive: true }).at(-1);
		const lives = kernel !== undefined && processRuns(kernel) !== false;
		session.hosting.recover(lives);
		endLeftTurns(log);
		log.add({ kind: "settingsChanged", settings });
		if (!kernel) return;
		if (lives) session.readopt(kernel);
		else {
			store.saveKernel({ ...kernel, alive: false });
			log.add({ kind: "kernelDetached", kernelId: kernel.kernelId, reason: "died" });
		}
	}

	/** Takes away what was only begun; what even that cannot be done for stays, and is told in the server's log. */
	discard(sessionId: string): void {
		this.#live.delete(sessionId);
		try {
			this.#options.store.deleteSession(sessionId);
		} catch (error) {
			this.#options.onLog(`an unfinished session ${sessionId} stays: ${(error as Error).message}`);
		}
	}

	/** Fails with `sessionNotFound` for a reference that `resume` could not open. */
	check(ref: SessionRef, environment: Environment): void {
		if (!findPythonSession(this.#options.store, environment, ref)) this.find(ref);
	}

	find(ref: SessionRef): SessionRow {
		return findSession(this.store, ref);
	}

	#claim(row: SessionRow): void {
		const { store, owner, isAlive } = this.#options;
		const holder = store.claimSession(row.sessionId, owner, isAlive);
		if (holder.instanceId !== owner.instanceId)
			throw new RequestError(
				"sessionOwnedElsewhere",
				`Session ${row.sessionId} belongs to the server with process id ${holder.pid}: join it there, or end it first.`,
			);
	}

	#open(
		row: SessionRow,
		environment: Environment,
		settings: ConstructorParameters<typeof Session>[2],
	): Session {
		const session = new Session(row, environment, settings, this.#options, (...args) =>
			this.#runCommand(...args),
		);
		this.#live.set(row.sessionId, session);
		if (this.#news !== null) session.participants.greet(this.#news);
		this.#news = null;
		return session;
	}

	/** Takes away copies that a killed server left in the middle. */
	removeHalfCopies(): void {
		const { store, owner, isAlive, onLog } = this.#options;
		try {
			for (const sessionId of store.halfCopies())
				if (store.claimSession(sessionId, owner, isAlive).instanceId === owner.instanceId)
					this.discard(sessionId);
		} catch (error) {
			onLog(`copies may be left in their middle: ${(error as Error).message}`);
		}
	}

	/** Takes up the kernels of servers that are gone, so that their leases do not run out. */
	readoptKernels(environment: Environment): void {
		const { store } = this.#options;
		for (const kernel of store.kernels({ alive: true })) {
			if (processRuns(kernel) !== true || this.#live.has(kernel.sessionId)) continue;
			try {
				this.resume({ sessionId: kernel.sessionId }, environment, {});
			} catch (error) {
				this.#options.onLog(`kernel ${kernel.kernelId} was left alone: ${(error as Error).message}`);
			}
		}
	}

	/** Ends a session for good: kernel and turn. The transcript stays. */
	async close(sessionId: string): Promise<void> {
		const session = this.require(sessionId);
		this.#live.delete(sessionId);
		await session.close();
		this.#tidy();
	}

	/** Takes old output away, some time after a session has ended: nobody waits for it. */
	#tidy(): void {
		const { store, onLog } = this.#options;
		setTimeout(() => {
			if (this.#disposed) return;
			try {
				store.keepBlobsSmall();
			} catch (error) {
				onLog(`old output stays: ${(error as Error).message}`);
			}
		}, tidyAfterMs).unref();
	}

	/** Lets go of a session that nobody uses and that has no kernel. */
	async forgetIdle(session: Session): Promise<void> {
		if (!session.participants.isEmpty || session.hosting.host || session.turns.runningTurn) return;
		this.#live.delete(session.sessionId);
		await session.keep();
	}

	/** The server ends: turns are cancelled, kernels stay for the next server. */
	async dispose(): Promise<void> {
		const sessions = this.live;
		this.#disposed = true;
		this.#live.clear();
		await Promise.allSettled(sessions.map((session) => session.keep()));
		try {
			this.#options.store.releaseSessions(this.#options.owner.instanceId);
		} catch (error) {
			// The next server sees that this one is gone.
			this.#options.onLog(`sessions were not released: ${(error as Error).message}`);
		}
	}
}

/** A stored backend that does not exist any more is chosen anew. */
const withBackend = <S extends { backend: string | null }>(
	settings: S,
	backends: SessionDependencies["backends"],
): S =>
	settings.backend !== null && backends.find(settings.backend) ? settings : { ...settings, backend: null };
