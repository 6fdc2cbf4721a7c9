/** Keeps the exact log of one session while its setting asks for it, from the events as they are stored. */

import { reasonOf } from "../../../ground/paths/fileReason.mjs";
import { contentText, textOf } from "../../../ground/text/contentText.ts";
import type { SessionEvent, StoredEvent } from "../../../protocol/index.ts";
import { mirrorResponse } from "../../context/mirror.ts";
import { type RedactTexts, redactValues } from "../../redaction/redaction.ts";
import type { SessionLog } from "../log.ts";
import { appendExact, type ExactRecord } from "./exactLog.ts";

export type ExactLoggingOptions = {
	readonly log: SessionLog;
	isOn(): boolean;
	path(): string;
	redact(): RedactTexts;
	/** What runs now: turns taken from files are not logged. */
	runningTurn(): string | null;
};

export class ExactLogging {
	readonly #options: ExactLoggingOptions;
	#told = false;
	#failed = false;
	/** Records are written one after another. */
	#written: Promise<void> = Promise.resolve();

	constructor(options: ExactLoggingOptions) {
		this.#options = options;
		options.log.subscribe({ onEvent: (stored) => this.#onEvent(stored), onHint: () => {} });
	}

	completion(prefix: string, suffix: string, completion: string | null): void {
		if (this.#options.isOn()) this.#append({ kind: "completion", prefix, suffix, completion });
	}

	/** Resolves when all that was to be logged is in the file. */
	settled(): Promise<void> {
		return this.#written;
	}

	#onEvent({ event }: StoredEvent): void {
		if (event.kind !== "turnFinished" && event.kind !== "toolResult") return;
		if (!this.#options.isOn() || this.#options.runningTurn() !== event.turnId) return;
		if (event.kind === "toolResult") this.#toolResult(event);
		else this.#turn(event.turnId);
	}

	#turn(turnId: string): void {
		const { log } = this.#options;
		const start = log.store.turnStart(log.sessionId, turnId);
		const turn = log.store.turn(log.sessionId, turnId);
		if (start && turn) this.#append({ prompt: textOf(start.rendered), response: mirrorResponse(turn) });
	}

	#toolResult(event: Extract<SessionEvent, { kind: "toolResult" }>): void {
		const { log } = this.#options;
		const call = log.store
			.turn(log.sessionId, event.turnId)
			?.parts.find((part) => part.kind === "toolCall" && part.callId === event.callId);
		if (call?.kind !== "toolCall") return;
		this.#append({
			kind: "tool",
			name: call.name,
			arguments: call.args,
			result: contentText(event.content),
			is_error: event.isError,
		});
	}

	#append(record: ExactRecord): void {
		const { log, path, redact } = this.#options;
		const file = path();
		if (!this.#told)
			log.hint({
				kind: "notice",
				level: "warning",
				text: `log_exact is on: prompts, answers, tool calls and completions are written in full to ${file}.`,
			});
		this.#told = true;
		this.#written = this.#written.then(() => this.#write(file, record, redact()));
	}

	async #write(file: string, record: ExactRecord, redact: RedactTexts): Promise<void> {
		const { log } = this.#options;
		try {
			const session = log.store.session(log.sessionId)?.historySession ?? 0;
			const { values } = await redactValues([record], redact);
			appendExact(file, session, values[0]!);
			this.#failed = false;
		} catch (error) {
			if (!this.#failed)
				log.hint({
					kind: "notice",
					level: "error",
					text: `The exact log ${file} could not be written: ${reasonOf(error)}.`,
				});
			this.#failed = true;
		}
	}
}
