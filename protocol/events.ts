import { z } from "zod";
import { TurnChanges } from "./changes.ts";
import {
	Content,
	ContextPart,
	OmittedOutput,
	Output,
	Participant,
	RunningTerminal,
	StopReason,
	Usage,
} from "./content.ts";
import {
	ApprovalId,
	By,
	CallId,
	CellId,
	ExecutionCount,
	ItemId,
	KernelId,
	ParticipantId,
	Seq,
	SessionId,
	TurnId,
} from "./ids.ts";
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
	z.object({
		/** Go over to another session. */
		kind: z.literal("resume"),
		/** A number or the beginning of an id as typed; `null` lets the person choose. */
		session: z.string().nullable(),
	}),
]);
export type CommandAction = z.infer<typeof CommandAction>;

/** Jupyter's execute payloads that a client acts on, and what a `%ipyai` in the cell leaves to it. */
export const CellPayload = z.discriminatedUnion("kind", [
	/** Show this text in a pager. */
	z.object({ kind: z.literal("page"), text: z.string() }),
	z.object({
		/** Put this text into the next input. */
		kind: z.literal("setNextInput"),
		text: z.string(),
		/** In place of what stands there. */
		replace: z.boolean(),
	}),
	z.object({
		/** Open a file in the person's editor, as `%edit` does. */
		kind: z.literal("editMagic"),
		filename: z.string(),
		/** Counts from 1; 0 for none. */
		lineNumber: z.int(),
	}),
	z.object({
		/** The person typed `exit`. */
		kind: z.literal("askExit"),
		/** `exit(keep_kernel=True)`: leave, and keep it. */
		keepKernel: z.boolean(),
	}),
	/** A `%ipyai` in the cell leaves this to the client. */
	z.object({ kind: z.literal("command"), action: CommandAction }),
]);
export type CellPayload = z.infer<typeof CellPayload>;

/** `allowAlways` only where `always` says what that means. */
export const Decision = z.enum(["allow", "allowAlways", "deny"]);
export type Decision = z.infer<typeof Decision>;

/** A call as a person is asked about it. */
export const ApprovalCard = z.object({
	/** The tool, with the arguments that the text does not tell. */
	title: z.string(),
	/** What would run or change, in full. */
	text: z.string(),
	/** What the text is. */
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
		/** The first event of a session. */
		kind: z.literal("sessionCreated"),
		/** The session's folder, absolute. */
		cwd: z.string(),
		/** What a person named it. */
		title: z.string().nullable(),
		/** The session whose past this one shares, and the last of its events that is shared. */
		forkedFrom: z.object({ sessionId: SessionId, seq: Seq }).optional(),
	}),
	/** It has a title. */
	z.object({ kind: z.literal("sessionRenamed"), title: z.string() }),
	/** All settings as they are now. */
	z.object({ kind: z.literal("settingsChanged"), settings: Settings }),
	/** Somebody takes part. Told again for one who attaches again. */
	z.object({ kind: z.literal("participantJoined"), participant: Participant }),
	z.object({
		/** Somebody takes part no more. */
		kind: z.literal("participantLeft"),
		participantId: ParticipantId,
		/** `lost`: the connection ended unasked. */
		reason: z.enum(["detached", "lost"]),
	}),

	z.object({
		/** Python is there. */
		kind: z.literal("kernelAttached"),
		kernelId: KernelId,
		/** The number the next input takes. */
		nextExecutionCount: z.int(),
		/** IPython's number of this session in its history file, which `-r N` finds it by; `null` where there is none. */
		historySession: z.int().nullable(),
		/** IPython's history file. */
		historyFile: z.string().nullable(),
		/** For example `Python 3.11.7, IPython 9.18.1`. */
		banner: z.string(),
		/** True when the namespace is new although the session had one before. */
		fresh: z.boolean(),
	}),
	z.object({
		/** Python is gone. Cells that ran have ended as `lost`. */
		kind: z.literal("kernelDetached"),
		kernelId: KernelId,
		/** `died`: it ended unasked. `failed`: it did not start. */
		reason: z.enum(["died", "failed", "exited", "restarted", "released"]),
		/** For `died` what is known of the cause, in a few words; for `failed` why, in sentences. */
		detail: z.string().optional(),
	}),

	z.object({
		/** A cell was taken, and runs when those before it have ended. */
		kind: z.literal("cellStarted"),
		cellId: CellId,
		kernelId: KernelId,
		/** As it was sent. */
		code: z.string(),
		by: By,
		byName: ByName,
		executionCount: ExecutionCount,
		quoted: Quoted,
	}),
	/** A cell printed, showed or raised something. */
	z.object({ kind: z.literal("cellOutput"), cellId: CellId, output: Output }),
	z.object({
		/** Told once for each cell. */
		kind: z.literal("cellFinished"),
		cellId: CellId,
		status: CellStatus,
		executionCount: ExecutionCount,
		/** What the client is to do now, if the cell is its person's. */
		payloads: z.array(CellPayload),
	}),
	/**
	 * Output that came while its cell did not run: of a thread, a timer, a task, a child process. `cellId` and
	 * `executionCount` are those of the cell that began it. Where that is not known, and for what Python says as it
	 * starts, `executionCount` is `null`, and the first such output makes an item of this id: a cell without code.
	 */
	z.object({
		kind: z.literal("lateOutput"),
		cellId: CellId,
		kernelId: KernelId,
		executionCount: ExecutionCount,
		output: Output,
	}),

	z.object({
		/** A prompt is stored and waits for its turn. */
		kind: z.literal("promptAccepted"),
		turnId: TurnId,
		/** What was asked. */
		content: z.array(Content),
		/** As typed, dot and all: what history shows. */
		source: z.string(),
		by: By,
		byName: ByName,
	}),
	z.object({
		/** A waiting prompt is another now. */
		kind: z.literal("promptEdited"),
		turnId: TurnId,
		/** What is asked now. */
		content: z.array(Content),
		/** As `promptAccepted` has it. Older logs lack it. */
		source: z.string().optional(),
	}),
	/** A waiting prompt will not be asked. */
	z.object({ kind: z.literal("promptRemoved"), turnId: TurnId }),
	z.object({
		/** The prompt has taken an input number, as a cell does. Comes later than `turnStarted` when the kernel was busy. */
		kind: z.literal("promptNumbered"),
		turnId: TurnId,
		/** As in `In [8]`. */
		executionCount: z.int(),
	}),
	z.object({
		/** The request leaves for the model. */
		kind: z.literal("turnStarted"),
		turnId: TurnId,
		/** The turn before it in the conversation. */
		parentId: z.string().nullable(),
		/** Who is asked. */
		backend: z.string(),
		/** Which model of it. */
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
	/** A piece of the answer, whole: it replaces its deltas. Markdown. */
	z.object({ kind: z.literal("text"), turnId: TurnId, itemId: ItemId, text: z.string() }),
	/** A piece of what the model thought, likewise. */
	z.object({ kind: z.literal("thinking"), turnId: TurnId, itemId: ItemId, text: z.string() }),
	z.object({
		/** The model calls a tool. */
		kind: z.literal("toolCall"),
		turnId: TurnId,
		callId: CallId,
		/** The tool. */
		name: z.string(),
		/** Its arguments. */
		args: z.record(z.string(), z.unknown()),
		/** `provider`: a tool of the provider's own. */
		executor: z.enum(["server", "provider"]),
	}),
	z.object({
		/** What a call came to, also when it was refused. */
		kind: z.literal("toolResult"),
		turnId: TurnId,
		callId: CallId,
		/** As the model is told. */
		content: z.array(Content),
		/** It failed, or was not run. */
		isError: z.boolean(),
	}),
	/** What the turn's tools changed; told before its end, and only when there is something. */
	z.object({ kind: z.literal("turnChanges"), turnId: TurnId, changes: TurnChanges }),
	/** What was added to the turn, where the model took it. */
	z.object({ kind: z.literal("steered"), turnId: TurnId, content: z.array(Content) }),
	z.object({
		/** Told once for each turn that started, and for one that could not. */
		kind: z.literal("turnFinished"),
		turnId: TurnId,
		stopReason: StopReason,
		/** What it took; `null` where that is not known. */
		usage: Usage.nullable(),
		/** For `failed`: what was attempted, what came back, the next step. */
		error: z.string().nullable(),
	}),
	/** The model is not sent this turn from now on, or is again. */
	z.object({ kind: z.literal("turnHidden"), turnId: TurnId, hidden: z.boolean() }),
	/** A new conversation begins: nothing from before is sent any more. */
	z.object({ kind: z.literal("conversationReset") }),
	z.object({
		/** What is sent to the model no longer begins with what was sent before. */
		kind: z.literal("epochStarted"),
		/** Why, for a person. */
		reason: z.string(),
		/**
		 * The conversation neared the model's window: its turns up to and with one are sent as this summary from now
		 * on. The turns themselves stay in the log. Hiding one of them takes the summary back.
		 */
		folded: z
			.object({
				/** The last turn that it stands for. */
				throughTurnId: TurnId,
				/** How many turns it stands for. */
				turns: z.int(),
				/** What is sent instead of them. */
				summary: z.string(),
				/** What making it took. */
				usage: Usage.nullable(),
			})
			.optional(),
	}),

	z.object({
		/** A tool call waits for a person's permission. */
		kind: z.literal("approvalAsked"),
		approvalId: ApprovalId,
		/** Of no turn where a program proposes a cell. */
		turnId: TurnId,
		callId: CallId,
		/** The tool. */
		tool: z.string(),
		/** The arguments that the permission is for, exactly. */
		args: z.record(z.string(), z.unknown()),
		/** What "always" would allow, in words; `null` when it is not offered. */
		always: z.string().nullable(),
		/** How the call is to be shown, where its arguments alone do not say what it would do. */
		card: ApprovalCard.optional(),
	}),
	z.object({
		/** It waits no more. */
		kind: z.literal("approvalAnswered"),
		approvalId: ApprovalId,
		/** `unanswered`: nobody could answer. `cancelled`: the turn ended first. */
		outcome: z.enum(["allow", "allowAlways", "deny", "unanswered", "cancelled"]),
		by: By,
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
	/** More of a piece of the answer. */
	z.object({ kind: z.literal("textDelta"), turnId: TurnId, itemId: ItemId, delta: z.string() }),
	/** More of what the model thinks. */
	z.object({ kind: z.literal("thinkingDelta"), turnId: TurnId, itemId: ItemId, delta: z.string() }),
	/** A running cell goes on printing beyond what is kept of it: its `omitted` output as it stands now. */
	z.object({ kind: z.literal("omittedGrew"), cellId: CellId, output: OmittedOutput }),
	/** More of what a tool prints while it runs. */
	z.object({ kind: z.literal("toolOutput"), turnId: TurnId, callId: CallId, delta: z.string() }),
	/** A tool call waits for the main shell, or no longer does. */
	z.object({ kind: z.literal("toolWaiting"), turnId: TurnId, callId: CallId, waiting: z.boolean() }),
	z.object({
		/** The provider is asked again after a pause. */
		kind: z.literal("retrying"),
		turnId: TurnId,
		/** 1 for the first time again. */
		attempt: z.int(),
		/** How long the pause is. */
		delayMs: z.int(),
		/** What the provider said. */
		reason: z.string(),
	}),
	z.object({
		/** The answer waits for something that takes long, for example a download. */
		kind: z.literal("progress"),
		turnId: TurnId,
		/** What it is. */
		text: z.string(),
		/** How much of it is done. */
		share: z.number().min(0).max(1).nullable(),
	}),
	z.object({
		/** The session does something long beside turns and cells, such as loading a notebook. */
		kind: z.literal("working"),
		/** What it is; `null` when it is done. */
		text: z.string().nullable(),
		/** How much of it is done. */
		share: z.number().min(0).max(1).nullable(),
	}),
	/** How Python fares, for a status line. */
	z.object({ kind: z.literal("kernelStatus"), status: z.enum(["starting", "idle", "busy", "dead", "none"]) }),
	/** What the AI's tools left running, all of it, after something began or ended. */
	z.object({ kind: z.literal("terminals"), running: z.array(RunningTerminal) }),
	/** Something that a person should read now, and that is no part of the transcript. */
	z.object({ kind: z.literal("notice"), level: z.enum(["info", "warning", "error"]), text: z.string() }),
]);
export type SessionHint = z.infer<typeof SessionHint>;

/** A lasting event with its place and time (milliseconds since the epoch). */
export const StoredEvent = z.object({
	seq: Seq,
	/** Milliseconds since the epoch. */
	at: z.int(),
	event: SessionEvent,
});
export type StoredEvent = z.infer<typeof StoredEvent>;
