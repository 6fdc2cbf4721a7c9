import { z } from "zod";
import { Participant } from "./content.ts";
import { SessionEvent, SessionHint, StoredEvent } from "./events.ts";
import { AbsolutePath, FilePath, Id, RequestId, SearchText, Title } from "./limits.ts";
import { Settings, SettingsPatch } from "./settings.ts";
import { TranscriptItem } from "./transcript.ts";

/**
 * A kernel that a client started, for the server to adopt: plain `python -m ipykernel_launcher -f FILE` is enough. The
 * file need not be there yet; it is waited for while the process lives.
 */
export const KernelLaunch = z.object({
	/** Jupyter's connection file: absolute path, readable by the server. */
	connectionFile: AbsolutePath,
	/** `null` when the client did not start it (`--existing`): then the server never ends it. */
	pid: z.int().min(1).nullable(),
	/** How to name it to a person, for example the interpreter's path. */
	label: z.string().max(4096),
});
export type KernelLaunch = z.infer<typeof KernelLaunch>;

/** What a session is now; with the transcript all that a client needs to draw. */
export const SessionState = z.object({
	sessionId: z.string(),
	title: z.string().nullable(),
	cwd: z.string(),
	settings: Settings,
	participants: z.array(Participant),
	kernel: z
		.object({
			kernelId: z.string(),
			status: z.enum(["starting", "idle", "busy", "dead"]),
			nextExecutionCount: z.int(),
			historySession: z.int().nullable(),
			historyFile: z.string().nullable(),
			banner: z.string(),
		})
		.nullable(),
	/** Approvals that wait for an answer: events of kind `approvalAsked`. */
	approvals: z.array(SessionEvent),
	/** Turns that wait, in order. */
	queue: z.array(z.string()),
	runningTurn: z.string().nullable(),
});
export type SessionState = z.infer<typeof SessionState>;

export const NewSessionParams = z.object({
	requestId: RequestId,
	/** The session's folder, which is there: absolute. */
	cwd: AbsolutePath,
	/** `null` for a session without Python. */
	kernel: KernelLaunch.nullable(),
	settings: SettingsPatch,
	title: Title.optional(),
});
export type NewSessionParams = z.infer<typeof NewSessionParams>;

/** The caller is attached as controller; updates after `seq` follow. */
export const NewSessionResult = z.object({ participantId: z.string(), seq: z.int(), state: SessionState });
export type NewSessionResult = z.infer<typeof NewSessionResult>;

/**
 * Names a stored session: our id (or a unique prefix of it), IPython's session number, or nothing for the
 * newest of `cwd`. A number is looked up among this folder's sessions first.
 */
export const SessionRef = z.object({
	sessionId: Id.optional(),
	historySession: z.int().optional(),
	cwd: FilePath.optional(),
});
export type SessionRef = z.infer<typeof SessionRef>;

export const SessionSummary = z.object({
	sessionId: z.string(),
	title: z.string().nullable(),
	cwd: z.string(),
	/** Milliseconds since the epoch. */
	createdAt: z.int(),
	updatedAt: z.int(),
	cells: z.int(),
	turns: z.int(),
	lastPrompt: z.string().nullable(),
	backend: z.string().nullable(),
	historySession: z.int().nullable(),
	historyFile: z.string().nullable(),
	/** The session that this one is a fork of; it may be deleted since. */
	forkedFrom: z.string().nullable(),
	/** `live`: a kernel runs. `closed`: ended by a person. `lost`: neither. */
	state: z.enum(["live", "closed", "lost"]),
});
export type SessionSummary = z.infer<typeof SessionSummary>;

/** Sessions in which something was said or run, or that have a title, a kernel or participants. */
export const ListSessionsParams = z.object({
	/** Only this folder's sessions; falls back to its git root when it has none. Absent: all. */
	cwd: FilePath.optional(),
	/** Text to find in titles and prompts. */
	search: SearchText.optional(),
	/** 100 when absent. */
	limit: z.int().min(1).max(1000).optional(),
	/** `nextCursor` of the page before. */
	cursor: z.string().max(100).optional(),
});
export type ListSessionsParams = z.infer<typeof ListSessionsParams>;

export const ListSessionsResult = z.object({
	sessions: z.array(SessionSummary),
	nextCursor: z.string().nullable(),
});
export type ListSessionsResult = z.infer<typeof ListSessionsResult>;

/** Opens a stored session and attaches to it. Nothing runs: cells are shown, not executed. */
export const ResumeSessionParams = z.object({
	requestId: RequestId,
	ref: SessionRef,
	settings: SettingsPatch,
	/** How many of the newest transcript items to send; 200 when absent. */
	limit: z.int().min(0).max(5000).optional(),
});
export type ResumeSessionParams = z.infer<typeof ResumeSessionParams>;

export const AttachSessionParams = z.object({
	ref: SessionRef,
	role: z.enum(["controller", "observer"]),
	/** The last sequence number the client has; `null` asks for a snapshot. */
	since: z.int().min(0).nullable(),
	/** How many of the newest transcript items a snapshot holds; 200 when absent. */
	limit: z.int().min(0).max(5000).optional(),
});
export type AttachSessionParams = z.infer<typeof AttachSessionParams>;

/**
 * Either exactly the events after `since`, or a snapshot when the cursor is too old or unknown. Updates after
 * `seq` follow as `session/update`, with no gap and no repetition.
 */
export const AttachSessionResult = z.object({
	participantId: z.string(),
	seq: z.int(),
	state: SessionState,
	replay: z.discriminatedUnion("kind", [
		z.object({ kind: z.literal("events"), events: z.array(StoredEvent) }),
		z.object({ kind: z.literal("snapshot"), items: z.array(TranscriptItem), hasEarlier: z.boolean() }),
	]),
});
export type AttachSessionResult = z.infer<typeof AttachSessionResult>;

/** Earlier transcript items, oldest first, all with a `seq` below `before`. */
export const ReadTranscriptParams = z.object({
	sessionId: Id,
	/** A sequence number; `null` for the newest. */
	before: z.int().min(0).nullable(),
	limit: z.int().min(1).max(5000),
});
export type ReadTranscriptParams = z.infer<typeof ReadTranscriptParams>;
export const ReadTranscriptResult = z.object({ items: z.array(TranscriptItem), hasEarlier: z.boolean() });
export type ReadTranscriptResult = z.infer<typeof ReadTranscriptResult>;

export const SessionParams = z.object({ sessionId: Id });
export type SessionParams = z.infer<typeof SessionParams>;

/**
 * Leaves, and ends the session: its kernel too when this server may end it. The transcript stays. Where other
 * controllers work in the session it goes on for them, unless `force` says that it ends for all.
 */
export const CloseSessionParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	force: z.boolean().optional(),
});
export type CloseSessionParams = z.infer<typeof CloseSessionParams>;
export const CloseSessionResult = z.object({
	/** False when the caller has only left. */
	ended: z.boolean(),
	/** The other controllers, by name, that the session goes on for or was ended for. */
	others: z.array(z.string()),
});
export type CloseSessionResult = z.infer<typeof CloseSessionResult>;

/** Leaves; the kernel stays alive for a later `session/attach`. */
export const DetachSessionParams = z.object({ sessionId: Id });
export type DetachSessionParams = z.infer<typeof DetachSessionParams>;

export const ConfigureSessionParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	settings: SettingsPatch,
});
export type ConfigureSessionParams = z.infer<typeof ConfigureSessionParams>;
export const ConfigureSessionResult = z.object({ settings: Settings });
export type ConfigureSessionResult = z.infer<typeof ConfigureSessionResult>;

/** New conversation, same namespace: earlier prompts and cells are not sent any more. */
export const ResetSessionParams = z.object({ sessionId: Id, requestId: RequestId });
export type ResetSessionParams = z.infer<typeof ResetSessionParams>;

/** `seq` is the event's own, or for a hint that of the last event before it. */
export const SessionUpdateParams = z.discriminatedUnion("kind", [
	z.object({
		kind: z.literal("event"),
		sessionId: z.string(),
		seq: z.int(),
		at: z.int(),
		event: SessionEvent,
	}),
	z.object({ kind: z.literal("hint"), sessionId: z.string(), seq: z.int(), hint: SessionHint }),
	/** The client fell too far behind: it attaches again with its cursor. */
	z.object({ kind: z.literal("overrun"), sessionId: z.string(), seq: z.int() }),
]);
export type SessionUpdateParams = z.infer<typeof SessionUpdateParams>;

export const Empty = z.object({});
export type Empty = z.infer<typeof Empty>;
