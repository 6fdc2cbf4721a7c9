import { z } from "zod";
import { Content, ContextPart, OmittedOutput, Output, Participant, StopReason, Usage } from "./content.ts";
import { Settings } from "./settings.ts";

/** A cell's end: `lost` means that the kernel died or was gone before the cell ended. */
export const CellStatus = z.enum(["ok", "error", "interrupted", "aborted", "lost"]);
export type CellStatus = z.infer<typeof CellStatus>;

/** What a `%ipyai` command leaves to the client, because only it can. */
export const CommandAction = z.discriminatedUnion("kind", [
	/** The text is long: show it in a pager. */
	z.object({ kind: z.literal("page") }),
	/** Leave, and keep the kernel. */
	z.object({ kind: z.literal("detach") }),
	/** End the kernel and start another. */
	z.object({ kind: z.literal("restart") }),
	/** Go over to another session: a number or the beginning of an id as typed; `null` lets the person choose. */
	z.object({ kind: z.literal("resume"), session: z.string().nullable() }),
]);
export type CommandAction = z.infer<typeof CommandAction>;

/** Jupyter's execute payloads that a client acts on, and what a `%ipyai` in the cell leaves to it. */
export const CellPayload = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("page"), text: z.string() }),
	z.object({ kind: z.literal("setNextInput"), text: z.string(), replace: z.boolean() }),
	z.object({ kind: z.literal("editMagic"), filename: z.string(), lineNumber: z.int() }),
	z.object({ kind: z.literal("askExit"), keepKernel: z.boolean() }),
	z.object({ kind: z.literal("command"), action: CommandAction }),
]);
export type CellPayload = z.infer<typeof CellPayload>;

export const Decision = z.enum(["allow", "allowAlways", "deny"]);
export type Decision = z.infer<typeof Decision>;

/** A call as a person is asked about it. */
export const ApprovalCard = z.object({
	/** The tool, with the arguments that the text does not tell. */
	title: z.string(),
	/** What would run or change, in full. */
	text: z.string(),
	language: z.enum(["python", "bash", "diff", "text"]),
	/** What else to know: what each command may touch, or that variables changed since. */
	notes: z.array(z.string()),
});
export type ApprovalCard = z.infer<typeof ApprovalCard>;

/** The name of the participant `by` at that time: it is known when they are gone. Older logs lack it. */
export const ByName = z.string().optional();

/**
 * The code was not typed now but stands in a file (an editor's buffer, a notebook, an earlier session): should it be
 * a note, references in it are text.
 */
export const Quoted = z.literal(true).optional();

/**
 * Lasting events of a session: the truth. Each has a sequence number, is committed before it is announced,
 * and is sent in order as `session/update`. Field names follow LSP, ACP and Jupyter.
 */
export const SessionEvent = z.discriminatedUnion("kind", [
	z.object({
		kind: z.literal("sessionCreated"),
		cwd: z.string(),
		title: z.string().nullable(),
		/** The session whose past this one shares, and the last of its events that is shared. */
		forkedFrom: z.object({ sessionId: z.string(), seq: z.int() }).optional(),
	}),
	z.object({ kind: z.literal("sessionRenamed"), title: z.string() }),
	z.object({ kind: z.literal("settingsChanged"), settings: Settings }),
	z.object({ kind: z.literal("participantJoined"), participant: Participant }),
	z.object({
		kind: z.literal("participantLeft"),
		participantId: z.string(),
		reason: z.enum(["detached", "lost"]),
	}),

	z.object({
		kind: z.literal("kernelAttached"),
		kernelId: z.string(),
		/** The number the next input takes. */
		nextExecutionCount: z.int(),
		/** IPython's session number and history file: `-r N` resolves them. `null` when the host has none. */
		historySession: z.int().nullable(),
		historyFile: z.string().nullable(),
		/** For example `Python 3.11.7, IPython 9.18.1`. */
		banner: z.string(),
		/** True when the namespace is new although the session had one before. */
		fresh: z.boolean(),
	}),
	z.object({
		kind: z.literal("kernelDetached"),
		kernelId: z.string(),
		/** `died`: it ended unasked. `failed`: it did not start. */
		reason: z.enum(["died", "failed", "exited", "restarted", "released"]),
		/** For `died` what is known of the cause, in a few words; for `failed` why, in sentences. */
		detail: z.string().optional(),
	}),

	z.object({
		kind: z.literal("cellStarted"),
		cellId: z.string(),
		kernelId: z.string(),
		code: z.string(),
		/** Participant, or `null` for a client outside of this server. */
		by: z.string().nullable(),
		byName: ByName,
		executionCount: z.int().nullable(),
		quoted: Quoted,
	}),
	z.object({ kind: z.literal("cellOutput"), cellId: z.string(), output: Output }),
	z.object({
		kind: z.literal("cellFinished"),
		cellId: z.string(),
		status: CellStatus,
		executionCount: z.int().nullable(),
		payloads: z.array(CellPayload),
	}),
	/**
	 * Output that came while its cell did not run: of a thread, a timer, a task, a child process. `cellId` and
	 * `executionCount` are those of the cell that began it. Where that is not known, and for what Python says as it
	 * starts, `executionCount` is `null`, and the first such output makes an item of this id: a cell without code.
	 */
	z.object({
		kind: z.literal("lateOutput"),
		cellId: z.string(),
		kernelId: z.string(),
		executionCount: z.int().nullable(),
		output: Output,
	}),

	z.object({
		kind: z.literal("promptAccepted"),
		turnId: z.string(),
		content: z.array(Content),
		/** As typed, dot and all: what history shows. */
		source: z.string(),
		by: z.string().nullable(),
		byName: ByName,
	}),
	z.object({
		kind: z.literal("promptEdited"),
		turnId: z.string(),
		content: z.array(Content),
		/** As `promptAccepted` has it. Older logs lack it. */
		source: z.string().optional(),
	}),
	z.object({ kind: z.literal("promptRemoved"), turnId: z.string() }),
	/** The input number a prompt took. Comes later than `turnStarted` when the kernel was busy. */
	z.object({ kind: z.literal("promptNumbered"), turnId: z.string(), executionCount: z.int() }),
	z.object({
		kind: z.literal("turnStarted"),
		turnId: z.string(),
		parentId: z.string().nullable(),
		backend: z.string(),
		model: z.string(),
		/** What the model is sent for this turn, rendered once. */
		rendered: z.array(Content),
		/** Context holds the events up to this one: the next turn's context begins after it. */
		renderPoint: z.int(),
		/** Problems with refs and what was left out, in sentences. */
		warnings: z.array(z.string()),
		/** Where each part of `rendered` came from, in order. Older logs lack it. */
		parts: z.array(ContextPart).optional(),
	}),
	z.object({ kind: z.literal("text"), turnId: z.string(), itemId: z.string(), text: z.string() }),
	z.object({ kind: z.literal("thinking"), turnId: z.string(), itemId: z.string(), text: z.string() }),
	z.object({
		kind: z.literal("toolCall"),
		turnId: z.string(),
		callId: z.string(),
		name: z.string(),
		args: z.record(z.string(), z.unknown()),
		executor: z.enum(["server", "provider"]),
	}),
	z.object({
		kind: z.literal("toolResult"),
		turnId: z.string(),
		callId: z.string(),
		content: z.array(Content),
		isError: z.boolean(),
	}),
	z.object({ kind: z.literal("steered"), turnId: z.string(), content: z.array(Content) }),
	z.object({
		kind: z.literal("turnFinished"),
		turnId: z.string(),
		stopReason: StopReason,
		usage: Usage.nullable(),
		/** For `failed`: what was attempted, what came back, the next step. */
		error: z.string().nullable(),
	}),
	z.object({ kind: z.literal("turnHidden"), turnId: z.string(), hidden: z.boolean() }),
	z.object({ kind: z.literal("conversationReset") }),
	/** What is sent to the model no longer begins with what was sent before, and why. */
	z.object({
		kind: z.literal("epochStarted"),
		reason: z.string(),
		/**
		 * The conversation neared the model's window: its turns up to and with one are sent as this summary from now
		 * on. The turns themselves stay in the log. Hiding one of them takes the summary back.
		 */
		folded: z
			.object({
				throughTurnId: z.string(),
				/** How many turns it stands for. */
				turns: z.int(),
				summary: z.string(),
				usage: Usage.nullable(),
			})
			.optional(),
	}),

	z.object({
		kind: z.literal("approvalAsked"),
		approvalId: z.string(),
		turnId: z.string(),
		callId: z.string(),
		tool: z.string(),
		args: z.record(z.string(), z.unknown()),
		/** What "always" would allow, in words; `null` when it is not offered. */
		always: z.string().nullable(),
		/** How the call is to be shown, where its arguments alone do not say what it would do. */
		card: ApprovalCard.optional(),
	}),
	z.object({
		kind: z.literal("approvalAnswered"),
		approvalId: z.string(),
		/** `unanswered`: nobody could answer. `cancelled`: the turn ended first. */
		outcome: z.enum(["allow", "allowAlways", "deny", "unanswered", "cancelled"]),
		by: z.string().nullable(),
		/** The reason that came with `deny`; with `unanswered` how the person can allow it. */
		message: z.string().nullable(),
	}),
]);
export type SessionEvent = z.infer<typeof SessionEvent>;

/**
 * Hints: sent while something happens, never stored; the lasting event that follows replaces them.
 * A client that ignores every hint still ends with the same transcript.
 */
export const SessionHint = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("textDelta"), turnId: z.string(), itemId: z.string(), delta: z.string() }),
	z.object({ kind: z.literal("thinkingDelta"), turnId: z.string(), itemId: z.string(), delta: z.string() }),
	/** A running cell goes on printing beyond what is kept of it: its `omitted` output as it stands now. */
	z.object({ kind: z.literal("omittedGrew"), cellId: z.string(), output: OmittedOutput }),
	z.object({ kind: z.literal("toolOutput"), turnId: z.string(), callId: z.string(), delta: z.string() }),
	/** A tool call waits for the main shell, or no longer does. */
	z.object({ kind: z.literal("toolWaiting"), turnId: z.string(), callId: z.string(), waiting: z.boolean() }),
	z.object({
		kind: z.literal("retrying"),
		turnId: z.string(),
		attempt: z.int(),
		delayMs: z.int(),
		reason: z.string(),
	}),
	/** The answer waits for something that takes long, for example a download. `share`: how much of it is done. */
	z.object({
		kind: z.literal("progress"),
		turnId: z.string(),
		text: z.string(),
		share: z.number().min(0).max(1).nullable(),
	}),
	/** The session does something long beside turns and cells, such as loading a notebook. `text`: `null` when it is done. */
	z.object({
		kind: z.literal("working"),
		text: z.string().nullable(),
		share: z.number().min(0).max(1).nullable(),
	}),
	z.object({ kind: z.literal("kernelStatus"), status: z.enum(["starting", "idle", "busy", "dead", "none"]) }),
	z.object({ kind: z.literal("notice"), level: z.enum(["info", "warning", "error"]), text: z.string() }),
]);
export type SessionHint = z.infer<typeof SessionHint>;

/** A lasting event with its place and time (milliseconds since the epoch). */
export const StoredEvent = z.object({ seq: z.int(), at: z.int(), event: SessionEvent });
export type StoredEvent = z.infer<typeof StoredEvent>;
