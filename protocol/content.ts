import { z } from "zod";
import { ParticipantId } from "./ids.ts";
import { LongText } from "./limits.ts";

/**
 * In a prompt: this was not typed as the request but goes with it (a selection, a file, a diagnostic). The model gets
 * it marked as such, and references in it are text.
 */
const Quoted = z.literal(true).optional();

/** A part of a prompt, an answer or a tool result. Pictures are base64. */
export const Content = z.discriminatedUnion("kind", [
	/** Words. */
	z.object({ kind: z.literal("text"), text: z.string(), quoted: Quoted }),
	/** A picture. */
	z.object({
		kind: z.literal("image"),
		/** For example `image/png`. */
		mimeType: z.string(),
		/** Base64. */
		data: z.string(),
	}),
]);
export type Content = z.infer<typeof Content>;

/**
 * What a client sends as a prompt, in order: at most 1,000,000 characters of text and 5,000,000 of pictures (base64)
 * in all.
 */
export const PromptContent = z
	.array(
		z.discriminatedUnion("kind", [
			/** Words. */
			z.object({ kind: z.literal("text"), text: LongText, quoted: Quoted }),
			/** A picture. */
			z.object({
				kind: z.literal("image"),
				/** `image/png`, `image/jpeg`, `image/gif` or `image/webp` for most models. */
				mimeType: z.string().max(100),
				/** Base64. */
				data: z.string().max(5_000_000),
			}),
		]),
	)
	.min(1)
	.max(100)
	.refine((parts) => parts.some((part) => part.kind === "image" || part.text.trim() !== ""), {
		message: "holds nothing to send",
	})
	.refine((parts) => sum(parts.map((part) => (part.kind === "text" ? part.text.length : 0))) <= 1_000_000, {
		message: "holds more than 1000000 characters of text",
	})
	.refine((parts) => sum(parts.map((part) => (part.kind === "image" ? part.data.length : 0))) <= 5_000_000, {
		message: "holds more than 5000000 characters of pictures",
	});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** A MIME bundle as Jupyter sends it: text types as strings, `application/json` as a value, pictures as base64. */
export const MimeBundle = z.record(z.string(), z.unknown());
export type MimeBundle = z.infer<typeof MimeBundle>;

/** Which stream it was printed to. */
const streamName = z.enum(["stdout", "stderr"]);

/**
 * The middle of a long output, of which a cell has at most one: told again it replaces what it said before, where it
 * stands. The beginning goes before it, values and errors come behind it whatever was printed.
 */
export const OmittedOutput = z.object({
	kind: z.literal("omitted"),
	/** How much was left out in this place, in UTF-16 units. */
	chars: z.int(),
	/** For `output/read`: all that was printed from this place on, `tail` included, as far as it is kept. */
	blobId: z.string().nullable(),
	/** The newest of what was printed, oldest first: it follows what was left out. Older logs lack it. */
	tail: z
		.array(
			z.object({
				name: streamName,
				/** What was printed. */
				text: z.string(),
			}),
		)
		.optional(),
});
export type OmittedOutput = z.infer<typeof OmittedOutput>;

/** What a cell printed, showed or raised: Jupyter's output messages in camelCase. */
export const Output = z.discriminatedUnion("kind", [
	/** What was printed. */
	z.object({ kind: z.literal("stream"), name: streamName, text: z.string() }),
	/** What was shown. */
	z.object({
		kind: z.literal("displayData"),
		data: MimeBundle,
		metadata: MimeBundle,
		/** Names it for `updateDisplayData`. */
		displayId: z.string().optional(),
	}),
	/** What was shown before is another now. */
	z.object({
		kind: z.literal("updateDisplayData"),
		data: MimeBundle,
		metadata: MimeBundle,
		/** What it replaces. */
		displayId: z.string(),
	}),
	/** The value of the cell. */
	z.object({
		kind: z.literal("executeResult"),
		/** As in `Out[7]`. */
		executionCount: z.int(),
		data: MimeBundle,
		metadata: MimeBundle,
	}),
	/** What was raised. */
	z.object({
		kind: z.literal("error"),
		/** The exception's class. */
		ename: z.string(),
		/** Its message. */
		evalue: z.string(),
		/** The traceback as IPython shows it, in colours (ANSI). */
		traceback: z.array(z.string()),
	}),
	/** What stands there so far goes: at once, or with `wait` when the next output comes. */
	z.object({ kind: z.literal("clearOutput"), wait: z.boolean() }),
	OmittedOutput,
]);
export type Output = z.infer<typeof Output>;

/** A piece of what a model is sent. */
export const ContextPart = z.object({
	/** Where it came from, for a person. */
	label: z.string(),
	/** How much of it is sent. */
	chars: z.int(),
	/** How much of it is not. */
	cutChars: z.int(),
});
export type ContextPart = z.infer<typeof ContextPart>;

/** A program that a tool left running in a terminal of its own. */
export const RunningTerminal = z.object({
	/** Its number, as the tools name it. */
	id: z.int(),
	/** The command line, at most 200 characters of it. */
	command: z.string().max(200),
});
export type RunningTerminal = z.infer<typeof RunningTerminal>;

/** One participant as others see it. */
export const Participant = z.object({
	participantId: ParticipantId,
	/** The client's name, for example `ipyai terminal`; the second of a kind is `ipyai terminal 2`. */
	name: z.string(),
	/** Observers see everything and change nothing. */
	role: z.enum(["controller", "observer"]),
	/** Here for one command of an editor: nothing to tell a person of. Absent where it is not so. */
	visiting: z.literal(true).optional(),
});
export type Participant = z.infer<typeof Participant>;

/** Tokens of one turn; `null` means the provider did not say. `costUsd` likewise. */
export const Usage = z.object({
	/** Read by the model, without those from a cache. */
	inputTokens: z.int().nullable(),
	/** Written by the model. */
	outputTokens: z.int().nullable(),
	/** Taken from the provider's cache. */
	cacheReadTokens: z.int().nullable(),
	/** Put into it. */
	cacheWriteTokens: z.int().nullable(),
	/** What it cost, in dollars. */
	costUsd: z.number().nullable(),
	/** Tokens that the last request of the turn held in all: what fills the model's window. */
	contextTokens: z.int().nullable(),
	/** The model's window, where known. */
	contextWindow: z.int().nullable(),
});
export type Usage = z.infer<typeof Usage>;

/** Why a turn ended. Told exactly once per turn. */
export const StopReason = z.enum(["endTurn", "maxTokens", "maxTurns", "refusal", "cancelled", "failed"]);
export type StopReason = z.infer<typeof StopReason>;
