import type { StopReason } from "../../../protocol/index.ts";

/** What to say about a turn's end; `null` for the ordinary one. */
export const turnEndText = (turn: {
	readonly stopReason: StopReason | null;
	readonly error: string | null;
}): string | null => {
	switch (turn.stopReason) {
		case "endTurn":
		case null:
			return null;
		case "cancelled":
			return "Cancelled.";
		case "maxTokens":
			return "The answer was cut: it reached the model's limit of tokens. Ask it to go on.";
		case "maxTurns":
			return "Stopped after too many steps. Ask it to go on.";
		case "refusal":
			return `The model refused to answer.${turn.error ? ` ${turn.error}` : ""}`;
		case "failed":
			return turn.error ?? "The prompt failed, and the server did not say why.";
		default:
			return turn.stopReason satisfies never;
	}
};
