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

export type Cells = {
	/** A cell runs or waits. Look-ups and tools do not count: a prompt that follows this does not flicker. */
	readonly busy: boolean;
	/** Another client asked the kernel to end. */
	readonly shutdownSeen: boolean;
	/** A cell will come; call the result when it has ended. */
	expect(): () => void;
	/** It is sent when `after` has come about. */
	execute(client: KernelClient, request: ExecuteRequest, after: Promise<unknown>): Promise<ExecuteResult>;
	answerInput(client: KernelClient, value: string): boolean;
	/**
	 * An interrupt is on its way. The kernel drops one that comes while no cell runs yet, so for a cell that still
	 * waits to start `again` is called when it has.
	 */
	markInterrupted(again: () => void): void;
	adopt(cell: RunningCell): void;
	setBusyElsewhere(busy: boolean): void;
	/** A message that no request of ours caused, or a print that strayed to one of our look-ups. */
	onUnclaimed(message: Message): void;
	close(): void;
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
};

export const createCells = (listener: CellsListener): Cells => {
	const own = new Set<OwnCell>();
	const foreign = new Set<string>();
	const ended = new Set<string>();
	let adopted: string | null = null;
	let expected = 0;
	let elsewhere = false;
	let shutdownSeen = false;

	const startForeign = (key: string, code: string, executionCount: number | null): void => {
		if (foreign.has(key)) return;
		foreign.add(key);
		listener.onForeignCell({ kind: "started", key, code, executionCount });
		listener.onBusy();
	};
	const endForeign = (key: string): void => {
		ended.add(key);
		if (ended.size > 100) ended.delete(ended.values().next().value!);
		if (!foreign.delete(key)) return;
		listener.onForeignCell({ kind: "finished", key });
		listener.onBusy();
	};

	return {
		get busy() {
			return expected > 0 || foreign.size > 0 || elsewhere;
		},
		get shutdownSeen() {
			return shutdownSeen;
		},
		expect: () => {
			expected++;
			listener.onBusy();
			return () => {
				expected--;
				listener.onBusy();
			};
		},
		execute: async (client, request, after) => {
			const cell: OwnCell = { started: false, interrupted: false, onStart: null, input: null, request };
			let executionCount: number | null = null;
			own.add(cell);
			await after;
			const { reply } = client.request({
				channel: "shell",
				type: "execute_request",
				content: {
					code: request.code,
					silent: false,
					store_history: true,
					user_expressions: {},
					allow_stdin: request.allowInput,
					stop_on_error: true,
				},
				untilIdle: true,
				onIopub: (message) => {
					if (message.header.msg_type === "execute_input") {
						cell.started = true;
						// An empty cell is announced with a number that it does not take.
						if (request.code.trim()) executionCount = count(message.content.execution_count);
						request.onStarted(executionCount);
						cell.onStart?.();
					} else if (message.header.msg_type === commandType) listener.onCommand(message, request);
					else for (const output of toOutputs(message)) request.onOutput(asInterrupt(output, cell));
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
			} finally {
				own.delete(cell);
			}
		},
		answerInput: (client, value) => {
			for (const cell of own) {
				if (!cell.input) continue;
				client.answer(cell.input, value);
				cell.input = null;
				return true;
			}
			return false;
		},
		markInterrupted: (again) => {
			// What waits behind a running cell is aborted with it.
			const running = [...own].filter(({ started }) => started);
			for (const cell of running) cell.interrupted = true;
			const [first] = own;
			if (running.length > 0 || foreign.size > 0 || elsewhere || !first) return;
			first.onStart = () => {
				first.interrupted = true;
				again();
			};
		},
		adopt: ({ key, code, executionCount }) => {
			if (ended.has(key)) return;
			adopted = key;
			startForeign(key, code, executionCount);
		},
		setBusyElsewhere: (busy) => {
			elsewhere = busy;
			// Its own `idle` may have been sent before we listened.
			if (!busy && adopted) endForeign(adopted);
			listener.onBusy();
		},
		onUnclaimed: (message) => {
			const { msg_type: type } = message.header;
			const key = message.parent.msg_id ?? "";
			if (type === "shutdown_reply") shutdownSeen = true;
			if (type === "execute_input")
				startForeign(key, text(message.content.code), count(message.content.execution_count));
			else if (type === commandType) {
				if (foreign.has(key)) listener.onCommand(message, key);
			} else if (type === "status") {
				if (message.content.execution_state === "idle") endForeign(key);
			} else if (foreign.has(key)) {
				for (const output of toOutputs(message)) listener.onForeignCell({ kind: "output", key, output });
			} else if (type === "stream") {
				// A thread's print takes the parent of whatever the kernel handled last.
				const running = [...own].find((cell) => cell.started);
				for (const output of toOutputs(message)) running?.request.onOutput(output);
			}
		},
		close: () => {
			foreign.clear();
			elsewhere = false;
		},
	};
};

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
