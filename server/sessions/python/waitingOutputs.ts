import type { Output } from "../../../protocol/index.ts";

export type WaitingOutput<Record> = { readonly record: Record; readonly output: Output };

/**
 * Outputs on their way to the log, in order. Many small ones become few: what is printed in a row is one, and what was
 * cleared or shown anew meanwhile is left out.
 */
export class WaitingOutputs<Record> {
	#outputs: WaitingOutput<Record>[] = [];
	#chars = 0;

	/** How much waits, about. */
	get chars(): number {
		return this.#chars;
	}

	/** Whose output has waited longest. */
	get first(): Record | undefined {
		return this.#outputs[0]?.record;
	}

	add(record: Record, output: Output): void {
		this.#chars += output.kind === "stream" ? output.text.length : sizeOfOther(output);
		const last = this.#outputs.at(-1);
		if (
			output.kind === "stream" &&
			last?.record === record &&
			last.output.kind === "stream" &&
			last.output.name === output.name
		) {
			const text = last.output.text + output.text;
			this.#outputs[this.#outputs.length - 1] = { record, output: { ...output, text } };
		} else this.#outputs.push({ record, output });
	}

	/** Takes all of them away. */
	take(): readonly WaitingOutput<Record>[] {
		const taken = this.#outputs;
		this.#outputs = [];
		this.#chars = 0;
		return withoutReplaced(taken);
	}
}

const sizeOfOther = (output: Output): number =>
	"data" in output ? JSON.stringify(output.data).length : JSON.stringify(output).length;

const withoutReplaced = <Record>(outputs: readonly WaitingOutput<Record>[]): WaitingOutput<Record>[] => {
	const kept: WaitingOutput<Record>[] = [];
	const updated = new Set<string>();
	/** Of these all that came before is cleared. */
	const cleared = new Set<Record>();
	/** Of these something comes later, before which a clear that waits takes effect. */
	const shown = new Set<Record>();
	for (const waiting of outputs.toReversed()) {
		const { record, output } = waiting;
		if (output.kind === "updateDisplayData") {
			if (updated.has(output.displayId)) continue;
			updated.add(output.displayId);
		} else if (cleared.has(record)) {
			// A display may be updated from elsewhere, and its place is gone all the same.
			continue;
		} else if (output.kind === "clearOutput") {
			if (!output.wait || shown.has(record)) cleared.add(record);
		} else shown.add(record);
		kept.unshift(waiting);
	}
	return kept;
};
