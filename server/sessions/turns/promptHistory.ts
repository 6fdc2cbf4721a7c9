/** A prompt's place in IPython: the input number it takes, and what the predecessors' history database holds of it. */
import { setTimeout as delay } from "node:timers/promises";
import { textOf } from "../../../ground/text/contentText.ts";
import type { Content } from "../../../protocol/index.ts";
import { mirrorResponse } from "../../context/mirror.ts";
import type { SessionLog } from "../log.ts";
import type { Hosting } from "../python/hosting.ts";

const settleMs = 1000;

export class PromptHistory {
	readonly #log: SessionLog;
	readonly #hosting: Hosting;
	readonly #numberings = new Set<Promise<void>>();
	#isClosed = false;

	constructor(log: SessionLog, hosting: Hosting) {
		this.#log = log;
		this.#hosting = hosting;
	}

	/** Takes an input number for the prompt, now or when the kernel is free. */
	number(turnId: string, source: string, content: readonly Content[]): void {
		if (!this.#hosting.host) return;
		const numbering = this.#hosting
			.numberPrompt(source, rewrittenPrompt(textOf(content)))
			.then(
				(executionCount) => {
					if (!this.#isClosed) this.#log.settle([{ kind: "promptNumbered", turnId, executionCount }]);
				},
				() => {
					// The kernel went first: the prompt has no number and is in our log all the same.
				},
			)
			.finally(() => this.#numberings.delete(numbering));
		this.#numberings.add(numbering);
	}

	/** Waits for the numbers that a free kernel is about to give: whoever asks and leaves has them too. */
	async settle(): Promise<void> {
		if (this.#numberings.size === 0 || this.#hosting.busy) return;
		await Promise.race([Promise.all(this.#numberings), delay(settleMs, undefined, { ref: false })]);
	}

	/** Tells IPython's history of a turn that has ended. `historyLine` counts for a prompt without a number. */
	mirror(
		turnId: string,
		source: string,
		content: readonly Content[],
		rendered: readonly Content[],
		historyLine: number,
	): void {
		const turn = this.#log.store.turn(this.#log.sessionId, turnId);
		if (!turn) return;
		this.#hosting.host?.mirrorPrompt({
			source,
			prompt: textOf(content),
			fullPrompt: textOf(rendered),
			response: mirrorResponse(turn),
			historyLine: turn.executionCount === null ? historyLine : turn.executionCount - 1,
		});
	}

	/** Numbers that come later are not kept. */
	close(): void {
		this.#isClosed = true;
	}
}

/** A prompt as IPython's history holds it beside what was typed: the predecessors' cell magic. */
export const rewrittenPrompt = (text: string): string =>
	`get_ipython().run_cell_magic('ipyai', '', ${pythonString(`${text}\n`)})`;

/** A Python string literal with this value. JSON's escapes are Python's for everything JSON can hold. */
const pythonString = (text: string): string => JSON.stringify(text);
