import { z } from "zod";
import { TurnChanges } from "./changes.ts";
import { Content, Output, StopReason, Usage } from "./content.ts";
import { ByName, CellPayload, CellStatus, Quoted } from "./events.ts";
import { By, CallId, CellId, ExecutionCount, ItemId, KernelId, Seq, TurnId } from "./ids.ts";

/** A cell as it stands now: the fold of its events. `status` is `running` until it finished. */
export const CellItem = z.object({
	kind: z.literal("cell"),
	/** Sequence number of `cellStarted`. */
	seq: Seq,
	cellId: CellId,
	kernelId: KernelId,
	/** As it was sent; empty for output of no cell. */
	code: z.string(),
	by: By,
	byName: ByName,
	executionCount: ExecutionCount,
	quoted: Quoted,
	/** How it ended, `running` before that. */
	status: z.enum([...CellStatus.options, "running"]),
	/** What is there to see: cleared and updated outputs are not told twice. */
	outputs: z.array(Output),
	/** What the client was to do when it ended. */
	payloads: z.array(CellPayload),
});
export type CellItem = z.infer<typeof CellItem>;

/** A part of an answer, in the order it came. */
export const AnswerPart = z.discriminatedUnion("kind", [
	/** Markdown. */
	z.object({ kind: z.literal("text"), itemId: ItemId, text: z.string() }),
	/** What the model thought. */
	z.object({ kind: z.literal("thinking"), itemId: ItemId, text: z.string() }),
	z.object({
		kind: z.literal("toolCall"),
		callId: CallId,
		/** The tool. */
		name: z.string(),
		/** Its arguments. */
		args: z.record(z.string(), z.unknown()),
		/** `provider`: a tool of the provider's own. */
		executor: z.enum(["server", "provider"]),
		/** `null` while the call runs, or when the turn ended first. */
		result: z
			.object({
				/** As the model was told. */
				content: z.array(Content),
				/** It failed, or was not run. */
				isError: z.boolean(),
			})
			.nullable(),
	}),
	/** What was added to the turn. */
	z.object({ kind: z.literal("steer"), content: z.array(Content) }),
	/** What its tools changed. */
	z.object({ kind: z.literal("changes"), changes: TurnChanges }),
]);
export type AnswerPart = z.infer<typeof AnswerPart>;

/** A prompt and its answer as they stand now: the fold of a turn's events. */
export const TurnItem = z.object({
	kind: z.literal("turn"),
	/** Sequence number of `promptAccepted`. */
	seq: Seq,
	turnId: TurnId,
	/** The turn before it in the conversation. */
	parentId: z.string().nullable(),
	/** What was asked. */
	content: z.array(Content),
	/** As typed, dot and all. */
	source: z.string(),
	by: By,
	byName: ByName,
	executionCount: ExecutionCount,
	/** `removed`: taken out of the queue. */
	state: z.enum(["queued", "running", "finished", "removed"]),
	/** Who was asked; `null` before it started. */
	backend: z.string().nullable(),
	/** Which model. */
	model: z.string().nullable(),
	/** The answer. */
	parts: z.array(AnswerPart),
	/** `null` before it ended. */
	stopReason: StopReason.nullable(),
	/** What it took, where that is known. */
	usage: Usage.nullable(),
	/** For `failed`: what was attempted, what came back, the next step. */
	error: z.string().nullable(),
	/** The model is not sent it. */
	hidden: z.boolean(),
});
export type TurnItem = z.infer<typeof TurnItem>;

/** One thing that a person sees. */
export const TranscriptItem = z.discriminatedUnion("kind", [CellItem, TurnItem]);
export type TranscriptItem = z.infer<typeof TranscriptItem>;
