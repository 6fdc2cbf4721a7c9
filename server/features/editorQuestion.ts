import type { PlainText } from "../../ground/text/screenText.ts";
import type { Decision } from "../../protocol/index.ts";

/** A tool call that waits for the person at an editor. */
export type EditorQuestion = {
	readonly approvalId: string;
	readonly sessionId: string;
	/** What would run, on one line. */
	readonly title: PlainText;
	/** What it means to allow it always, `null` where that is not offered. */
	readonly always: PlainText | null;
	/** Fails with `itemNotFound` when it was answered elsewhere. */
	answer(decision: Decision): void;
	/** It needs no answer any more. */
	readonly closed: AbortController;
};
