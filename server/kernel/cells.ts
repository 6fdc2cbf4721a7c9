/** The cells of one kernel: ours, and those of other clients. Says whether Python is busy for a person's eyes. */

import type { Output } from "../../protocol/index.ts";
import {
	type ExecuteRequest,
	type ExecuteResult,
	type ForeignCell,
	HostError,
} from "../sessions/python/host.ts";
import type { KernelClient } from "./kernelClient.ts";
import { count, text, toOutputs, toPayloads } from "./outputs.ts";
import type { Message } from "./wire.ts";

export type CellsListener = {
	onForeignCell(cell: ForeignCell): void;
	/** No running cell made it: a cell that has ended did, by its id or key, or nothing that is known. */
	onLateOutput(key: string | null, output: Output): void;
	/** `busy` may have changed. */
	onBusy(): void;
	/** A `%ipyai` in a cell: of ours, or of another client by its key. */
	onCommand(message: Message, from: ExecuteRequest | string): void;
};

/** A cell that ran already when the kernel was adopted. */
export type RunningCell = {
	readonly key: string;
	readonly code: string;
	readonly executionCount: number | null;
};

/** The message of our own that `%ipyai` sends (`clients/ipython/ipyai/magics.py`). */
const commandType = "ipyai_command";

type OwnCell = {
	started: boolean;
	interrupted: boolean;
	/** An interrupt came before it began. */
	onStart: (() => void) | null;
	input: Message | null;
	readonly request: ExecuteRequest;
	/** Those that were being interrupted when it was entered: that they fail is no news to whoever entered it. */
	readonly spares: ReadonlySet<OwnCell>;
	/** Another one has shown an error since it was entered. */
	failedBefore: boolean;
};

/** How often a cell that the kernel dropped is sent again. */
const maxResent = 3;

export class Cells {
	readonly #listener: CellsListener;
	readonly #own = new Set<OwnCell>();
	readonly #foreign = new Set<string>();
	/** Ended before it was told that they run. */
	readonly #ended = new Set<string>();
	#adopted: string | null = null;
	#expected = 0;
	#elsewhere = false;
	#shutdownSeen = false;

	constructor(listener: CellsListener) {
		this.#listener = listener;
	}

	/** A cell runs or waits. Look-ups and tools do not count: a prompt that follows this does not flicker. */
	get busy(): boolean {
		return this.#expected > 0 || this.#foreign.size > 0 || this.#elsewhere;
	}

	/** Another client asked the kernel to end. */
	get shutdownSeen(): boolean {
		return this.#shutdownSeen;
	}

	/** A cell will come; the result is disposed of when it has ended. */
	expect(): Disposable {
		this.#expected++;
		this.#listener.onBusy();
		return {
			[Symbol.dispose]: () => {
				this.#expected--;
				this.#listener.onBusy();
			},
		};
	}

	/** It is sent when `after` has come about. */
	async execute(
		client: KernelClient,
		request: ExecuteRequest,
		after: Promise<unknown>,
	): Promise<ExecuteResult> {
		const state = { started: false, interrupted: false, onStart: null, input: null, failedBefore: false };
		const spares = new Set([...this.#own].filter(({ interrupted, onStart }) => interrupted || onStart));
		const cell: OwnCell = { ...state, request, spares };
		this.#own.add(cell);
		await after;
		try {
			for (let sent = 1; ; sent++) {
				const result = await this.#send(client, cell);
				// A kernel drops all that waits when a cell fails. What was entered after that was known is to run.
				const isDropped = result.status === "aborted" && !cell.failedBefore;
				if (!isDropped || sent > maxResent) return result;
			}
		} finally {
			this.#own.delete(cell);
		}
	}

	async #send(client: KernelClient, cell: OwnCell): Promise<ExecuteResult> {
		const { request } = cell;
		let executionCount: number | null = null;
		const { reply } = client.request({
			// What the cell prints is told under this name for as long as the kernel lives, to whoever listens then.
			id: request.cellId,
			channel: "shell",
			type: "execute_request",
			content: {
				code: request.code,
				silent: false,
				store_history: true,
				user_expressions: {},
				allow_stdin: true,
				stop_on_error: true,
			},
			untilIdle: true,
			onIopub: (message) => {
				if (message.header.msg_type === "execute_input") {
					cell.started = true;
					// An empty cell is announced with a number that it does not take.
					if (request.code.trim()) executionCount = count(message.content.execution_count);
					cell.onStart?.();
				} else if (message.header.msg_type === commandType) this.#listener.onCommand(message, request);
				else
					for (const output of toOutputs(message)) {
						if (output.kind === "error") this.#onFailure(cell);
						request.onOutput(asInterrupt(output, cell));
					}
			},
			onStdin: (message) => {
				cell.input = message;
				request.onInputRequest({
					prompt: text(message.content.prompt),
					password: message.content.password === true,
				});
			},
		});
		try {
			const message = await reply;
			return { status: statusOf(message, cell), executionCount, payloads: toPayloads(message) };
		} catch (error) {
			// An interrupt between announcing a cell and running it ends ipykernel's handler before it replies.
			const isInterrupted =
				cell.interrupted && error instanceof HostError && error.code === "lacksCapability";
			return { status: isInterrupted ? "interrupted" : "lost", executionCount, payloads: [] };
		}
	}

	/** A cell has shown an error, one of ours or (null) another's: what waits behind it is to be dropped. */
	#onFailure(failed: OwnCell | null): void {
		for (const cell of this.#own)
			if (cell !== failed && !(failed && cell.spares.has(failed))) cell.failedBefore = true;
	}

	/** Whether a cell waited for it. */
	answerInput(client: KernelClient, value: string): boolean {
		for (const cell of this.#own) {
			if (!cell.input) continue;
			client.answer(cell.input, value);
			cell.input = null;
			return true;
		}
		return false;
	}

	/**
	 * An interrupt is on its way. The kernel drops one that comes while no cell runs yet, so for a cell that still
	 * waits to start `again` is called when it has.
	 */
	markInterrupted(again: () => void): void {
		// What waits behind a running cell is aborted with it.
		const running = [...this.#own].filter(({ started }) => started);
		for (const cell of running) cell.interrupted = true;
		const [first] = this.#own;
		if (running.length > 0 || this.#foreign.size > 0 || this.#elsewhere || !first) return;
		first.onStart = () => {
			first.interrupted = true;
			again();
		};
	}

	adopt({ key, code, executionCount }: RunningCell): void {
		if (this.#ended.has(key)) return;
		this.#adopted = key;
		this.#startForeign(key, code, executionCount);
	}

	setBusyElsewhere(busy: boolean): void {
		this.#elsewhere = busy;
		this.#listener.onBusy();
	}

	/** It has ended, and its own `idle` may have been sent before we listened. */
	endAdopted(): void {
		if (this.#adopted) this.#endForeign(this.#adopted);
	}

	/** A message that no running request of ours caused, or output that strayed to one of our look-ups. */
	onUnclaimed(message: Message): void {
		const { msg_type: type } = message.header;
		const key = message.parent.msg_id ?? "";
		switch (type) {
			case "shutdown_reply":
				this.#shutdownSeen = true;
				return;
			case "execute_input":
				this.#startForeign(key, text(message.content.code), count(message.content.execution_count));
				return;
			case commandType:
				if (this.#foreign.has(key)) this.#listener.onCommand(message, key);
				return;
			case "status":
				if (message.content.execution_state !== "idle") return;
				// An earlier host was told that it began.
				if (!this.#foreign.has(key) && message.isEarlier)
					this.#listener.onForeignCell({ kind: "finished", key });
				this.#endForeign(key);
				return;
			default:
				for (const output of toOutputs(message)) this.#stray(message, key, output);
		}
	}

	close(): void {
		this.#foreign.clear();
		this.#elsewhere = false;
	}

	#stray(message: Message, key: string, output: Output): void {
		if (this.#foreign.has(key)) {
			if (output.kind === "error") this.#onFailure(null);
			this.#listener.onForeignCell({ kind: "output", key, output });
			return;
		}
		if (message.parent.msg_type === "execute_request" && key !== "") {
			this.#listener.onLateOutput(key, output);
			return;
		}
		// Nobody says whose it is: most likely that of what runs.
		const own = [...this.#own].find(({ started }) => started);
		const [foreign] = this.#foreign;
		if (own) own.request.onOutput(output);
		else if (foreign !== undefined) this.#listener.onForeignCell({ kind: "output", key: foreign, output });
		else this.#listener.onLateOutput(null, output);
	}

	#startForeign(key: string, code: string, executionCount: number | null): void {
		if (this.#foreign.has(key)) return;
		this.#foreign.add(key);
		this.#listener.onForeignCell({ kind: "started", key, code, executionCount });
		this.#listener.onBusy();
	}

	#endForeign(key: string): void {
		this.#ended.add(key);
		if (this.#ended.size > 100) this.#ended.delete(this.#ended.values().next().value!);
		if (!this.#foreign.delete(key)) return;
		this.#listener.onForeignCell({ kind: "finished", key });
		this.#listener.onBusy();
	}
}

/** An interrupt of a cell that awaits arrives as a cancel: a person is shown what they did. */
const asInterrupt = (output: Output, cell: OwnCell): Output => {
	if (output.kind !== "error" || output.ename !== "CancelledError" || !cell.interrupted) return output;
	const traceback = output.traceback.map((line) => line.replaceAll("CancelledError", "KeyboardInterrupt"));
	return { ...output, ename: "KeyboardInterrupt", traceback };
};

const statusOf = ({ content }: Message, cell: OwnCell): ExecuteResult["status"] => {
	if (content.status === "ok") return "ok";
	if (content.status === "aborted") return "aborted";
	const interrupted =
		content.ename === "KeyboardInterrupt" || (cell.interrupted && content.ename === "CancelledError");
	return interrupted ? "interrupted" : "error";
};
