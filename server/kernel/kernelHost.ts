/**
 * A live Python behind Jupyter's protocol: a `Host` over ZMQ. It adopts a kernel that a client started (or that runs
 * already), runs cells, looks things up beside them, and keeps the kernel's lease while it lives.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { KernelLaunch, Variable } from "../../protocol/index.ts";
import {
	type Access,
	type ExecuteRequest,
	type ExecuteResult,
	type Host,
	type HostCall,
	type HostCapabilities,
	type HostCompletions,
	HostError,
	type HostFacts,
	type HostListener,
	type HostStatus,
	type PromptRecord,
	type Ref,
	type ResolvedRef,
	type SessionRemark,
} from "../sessions/python/host.ts";
import { Cells } from "./cells.ts";
import { endKernel, groupEnd, removeKernelFiles } from "./ending.ts";
import { HistoryMirror } from "./historyMirror.ts";
import { lastLines, tellingLines } from "./kernelLog.ts";
import { type OpenKernel, openKernel } from "./openKernel.ts";
import { count, record, text } from "./outputs.ts";
import { KernelPython } from "./pyrun.ts";
import { resolveRefs } from "./refs.ts";
import { startFailure } from "./startFailure.ts";
import type { Message } from "./wire.ts";

export type KernelHostOptions = {
	readonly launch: KernelLaunch;
	readonly kernelId: string;
	readonly listener: HostListener;
	/** What an earlier host's `heard` was when all that it told was stored; 0 for a new kernel. */
	readonly heard?: number;
	/** The kernel ends this long after its last server is gone. Only for kernels that a client of ours started. */
	readonly leaseSeconds?: number;
	/** What runs then may go on for so long, unless a person left it on purpose. */
	readonly runSeconds?: number;
	/** How long a look-up may take before it is given up. */
	readonly lookupTimeoutMs?: number;
	/** How long the kernel may take to answer for the first time. */
	readonly startTimeoutMs?: number;
	onLog?(text: string): void;
};

const lookupTimeoutMs = 5000;
const isCompleteWaitMs = 300;
/** Its holder writes what came last into its log, and ends. */
const lastWordsMs = 300;
const warmAfterMs = 1500;
/** A kernel without our module leaves it unanswered. */
const toldWithinMs = 500;

/** Starts to connect at once; `ready` tells how it went. */
export class KernelHost implements Host {
	readonly kernelId: string;
	readonly ready: Promise<HostFacts>;
	readonly caughtUp: Promise<void>;
	readonly python: KernelPython;
	readonly #options: KernelHostOptions;
	readonly #cells: Cells;
	readonly #opening: Promise<OpenKernel>;
	readonly #stop = new AbortController();
	#open: OpenKernel | null = null;
	#status: HostStatus = "starting";
	#disposal: Promise<void> | null = null;
	#isDetached = false;
	readonly #history: HistoryMirror;
	/** What was sent on control and counts for the cells behind it. They wait for it: shell may overtake control. */
	#told: Promise<unknown> = Promise.resolve();

	constructor(options: KernelHostOptions) {
		this.#options = options;
		this.kernelId = options.kernelId;
		const alive = () => this.#alive();
		this.#history = new HistoryMirror(alive, (text) => options.onLog?.(text));
		this.python = new KernelPython({ alive, isBusy: () => this.#cells.busy });
		this.#cells = new Cells({
			onForeignCell: (cell) => {
				if (!this.#disposal) options.listener.onForeignCell(cell);
			},
			onLateOutput: (key, output) => {
				if (!this.#disposal) options.listener.onLateOutput(key, output);
			},
			onBusy: () => this.#updateStatus(),
			onCommand: (message, from) => void this.#onCommand(message, from),
		});
		this.#opening = openKernel({
			launch: options.launch,
			leaseSeconds: options.leaseSeconds ?? 120,
			runSeconds: () => (this.#isDetached ? null : (options.runSeconds ?? 3600)),
			lookupTimeoutMs: options.lookupTimeoutMs ?? lookupTimeoutMs,
			startTimeoutMs: options.startTimeoutMs ?? 60_000,
			signal: this.#stop.signal,
			onLog: (line) => options.onLog?.(`kernel ${options.kernelId}: ${line}`),
			heard: options.launch.kind === "started" ? (options.heard ?? 0) : null,
			seedsTools: options.launch.kind === "started" && options.listener.seedsTools === true,
			onUnclaimed: (message) => this.#cells.onUnclaimed(message),
			onPressed: () => {
				if (!this.#disposal) options.listener.onPressed();
			},
			onGone: (detail) => {
				if (this.#open) void this.#die(detail);
				else this.#stop.abort(new HostError("notAlive", detail ?? "it ended"));
			},
		});
		const caughtUp = Promise.withResolvers<void>();
		this.caughtUp = caughtUp.promise;
		this.ready = this.#opening.then(
			(open) => {
				this.#open = open;
				if (open.running) this.#cells.adopt(open.running);
				if (open.mainIsFree) {
					this.#cells.setBusyElsewhere(true);
					void open.mainIsFree.finally(() => {
						this.#cells.setBusyElsewhere(false);
						// Where all is kept for us its end comes behind what it printed.
						if (!open.keepsForUs) this.#cells.endAdopted();
					});
				}
				if (this.#status !== "dead") this.#setStatus(this.#cells.busy ? "busy" : "idle", null);
				this.#warmCompletion(open);
				void open.listen().then(caughtUp.resolve);
				return open.facts;
			},
			async (error) => {
				const failure = await startFailure(options.launch, error);
				await this.#die(failure.message, failure);
				throw failure;
			},
		);
		this.ready.catch(() => {}); // callers that never look are told by `onStatus`
	}

	get status(): HostStatus {
		return this.#status;
	}

	get capabilities(): HostCapabilities {
		return { complete: true, subshell: this.#open?.supportsSubshells ?? true };
	}

	get heard(): number {
		return this.#open?.inlet.heard ?? this.#options.heard ?? 0;
	}

	setDetached(isDetached: boolean): void {
		if (isDetached === this.#isDetached) return;
		this.#isDetached = isDetached;
		this.#open?.renewLease();
	}

	stored(): void {
		this.#open?.inlet.stored();
	}

	async execute(request: ExecuteRequest): Promise<ExecuteResult> {
		using _ = this.#cells.expect();
		try {
			const { client } = await this.#opening;
			return await this.#cells.execute(client, request, this.#told);
		} catch {
			return { status: "lost", executionCount: null, payloads: [] };
		}
	}

	answerInput(value: string): void {
		if (!this.#open || !this.#cells.answerInput(this.#open.client, value))
			throw new HostError("failed", "Nothing in the kernel waits for input.");
	}

	async interrupt(): Promise<void> {
		const { client, control } = await this.#alive();
		const send = async () => {
			await client.request({ channel: "control", type: "interrupt_request", content: {} }).reply;
			// A cell that awaits notices the signal only when something wakes the event loop; neither is waited for.
			client.request({ channel: "shell", type: "kernel_info_request", content: {} }).reply.catch(() => {}); // the kernel ended
			control("nudge", {}).catch(() => {}); // likewise, or it is without our module
		};
		const interrupt = (): Promise<void> => {
			const sent = send();
			// One that comes late must not end the next cell.
			this.#letCellsWait(() => sent);
			return sent;
		};
		this.#cells.markInterrupted(() => void interrupt().catch(() => {})); // the kernel ended
		await interrupt();
	}

	async complete(code: string, cursor: number, signal: AbortSignal): Promise<HostCompletions> {
		const { lookups } = await this.#alive();
		const reply = await lookups.request("complete_request", { code, cursor_pos: cursor }, { signal });
		return toCompletions(reply, cursor);
	}

	async completeLive(code: string, cursor: number, signal: AbortSignal): Promise<HostCompletions> {
		const found = (await this.#look("complete", { code, cursor }, signal)) as HostCompletions;
		// Of names that only the code itself says something jedi knows more.
		return found.matches.length > 0 ? found : this.complete(code, cursor, signal);
	}

	async completeInput(code: string, cursor: number, signal: AbortSignal): Promise<HostCompletions> {
		return (await this.#look("completeInput", { code, cursor }, signal)) as HostCompletions;
	}

	async inspect(code: string, cursor: number, detail: 0 | 1, signal: AbortSignal): Promise<string | null> {
		return text(await this.#look("inspect", { code, cursor, detail }, signal)) || null;
	}

	async isComplete(code: string, signal: AbortSignal): ReturnType<Host["isComplete"]> {
		const { lookups } = await this.#alive();
		try {
			const options = { signal, waitMs: isCompleteWaitMs };
			const { content } = await lookups.request("is_complete_request", { code }, options);
			const status = ["complete", "incomplete", "invalid"].includes(text(content.status))
				? (content.status as "complete" | "incomplete" | "invalid")
				: "unknown";
			return { status, indent: text(content.indent) };
		} catch (error) {
			if (error instanceof HostError && error.code === "timeout") return { status: "unknown", indent: "" };
			throw error;
		}
	}

	async history(limit: number, signal: AbortSignal): ReturnType<Host["history"]> {
		const rows = (await this.#look("history", { limit }, signal)) as [number, number, string][];
		return rows.map(([session, line, source]) => ({ session, line, source }));
	}

	async variables(filter: string | null, signal: AbortSignal): Promise<readonly Variable[]> {
		return (await this.#look("variables", { filter }, signal)) as Variable[];
	}

	async describe(names: readonly string[], signal: AbortSignal): Promise<readonly Variable[]> {
		if (names.length === 0) return [];
		return (await this.#look("describe", { names }, signal)) as Variable[];
	}

	async findMissing(accesses: readonly Access[], signal: AbortSignal): Promise<readonly (number | null)[]> {
		if (accesses.length === 0) return [];
		const plain = accesses.map(({ name, steps }) => [name, steps.map(({ kind, key }) => [kind, key])]);
		return (await this.#look("missing", { accesses: plain }, signal)) as (number | null)[];
	}

	async members(base: string, names: readonly string[], signal: AbortSignal): ReturnType<Host["members"]> {
		if (names.length === 0) return [];
		const told = (await this.#look("members", { base, names }, signal)) as ([string, string] | null)[];
		return told.map((each) => each && { kind: each[0], detail: each[1] });
	}

	async labels({ name, steps }: Access, levels: boolean, signal: AbortSignal): ReturnType<Host["labels"]> {
		const plain = steps.map(({ kind, key }) => [kind, key]);
		const told = (await this.#look("labels", { name, steps: plain, levels }, signal)) as
			| [string, string][]
			| null;
		return told?.map(([label, type]) => ({ label, type })) ?? null;
	}

	async call(name: string, signal: AbortSignal): ReturnType<Host["call"]> {
		return (await this.#look("call", { name }, signal)) as HostCall | null;
	}

	async noteValues(sources: readonly string[], signal: AbortSignal): Promise<readonly (string | null)[]> {
		// Nearly every cell is no note at first sight, so that nearly no call needs the kernel.
		const candidates = sources.filter((source) => /^\s*[rRuU]?["'(#]/.test(source));
		if (candidates.length === 0) return sources.map(() => null);
		const values = (await this.#look("notes", { sources: candidates }, signal)) as (string | null)[];
		const found = new Map(candidates.map((source, index) => [source, values[index] ?? null]));
		return sources.map((source) => found.get(source) ?? null);
	}

	async lastError(signal: AbortSignal): ReturnType<Host["lastError"]> {
		const found = record(await this.#look("lastError", {}, signal));
		const executionCount = count(found.executionCount);
		return executionCount === null ? null : { executionCount, text: text(found.text) };
	}

	async resolveRefs(refs: readonly Ref[], signal: AbortSignal): Promise<readonly ResolvedRef[]> {
		if (refs.length === 0) return [];
		const open = await this.#alive();
		const lookLimitMs = this.#options.lookupTimeoutMs ?? lookupTimeoutMs;
		return resolveRefs(refs, { ...open, lookLimitMs }, signal);
	}

	async numberPrompt(source: string, rewritten: string): Promise<number> {
		const open = await this.#alive();
		return (await open.runMain("number", { source, rewritten }).result) as number;
	}

	mirrorPrompt({ prompt, fullPrompt, response, historyLine }: PromptRecord): void {
		this.#history.write("mirror", { prompt, fullPrompt, response, historyLine });
	}

	mirrorRemark(changes: SessionRemark): void {
		this.#history.write("remark", { changes });
	}

	forgetPrompts(): void {
		this.#history.write("forget", {});
	}

	async continueHistorySession(session: number, nextExecutionCount: number): Promise<void> {
		const open = await this.#alive();
		const problem = await open.runMain("continue", { session, nextExecutionCount }).result;
		if (typeof problem === "string") throw new HostError("failed", problem);
	}

	resize(columns: number, rows: number): void {
		this.#letCellsWait((open) => open.control("resize", { columns, rows }));
	}

	/** Cells that come from now on wait for it, not for long, whatever becomes of it. */
	#letCellsWait(send: (open: OpenKernel) => Promise<unknown>): void {
		const told = this.#opening.then((open) =>
			Promise.race([send(open), delay(toldWithinMs, null, { ref: false })]),
		);
		this.#told = Promise.allSettled([this.#told, told]);
	}

	dispose(fate: "end" | "keep"): Promise<void> {
		this.#disposal ??= this.#dispose(fate);
		return this.#disposal;
	}

	async #dispose(fate: "end" | "keep"): Promise<void> {
		const { launch } = this.#options;
		const wasReady = this.#open !== null && this.#status !== "dead";
		const wasDead = this.#status === "dead";
		if (fate === "end" && wasReady && !this.#cells.busy) await this.#history.flush();
		this.#status = "dead";
		const reason = new HostError("notAlive", `The connection to ${launch.label} is closed.`);
		if (fate === "end" && launch.kind === "started" && !wasDead) {
			await endKernel(launch, wasReady ? this.#open : null);
			await removeKernelFiles(launch);
		}
		this.#stop.abort(reason);
		this.#open?.close(reason);
		await this.#opening.catch(() => {}); // it closes its sockets before it fails
		this.#cells.close();
	}

	async #die(detail: string | null, failure?: HostError): Promise<void> {
		if (this.#status === "dead" || this.#disposal) return;
		this.#status = "dead";
		const { launch } = this.#options;
		if (launch.kind === "started") await groupEnd(launch.pid, lastWordsMs);
		const lines = failure ? [] : tellingLines(await lastLines(launch));
		const words = lines.length > 0 ? `it wrote last: ${lines.join("\n")}` : detail;
		const cause = this.#cells.shutdownSeen ? "a client shut it down" : words;
		const reason = failure ?? new HostError("notAlive", `The kernel is gone${cause ? `: ${cause}` : ""}.`);
		this.#stop.abort(reason);
		this.#open?.close(reason);
		this.#cells.close();
		if (launch.kind === "started") await removeKernelFiles(launch);
		if (!this.#disposal) this.#options.listener.onStatus("dead", failure?.message ?? cause);
	}

	/** The open kernel; rejects when it did not come up or is gone. */
	async #alive(): Promise<OpenKernel> {
		if (this.#status === "dead") throw new HostError("notAlive", "The session's kernel is not alive.");
		await this.ready;
		return this.#opening;
	}

	async #look(op: string, args: Record<string, unknown>, signal: AbortSignal): Promise<unknown> {
		return (await this.#alive()).look(op, args, signal);
	}

	/** The first completion loads its library, up to a second: done when nothing else is going on. */
	#warmCompletion(open: OpenKernel): void {
		const warm = (): void => {
			if (this.#cells.busy) return;
			const content = { code: "import o", cursor_pos: 8 };
			open.lookups.apart("complete_request", content, 10_000, this.#stop.signal).catch(() => {}); // the first Tab is slower then
		};
		if (open.supportsSubshells) setTimeout(warm, warmAfterMs).unref();
	}

	/** A `%ipyai` waits in Python for what is answered here. Other servers' are theirs. */
	async #onCommand({ content }: Message, from: ExecuteRequest | string): Promise<void> {
		const { id, to, line, body } = content;
		const open = await this.#opening.catch(() => null);
		if (open === null || to !== open.client.session || this.#disposal) return;
		const tell = (op: string, args: Record<string, unknown>) =>
			open.control(op, { id, ...args }).catch(() => {}); // the kernel ended
		void tell("commandHeard", {});
		const command = { line: text(line), body: typeof body === "string" ? body : null };
		const answer =
			typeof from === "string"
				? this.#options.listener.onForeignCommand(from, command)
				: from.onCommand(command);
		void tell("commandAnswer", await answer);
	}

	#updateStatus(): void {
		if (this.#status === "idle" || this.#status === "busy")
			this.#setStatus(this.#cells.busy ? "busy" : "idle", null);
	}

	#setStatus(status: HostStatus, detail: string | null): void {
		if (status === this.#status || this.#disposal) return;
		this.#status = status;
		this.#options.listener.onStatus(status, detail);
	}
}

const toCompletions = ({ content, metadata }: Message, cursor: number): HostCompletions => {
	const start = typeof content.cursor_start === "number" ? content.cursor_start : cursor;
	const end = typeof content.cursor_end === "number" ? content.cursor_end : cursor;
	const typed = metadata._jupyter_types_experimental;
	const types = new Map(
		(Array.isArray(typed) ? typed.map(record) : []).map((entry) => [text(entry.text), entry] as const),
	);
	const matches = Array.isArray(content.matches) ? content.matches.map(text) : [];
	return {
		start,
		end,
		matches: matches.map((match) => {
			const entry = types.get(match);
			const type = text(entry?.type);
			return {
				text: match,
				type: type && type !== "<unknown>" ? type : null,
				signature: text(entry?.signature) || null,
			};
		}),
	};
};
