import { z } from "zod";
import { Participant, RunningTerminal } from "./content.ts";
import { SessionEvent, SessionHint, StoredEvent } from "./events.ts";
import { CellId, KernelId, ParticipantId, Seq, SessionId } from "./ids.ts";
import { AbsolutePath, FilePath, Id, RequestId, SearchText, Title } from "./limits.ts";
import { Settings, SettingsPatch } from "./settings.ts";
import { TranscriptItem } from "./transcript.ts";

/** How to name a kernel to a person, for example by its interpreter's path. */
const label = z.string().max(4096);

/**
 * A kernel that the client started on the server's machine: plain `python -m ipykernel_launcher -f FILE` is enough. It is
 * the session's own: the server ends it with the session, and takes away what it leaves on disk.
 */
export const StartedKernel = z.object({
	kind: z.literal("started"),
	/** Jupyter's connection file: absolute path. It need not be there yet; it is waited for while the process lives. */
	connectionFile: AbsolutePath,
	/** Of the process that the client started. Where it leads its process group, the group is ended with it. */
	pid: z.int().min(1),
	label,
});
export type StartedKernel = z.infer<typeof StartedKernel>;

/** A kernel on the server's machine that somebody else started (`--existing`): the server never ends it. */
export const ExistingKernel = z.object({
	kind: z.literal("existing"),
	/** Jupyter's connection file: absolute path, readable by the server; it is there, or comes within 10 s. */
	connectionFile: AbsolutePath,
	label,
});

const Port = z.int().min(1).max(65_535);

/**
 * A kernel that is reached by its address alone, on whichever machine: its process and files are not looked at, and the
 * server never ends it. What Jupyter sends over the network is signed, not encrypted.
 */
export const RemoteKernel = z.object({
	kind: z.literal("remote"),
	/** What stands in the kernel's connection file, under Jupyter's names. */
	connection: z.object({
		transport: z.literal("tcp").optional(),
		/** A name or an address; an IPv6 address in brackets. */
		ip: z
			.string()
			.max(255)
			.regex(/^[\w.:[\]-]+$/),
		shell_port: Port,
		iopub_port: Port,
		stdin_port: Port,
		control_port: Port,
		hb_port: Port,
		signature_scheme: z.literal("hmac-sha256").optional(),
		/** Messages are signed with it. */
		key: z.string().min(1).max(4096),
	}),
	label,
});

/** A kernel for the server to adopt. Its kind says what the server may do with it. */
export const KernelLaunch = z.discriminatedUnion("kind", [StartedKernel, ExistingKernel, RemoteKernel]);
export type KernelLaunch = z.infer<typeof KernelLaunch>;

/** Python's `input()` or `getpass()` waits, or a program that a cell runs. */
export const InputRequest = z.object({
	/** Names it for `input/answer`. */
	inputId: z.string(),
	/** The cell that waits. */
	cellId: CellId,
	/** What to show in front of the answer. */
	prompt: z.string(),
	/** The answer is a secret: it is not shown, and not kept. */
	password: z.boolean(),
});
export type InputRequest = z.infer<typeof InputRequest>;

/** What a session is now; with the transcript all that a client needs to draw. */
export const SessionState = z.object({
	sessionId: SessionId,
	/** What a person named it. */
	title: z.string().nullable(),
	/** Its folder, absolute. */
	cwd: z.string(),
	settings: Settings,
	/** Who takes part, the caller too. */
	participants: z.array(Participant),
	/** Its Python; `null` where it has none. */
	kernel: z
		.object({
			kernelId: KernelId,
			/** `starting` until `kernelAttached`; before it the other fields mean nothing. */
			status: z.enum(["starting", "idle", "busy", "dead"]),
			/** The number the next input takes. */
			nextExecutionCount: z.int(),
			/** IPython's number of the session in its history file. */
			historySession: z.int().nullable(),
			/** IPython's history file. */
			historyFile: z.string().nullable(),
			/** For example `Python 3.13.1, IPython 9.18.1`. */
			banner: z.string(),
		})
		.nullable(),
	/** Approvals that wait for an answer: events of kind `approvalAsked`. */
	approvals: z.array(SessionEvent),
	/** Turns that wait, in order. */
	queue: z.array(z.string()),
	/** The turn that runs. */
	runningTurn: z.string().nullable(),
	/** What Python waits to be told; `null` for nothing. */
	input: InputRequest.nullable(),
	/** What the AI's tools left running, oldest first. */
	terminals: z.array(RunningTerminal),
});
export type SessionState = z.infer<typeof SessionState>;

export const NewSessionParams = z.object({
	requestId: RequestId,
	/** The session's folder, which is there. */
	cwd: AbsolutePath,
	/** `null` for a session without Python. */
	kernel: KernelLaunch.nullable(),
	/** What it runs with; what is absent is chosen by the person's files. */
	settings: SettingsPatch,
	/** None when absent. */
	title: Title.optional(),
});
export type NewSessionParams = z.infer<typeof NewSessionParams>;

/** The caller is attached as controller; updates after `seq` follow. */
export const NewSessionResult = z.object({
	/** Who the caller is in it. */
	participantId: ParticipantId,
	/** The last event that `state` tells of. */
	seq: Seq,
	state: SessionState,
});
export type NewSessionResult = z.infer<typeof NewSessionResult>;

/**
 * Names a stored session: our id (or a unique prefix of it), IPython's session number, or nothing for the
 * newest of `cwd`. A number is looked up among this folder's sessions first.
 */
export const SessionRef = z.object({
	/** Our id, or its beginning where no other begins so. */
	sessionId: Id.optional(),
	/** IPython's number of it. */
	historySession: z.int().optional(),
	/** The folder whose sessions come first. */
	cwd: FilePath.optional(),
});
export type SessionRef = z.infer<typeof SessionRef>;

/** A stored session, in a list. */
export const SessionSummary = z.object({
	sessionId: SessionId,
	/** What a person named it. */
	title: z.string().nullable(),
	/** Its folder, absolute. */
	cwd: z.string(),
	/** Milliseconds since the epoch. */
	createdAt: z.int(),
	/** When something happened in it last. */
	updatedAt: z.int(),
	/** How many cells ran in it. */
	cells: z.int(),
	/** How many prompts it has. */
	turns: z.int(),
	/** The beginning of the newest one. */
	lastPrompt: z.string().nullable(),
	/** Who was asked last. */
	backend: z.string().nullable(),
	/** IPython's number of it, where it has one. */
	historySession: z.int().nullable(),
	/** IPython's history file. */
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
	/**
	 * Newest first. On the first page also those that the Python ipyai and ipycodex left, with ids like `ipython-43`:
	 * resuming one copies it into a session of ours.
	 */
	sessions: z.array(SessionSummary),
	/** For `cursor`; `null` on the last page. */
	nextCursor: z.string().nullable(),
});
export type ListSessionsResult = z.infer<typeof ListSessionsResult>;

export const ResumeSessionParams = z.object({
	requestId: RequestId,
	ref: SessionRef,
	/** Wins over what is stored. */
	settings: SettingsPatch,
	/** How many of the newest transcript items to send; 200 when absent. */
	limit: z.int().min(0).max(5000).optional(),
});
export type ResumeSessionParams = z.infer<typeof ResumeSessionParams>;

/** Sent again, after `overrun` for example, it only tells what was missed. */
export const AttachSessionParams = z.object({
	ref: SessionRef,
	/** Observers see everything and change nothing. A controller becomes none by attaching again. */
	role: z.enum(["controller", "observer"]),
	/** The last sequence number the client has; `null` asks for a snapshot. */
	since: z.int().min(0).nullable(),
	/** How many of the newest transcript items a snapshot holds; 200 when absent. */
	limit: z.int().min(0).max(5000).optional(),
});
export type AttachSessionParams = z.infer<typeof AttachSessionParams>;

/** What a client has missed: exactly the events after its cursor, or a snapshot when that is too old or unknown. */
export const Replay = z.discriminatedUnion("kind", [
	z.object({
		/** It had a cursor that is not too old. */
		kind: z.literal("events"),
		/** Exactly those after `since`, in order. */
		events: z.array(StoredEvent),
	}),
	z.object({
		/** Else: forget what was there before. */
		kind: z.literal("snapshot"),
		/** The newest items as they stand now, oldest first. */
		items: z.array(TranscriptItem),
		/** `session/transcript` has more. */
		hasEarlier: z.boolean(),
	}),
]);
export type Replay = z.infer<typeof Replay>;

/** Updates after `seq` follow, with no gap and no repetition. */
export const AttachSessionResult = z.object({
	/** Who the caller is in it. */
	participantId: ParticipantId,
	/** The last event that `state` and `replay` tell of. */
	seq: Seq,
	state: SessionState,
	replay: Replay,
});
export type AttachSessionResult = z.infer<typeof AttachSessionResult>;

export const ReadTranscriptParams = z.object({
	sessionId: Id,
	/** A sequence number; `null` for the newest. */
	before: z.int().min(0).nullable(),
	/** At most so many; large ones are fewer. */
	limit: z.int().min(1).max(5000),
});
export type ReadTranscriptParams = z.infer<typeof ReadTranscriptParams>;
export const ReadTranscriptResult = z.object({
	/** Oldest first. */
	items: z.array(TranscriptItem),
	/** There are more before them. */
	hasEarlier: z.boolean(),
});
export type ReadTranscriptResult = z.infer<typeof ReadTranscriptResult>;

export const SessionParams = z.object({ sessionId: Id });
export type SessionParams = z.infer<typeof SessionParams>;

export const CloseSessionParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** For all who work in it; `false` when absent. */
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

export const DetachSessionParams = z.object({ sessionId: Id });
export type DetachSessionParams = z.infer<typeof DetachSessionParams>;

export const ConfigureSessionParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	settings: SettingsPatch,
});
export type ConfigureSessionParams = z.infer<typeof ConfigureSessionParams>;
/** All settings as they are now. */
export const ConfigureSessionResult = z.object({ settings: Settings });
export type ConfigureSessionResult = z.infer<typeof ConfigureSessionResult>;

export const ResetSessionParams = z.object({ sessionId: Id, requestId: RequestId });
export type ResetSessionParams = z.infer<typeof ResetSessionParams>;

/** Told in order, to each participant. */
export const SessionUpdateParams = z.discriminatedUnion("kind", [
	z.object({
		/** Something lasting happened. It is stored already. */
		kind: z.literal("event"),
		sessionId: SessionId,
		/** Its place: the next one has a greater one. */
		seq: Seq,
		/** Milliseconds since the epoch. */
		at: z.int(),
		event: SessionEvent,
	}),
	z.object({
		/** Something is on the way, and not stored. */
		kind: z.literal("hint"),
		sessionId: SessionId,
		/** The place of the last event before it. */
		seq: Seq,
		hint: SessionHint,
	}),
	z.object({
		/** The client fell too far behind, and is told nothing more of this session until it attaches again with its cursor. */
		kind: z.literal("overrun"),
		sessionId: SessionId,
		/** The place of the last event that was left out. */
		seq: Seq,
	}),
]);
export type SessionUpdateParams = z.infer<typeof SessionUpdateParams>;

export const Empty = z.object({});
export type Empty = z.infer<typeof Empty>;
