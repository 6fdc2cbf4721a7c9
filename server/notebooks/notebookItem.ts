import type { AnswerPart, Content, Output, StopReason } from "../../protocol/index.ts";

/** A part of an answer without the ids that the log gives it. */
export type NotebookPart =
	| { readonly kind: "text" | "thinking"; readonly text: string }
	| Omit<Extract<AnswerPart, { kind: "toolCall" }>, "callId">
	| Extract<AnswerPart, { kind: "steer" | "changes" }>;

/** What a notebook's cell is to a session. */
export type NotebookItem =
	| {
			readonly kind: "code";
			readonly id: string | null;
			readonly code: string;
			readonly executionCount: number | null;
			readonly outputs: readonly Output[];
			/** Written as Markdown: a cell of one string literal. */
			readonly isNote: boolean;
	  }
	| NotebookPrompt;

/** A prompt with its answer. */
export type NotebookPrompt = {
	readonly kind: "prompt";
	readonly id: string | null;
	readonly content: readonly Content[];
	readonly executionCount: number | null;
	/** What the model was sent, as text; `null` when the file does not say. */
	readonly fullPrompt: string | null;
	readonly backend: string | null;
	readonly model: string | null;
	readonly parts: readonly NotebookPart[];
	readonly stopReason: StopReason;
	readonly error: string | null;
	readonly hidden: boolean;
};
