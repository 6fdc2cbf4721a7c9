/** A turn that a child runs: what it tells, and what the child holds when it has ended. */

import type { StopReason } from "../../../protocol/index.ts";
import type { Entry } from "../../context/transcript.ts";
import type { TurnUpdate } from "../backend.ts";

export type ChildTurn = { readonly updates: AsyncIterable<TurnUpdate>; cancel(): void };

/** The turn's updates; what they add to the transcript is in it when they are read. A signal cancels the turn. */
export async function* follow(
	turn: ChildTurn,
	transcript: Entry[],
	signal: AbortSignal,
): AsyncGenerator<TurnUpdate> {
	const cancel = () => turn.cancel();
	signal.addEventListener("abort", cancel, { once: true });
	try {
		for await (const update of turn.updates) {
			if (update.kind === "response") transcript.push(update.entry);
			if (update.kind === "toolResults") transcript.push({ role: "tool", results: update.results });
			if (update.kind === "steered") transcript.push({ role: "user", content: update.content });
			yield update;
		}
	} finally {
		signal.removeEventListener("abort", cancel);
	}
}

/** The end of a turn that did not begin. */
export const noTurn = (stopReason: StopReason, error: string | null = null): TurnUpdate => ({
	kind: "end",
	stopReason,
	usage: null,
	error,
});
