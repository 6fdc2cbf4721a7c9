import { z } from "zod";
import { Content, Output, StopReason, Usage } from "./content.ts";
import { ByName, CellPayload, CellStatus, Quoted } from "./events.ts";

/** A cell as it stands now: the fold of its events. `status` is `running` until it finished. */
export const CellItem = z.object({
	kind: z.literal("cell"),
	/** Sequence number of `cellStarted`. */
	seq: z.int(),
	cellId: z.string(),
	kernelId: z.string(),
	code: z.string(),
	by: z.string().nullable(),
	byName: ByName,
	executionCount: z.int().nullable(),
	quoted: Quoted,
	status: z.enum([...CellStatus.options, "running"]),
	outputs: z.array(Output),
	payloads: z.array(CellPayload),
});
export type CellItem = z.infer<typeof CellItem>;

/** A part of an answer, in the order it came. */
export const AnswerPart = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("text"), itemId: z.string(), text: z.string() }),
	z.object({ kind: z.literal("thinking"), itemId: z.string(), text: z.string() }),
	z.object({
		kind: z.literal("toolCall"),
		callId: z.string(),
		name: z.string(),
		args: z.record(z.string(), z.unknown()),
		executor: z.enum(["server", "provider"]),
		/** `null` while the call runs, or when the turn ended first. */
		result: z.object({ content: z.array(Content), isError: z.boolean() }).nullable(),
	}),
	z.object({ kind: z.literal("steer"), content: z.array(Content) }),
]);
export type AnswerPart = z.infer<typeof AnswerPart>;

/** A prompt and its answer as they stand now: the fold of a turn's events. */
export const TurnItem = z.object({
	kind: z.literal("turn"),
	/** Sequence number of `promptAccepted`. */
	seq: z.int(),
	turnId: z.string(),
	parentId: z.string().nullable(),
	content: z.array(Content),
	source: z.string(),
	by: z.string().nullable(),
	byName: ByName,
	executionCount: z.int().nullable(),
	state: z.enum(["queued", "running", "finished", "removed"]),
	backend: z.string().nullable(),
	model: z.string().nullable(),
	parts: z.array(AnswerPart),
	stopReason: StopReason.nullable(),
	usage: Usage.nullable(),
	error: z.string().nullable(),
	hidden: z.boolean(),
});
export type TurnItem = z.infer<typeof TurnItem>;

export const TranscriptItem = z.discriminatedUnion("kind", [CellItem, TurnItem]);
export type TranscriptItem = z.infer<typeof TranscriptItem>;
