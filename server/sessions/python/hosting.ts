/**
 * A session's Python: adopts a host, runs cells on it, records what happens, and hands `input()` to the person who
 * ran the cell. Cells end exactly once, as `lost` when their kernel goes first.
 */
import { setTimeout as delay } from "node:timers/promises";
import { startTimeOf } from "../../../ground/processes.ts";
import type {
	CellPayload,
	CellStatus,
	ExecuteCellResult,
	InputRequestParams,
	KernelLaunch,
	SessionState,
} from "../../../protocol/index.ts";
import type { KernelRow, Owner, RememberedRequest } from "../../store/store.ts";
import { RequestError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";
import type { CellRecord } from "./cellRecord.ts";
import { CellRecords } from "./cellRecords.ts";
import { ForeignCells } from "./foreignCells.ts";
import type {
	ForeignCell,
	Host,
	HostCommand,
	HostCommandAnswer,
	HostFacts,
	HostListener,
	HostStatus,
} from "./host.ts";
import { InputNumbers } from "./inputNumbers.ts";
import { WaitingInput } from "./waitingInput.ts";

/** `heard` is that of the host which had this Python before, 0 for a new one. */
export type CreateHost = (
	launch: KernelLaunch,
	kernelId: string,
	listener: HostListener,
	heard: number,
) => Host;

export type HostingOptions = {
	readonly log: SessionLog;
	readonly owner: Owner;
	readonly createHost: CreateHost;
	/** Whether the tools become functions of the person's in a kernel that is ours. */
	seedsTools(): boolean;
	/** Asks a participant for a line of input; a participant that is gone passes it to another controller. */
	requestInput(by: string | null, request: InputRequestParams): void;
	/** A `%ipyai` in a cell. Never rejects. */
	onCommand(command: HostCommand, cell: CommandCell): Promise<HostCommandAnswer>;
	/** The remark for IPython's session row once a kernel is there. */
	onAttached(host: Host): void;
};

/** The cell that a command stands in; `done` resolves to its number when it has ended. */
export type CommandCell = { readonly by: string | null; readonly done: Promise<number | null> };

/** A cell submitted this lately is waited for before a prompt is rendered. */
const settleMs = 1000;
/** A kernel that is idle for longer has nothing left to run. */
const betweenCellsMs = 1000;

export type CellRequest = {
	readonly code: string;
	readonly by: string | null;
	/** Of who may send it again; its answer is stored with it. */
	readonly request?: RememberedRequest;
	readonly cellId?: string;
	/** It was not typed now but stands in a file. */
	readonly quoted?: true | undefined;
	/** The person's cells wait for it. */
	readonly isPreparation?: boolean;
	/** Who wrote it, where that is no participant: `%ipyai` in it, which speaks for a person, is refused. */
	readonly author?: string;
};

export class Hosting {
	readonly #options: HostingOptions;
	#host: Host | null = null;
	/** Resolves when the kernel is attached, or is not going to be. */
	#attaching: Promise<void> = Promise.resolve();
	#facts: HostFacts | null = null;
	#kernel: KernelRow | null = null;
	#status: HostStatus = "dead";
	/** What the kernel said before it was taken up is told. */
	#isCaughtUp = false;
	readonly #numbers = new InputNumbers();
	readonly #running = new Map<string, CellRecord>();
	readonly #records: CellRecords;
	readonly #foreign: ForeignCells;
	readonly #input = new WaitingInput();
	/** What runs in a new kernel before the person's cells do. */
	#preparing: Promise<void> | null = null;
	#size: { readonly columns: number; readonly rows: number } | null = null;

	constructor(options: HostingOptions) {
		this.#options = options;
		const { log } = options;
		this.#records = new CellRecords(log);
		log.tellProgress({
			heard: () => (this.#host && this.#kernel ? [this.#kernel.kernelId, this.#host.heard] : null),
			onStored: () => this.#onStored(),
		});
		this.#foreign = new ForeignCells(log, this.#records);
	}

	/** The live host, or `null`. */
	get host(): Host | null {
		return this.#status === "dead" ? null : this.#host;
	}

	get kernelId(): string | null {
		return this.#kernel?.kernelId ?? null;
	}

	/** How the client named what it started; `null` without a kernel. */
	get label(): string | null {
		return this.#kernel?.launch.label ?? null;
	}

	get busy(): boolean {
		return this.#running.size > 0 || this.#foreign.isRunning;
	}

	get nextExecutionCount(): number {
		return this.#numbers.next;
	}

	get state(): SessionState["kernel"] {
		if (!this.#host || !this.#kernel) return null;
		return {
			kernelId: this.#kernel.kernelId,
			status: this.#status,
			nextExecutionCount: this.#numbers.next,
			historySession: this.#facts?.historySession ?? null,
			historyFile: this.#facts?.historyFile ?? null,
			banner: this.#facts?.banner ?? "",
		};
	}

	requireHost(): Host {
		const host = this.host;
		if (host) return host;
		throw new RequestError("kernelNotAlive", "This session has no live kernel: %ipyai restart starts one.");
	}

	/** What a killed server left running: it goes on where its kernel lives, and is lost otherwise. */
	recover(kernelLives: boolean): void {
		const { log } = this.#options;
		this.#foreign.expect(log.store.unfinished(log.sessionId).cells);
		if (!kernelLives) this.#foreign.giveUpLeft();
	}

	/** Adopts a kernel. Answers at once; `kernelAttached` follows when it is ready, `kernelDetached` when it is not. */
	adopt(launch: KernelLaunch, existing: KernelRow | null = null): void {
		const { log, owner } = this.#options;
		const { store } = log;
		const kernelId = existing?.kernelId ?? newId();
		// A fork has cells of another session's kernel, and none of its own yet.
		const hasPast =
			store.kernels({ sessionId: log.sessionId }).length > 0 ||
			(store.session(log.sessionId)?.cells ?? 0) > 0;
		const replaces = existing === null && hasPast;
		const kernel: KernelRow = {
			kernelId,
			sessionId: log.sessionId,
			launch,
			startTime: existing?.startTime ?? (launch.kind === "started" ? startTimeOf(launch.pid) : null),
			instanceId: owner.instanceId,
			alive: true,
			heard: existing?.heard ?? 0,
		};
		// Before the one there is goes: a full disk leaves everything as it was.
		store.saveKernel(kernel);
		void this.release("released");
		this.#kernel = kernel;
		// It may be busy for long before it says so itself.
		const known = existing === null ? 1 : (store.session(log.sessionId)?.nextExecutionCount ?? 1);
		this.#numbers.reach(known);
		this.#status = "starting";
		this.#facts = null;
		const listener: HostListener = {
			seedsTools: this.#options.seedsTools(),
			onStatus: (status, detail) => {
				if (this.#host === host || this.#host === null) this.#onStatus(kernelId, status, detail);
			},
			onForeignCell: (cell) => this.#onForeignCell(kernelId, cell),
			onLateOutput: (key, output) => {
				if (key !== null && this.#foreign.goesOn(key))
					this.#onForeignCell(kernelId, { kind: "output", key, output });
				else this.#records.lateOutput(kernelId, key, output);
			},
			onForeignCommand: (key, command) =>
				this.#options.onCommand(
					command,
					this.#foreign.find(key) ?? { by: null, done: Promise.resolve(null) },
				),
			onPressed: () => {
				if (this.#host === host) this.#records.settle();
			},
		};
		const host = this.#options.createHost(launch, kernelId, listener, kernel.heard);
		this.#host = host;
		this.#isCaughtUp = false;
		log.hint({ kind: "kernelStatus", status: "starting" });
		this.#attaching = host.ready.then(
			(facts) => this.#onReady(host, facts, existing !== null, replaces),
			(error: Error) => {
				if (this.#host === host && this.#status !== "dead") this.#onStatus(kernelId, "dead", error.message);
			},
		);
	}

	async #onReady(host: Host, facts: HostFacts, survived: boolean, replaces: boolean): Promise<void> {
		if (this.#host !== host || this.#status === "dead") return;
		const { log } = this.#options;
		const { historySession, next } = survived
			? { historySession: facts.historySession, next: facts.nextExecutionCount }
			: await this.#continueNumbers(host, facts);
		if (this.#host !== host) return;
		this.#facts = { ...facts, historySession, nextExecutionCount: next };
		this.#numbers.goOnAt(next);
		log.settle([
			{
				kind: "kernelAttached",
				kernelId: host.kernelId,
				nextExecutionCount: next,
				historySession,
				historyFile: facts.historyFile,
				banner: facts.banner,
				fresh: replaces,
			},
		]);
		if (this.#size) host.resize(this.#size.columns, this.#size.rows);
		this.#options.onAttached(host);
		// A kernel that is ready and idle has gone through what was sent to it before.
		void host.caughtUp.then(() => {
			if (this.#host !== host) return;
			this.#isCaughtUp = true;
			if (host.status === "idle") this.#foreign.giveUpLeft();
		});
		this.#setStatus(host.status);
	}

	/**
	 * A session goes on under its number in IPython's history, and with its inputs' numbers, also on a new kernel. Of one
	 * that came from elsewhere (a file, a fork, another history) only the inputs' numbers go on.
	 */
	async #continueNumbers(
		host: Host,
		facts: HostFacts,
	): Promise<{ historySession: number | null; next: number }> {
		const { log } = this.#options;
		const row = log.store.session(log.sessionId);
		const asNew = { historySession: facts.historySession, next: facts.nextExecutionCount };
		if (row === null) return asNew;
		const isOurs = row.historySession !== null && row.historyFile === facts.historyFile;
		const historySession = isOurs ? row.historySession : facts.historySession;
		const next = Math.max(facts.nextExecutionCount, row.nextExecutionCount);
		if (historySession === null || (!isOurs && next === facts.nextExecutionCount)) return asNew;
		try {
			await host.continueHistorySession(historySession, next);
			return { historySession, next };
		} catch (error) {
			const text = `History goes on as a new session: ${(error as Error).message}`;
			log.hint({ kind: "notice", level: "warning", text });
			return asNew;
		}
	}

	/** What waits for more is not stored yet. */
	#onStored(): void {
		if (!this.#records.areWaiting) this.#host?.stored();
	}

	#setStatus(status: HostStatus): void {
		// Between two cells of its queue a kernel is idle for a moment.
		if (status === "idle" && this.#foreign.areLeft)
			setTimeout(
				() => this.#status === "idle" && this.#isCaughtUp && this.#foreign.giveUpLeft(),
				betweenCellsMs,
			).unref();
		this.#status = status;
		this.#options.log.hint({ kind: "kernelStatus", status });
	}

	#onStatus(kernelId: string, status: HostStatus, detail: string | null): void {
		if (status !== "dead") {
			if (this.#facts) this.#setStatus(status);
			return;
		}
		if (this.#status === "dead") return;
		this.#setStatus("dead");
		this.#input.end();
		this.#foreign.end();
		this.#markDead();
		const cause = detail === null ? {} : { detail };
		const reason = this.#facts === null ? "failed" : "died";
		this.#options.log.settle([{ kind: "kernelDetached", kernelId, reason, ...cause }]);
	}

	#markDead(): void {
		if (!this.#kernel) return;
		this.#kernel = { ...this.#kernel, alive: false };
		try {
			this.#options.log.store.saveKernel(this.#kernel);
		} catch {
			// Whoever opens the session next sees that the process is gone.
		}
	}

	/** Lets go of the kernel: ends it, or leaves it to its lease. Resolves when it is done. */
	async release(reason: "exited" | "restarted" | "released"): Promise<void> {
		const host = this.#host;
		const kernel = this.#kernel;
		if (!host || !kernel) return;
		const wasAlive = this.#status !== "dead";
		this.#host = null;
		this.#facts = null;
		this.#status = "dead";
		this.#input.end();
		this.#foreign.end();
		if (wasAlive) {
			this.#markDead();
			this.#options.log.settle([{ kind: "kernelDetached", kernelId: kernel.kernelId, reason }]);
			this.#options.log.hint({ kind: "kernelStatus", status: "none" });
		}
		this.#kernel = null;
		await host.dispose("end");
	}

	/** Closes the connection to the kernel and leaves it running: another server instance may adopt it. */
	async keep(): Promise<void> {
		const host = this.#host;
		this.#host = null;
		this.#records.close();
		await host?.dispose("keep");
	}

	/** Cells wait until this has settled, those that prepare aside. */
	prepare(preparing: Promise<void>): void {
		this.#preparing = preparing;
		void preparing.finally(() => {
			if (this.#preparing === preparing) this.#preparing = null;
		});
	}

	/** Runs a cell. Returns when it is stored; the rest comes as events. Without a request nobody repeats it. */
	execute({
		code,
		by,
		request,
		cellId = newId(),
		quoted,
		isPreparation = false,
		author,
	}: CellRequest): ExecuteCellResult {
		const { log } = this.#options;
		const host = this.requireHost();
		const predicted = this.#facts && this.#numbers.certain;
		const started = {
			kind: "cellStarted",
			cellId,
			kernelId: host.kernelId,
			code,
			by,
			executionCount: predicted,
			...(quoted ? { quoted } : {}),
			...(author === undefined ? {} : { byName: author }),
		} as const;
		const result = log.accept(started, request, (seq) => ({ cellId, seq }));
		const cell = this.#records.begin({ cellId, kernelId: host.kernelId, by });
		this.#running.set(cellId, cell);
		const numbered = this.#numbers.send();
		const begin = () =>
			host.execute({
				cellId,
				code,
				onOutput: (output) => this.#records.output(cell, output),
				onInputRequest: (request) => this.#onInput(cell, request),
				onCommand: (command) =>
					author !== undefined ? Promise.resolve(refusedCommand) : this.#options.onCommand(command, cell),
			});
		const running = this.#preparing && !isPreparation ? this.#preparing.then(begin) : begin();
		void running.then(({ status, executionCount, payloads }) => {
			numbered(executionCount);
			this.#finish(cell, status, executionCount, payloads);
		});
		return result;
	}

	#finish(
		cell: CellRecord,
		status: CellStatus,
		executionCount: number | null,
		payloads: readonly CellPayload[],
	): void {
		this.#running.delete(cell.cellId);
		this.#input.endOf(cell.cellId);
		this.#records.finish(cell, status, executionCount, payloads);
	}

	#onInput(cell: CellRecord, request: { prompt: string; password: boolean }): void {
		const params = {
			sessionId: this.#options.log.sessionId,
			inputId: newId(),
			cellId: cell.cellId,
			...request,
		};
		this.#input.begin(params);
		this.#options.requestInput(cell.by, params);
	}

	/** The `input()` that waits, for a participant that comes back. */
	get waitingInput(): InputRequestParams | null {
		return this.#input.request;
	}

	answerInput(inputId: string, value: string): void {
		this.#input.answer(inputId);
		this.requireHost().answerInput(value);
	}

	/**
	 * Waits for what was typed just before: a kernel that is starting, and cells younger than a moment. A cell that
	 * runs for longer is not waited for, nor is anything after an abort.
	 */
	async settle(signal: AbortSignal): Promise<void> {
		const stop = aborted(signal);
		if (this.#status === "starting") await Promise.race([this.#attaching, stop]);
		for (const cell of this.#running.values()) {
			const patience = cell.submittedAt + settleMs - Date.now();
			if (patience > 0 && !signal.aborted)
				await Promise.race([cell.done, stop, delay(patience, undefined, { ref: false })]);
		}
	}

	/** Resolves when the cells that run or wait have ended, or with an abort. */
	async cellsEnded(signal: AbortSignal): Promise<void> {
		const stop = aborted(signal);
		await Promise.race([Promise.all([...this.#running.values()].map(({ done }) => done)), stop]);
	}

	/** A kernel that comes later learns the size too. */
	resize(columns: number, rows: number): void {
		this.#size = { columns, rows };
		this.host?.resize(columns, rows);
	}

	/** Whether people left on purpose. */
	setDetached(isDetached: boolean): void {
		this.#host?.setDetached(isDetached);
	}

	async interrupt(): Promise<void> {
		await this.requireHost().interrupt();
	}

	/** Gives a prompt its input number, once the kernel is free. Rejects when the kernel goes first. */
	async numberPrompt(source: string, rewritten: string): Promise<number> {
		const host = this.requireHost();
		const numbered = this.#numbers.send();
		let executionCount: number | null = null;
		try {
			executionCount = await host.numberPrompt(source, rewritten);
			return executionCount;
		} finally {
			numbered(executionCount);
		}
	}

	/** Lets input numbers go on at `next`, when that is further on; what cannot be done is left. */
	async skipTo(next: number): Promise<void> {
		const { host } = this;
		const session = this.#facts?.historySession ?? null;
		if (!host || session === null || next <= this.#numbers.next) return;
		try {
			await host.continueHistorySession(session, next);
			this.#numbers.reach(next);
		} catch {
			// Numbers that repeat those of a file are no harm.
		}
	}

	#onForeignCell(kernelId: string, cell: ForeignCell): void {
		if (cell.kind === "started" && cell.executionCount !== null) this.#numbers.reach(cell.executionCount + 1);
		this.#foreign.follow(kernelId, cell);
	}
}

const refusedCommand: HostCommandAnswer = {
	text: "%ipyai is for the person at the keyboard: code of a skill cannot use it.",
	failed: true,
	action: null,
};

const aborted = (signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
