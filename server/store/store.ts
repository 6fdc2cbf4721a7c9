/**
 * What the server keeps on disk. One SQLite file in WAL mode; every call is synchronous and short.
 *
 * The event log is the truth of a session. Folds (turns, cells, queue, session rows) are written in the same
 * transaction as the events they follow from and can be rebuilt from the log. Appending costs the same at any
 * length of the log.
 */
import type {
	CellItem,
	KernelLaunch,
	ListSessionsParams,
	ListSessionsResult,
	SessionEvent,
	SessionRef,
	SessionSummary,
	Settings,
	StoredEvent,
	TranscriptItem,
	TurnChanges,
	TurnItem,
} from "../../protocol/index.ts";
import type { ContextCell } from "../context/contextCell.ts";
import type { Conversation } from "../context/summaries.ts";
import type { Entry } from "../context/transcript.ts";
import type { OutputTotals } from "./outputCap.ts";

export type { ContextCell } from "../context/contextCell.ts";

export type SessionRow = SessionSummary & {
	/** The settings of the latest `settingsChanged`; `null` before the first. */
	readonly settings: Settings | null;
	readonly headSeq: number;
	/** Sequence number of the latest `conversationReset`, 0 when there was none. */
	readonly resetSeq: number;
	/** The render point of the latest turn: the next turn's context begins after it. */
	readonly renderPoint: number;
	/** The latest turn of the conversation, the next one's parent. */
	readonly lastTurn: string | null;
	readonly nextExecutionCount: number;
};

/** A process that may own sessions and kernels. */
export type Owner = {
	readonly instanceId: string;
	readonly pid: number;
	/** From the operating system, so that a reused pid is not taken for the same process. */
	readonly startTime: string;
};

/** A cell that has begun, or waits behind one that has. */
export type UnfinishedCell = {
	readonly cellId: string;
	readonly kernelId: string;
};

/** What the log has of a cell's output: to go on with it where it stands. */
export type CellOutput = {
	readonly executionCount: number | null;
	/** `null` while all of it is in the log. */
	readonly blobId: string | null;
	readonly totals: OutputTotals;
};

export type KernelRow = {
	readonly kernelId: string;
	readonly sessionId: string;
	readonly launch: KernelLaunch;
	/** Of a started kernel's process, from the operating system; `null` of others, and where it had ended already. */
	readonly startTime: string | null;
	readonly instanceId: string;
	readonly alive: boolean;
	/** How much of what it said is in the log. */
	readonly heard: number;
};

/** A kernel's id, and how much of what it said led to the events up to these. */
export type Heard = readonly [kernelId: string, heard: number];

/** What is committed together with events. */
export type Along = {
	readonly answer?: RememberedAnswer | undefined;
	readonly heard?: Heard | null;
};

/** What a turn adds to the canonical transcript; kept beside the log because no client sees it. */
export type TurnEntries = { readonly turnId: string; readonly entries: readonly Entry[] };

/** A request that may be sent again, by the id that its client made. */
export type RememberedRequest = { readonly requestId: string; readonly method: string };

/** The answer to a request, stored together with what the request did: repeated, it has no further effect. */
export type RememberedAnswer = RememberedRequest & {
	/** From the sequence number of the first event. */
	result(seq: number): unknown;
};

/** One step of the canonical transcript, as the store keeps it. */
export type StoredEntry = { readonly id: number; readonly turnId: string; readonly entry: Entry };

/** A text or thinking item that still grows: kept so that a killed server loses none of what was shown. */
export type PartialItem = {
	readonly kind: "text" | "thinking";
	readonly itemId: string;
	readonly text: string;
};

/** A cell or turn without what grows. */
export type CellHead = Omit<CellItem, "outputs">;
export type TurnHead = Omit<TurnItem, "parts">;

/** What a turn's tools changed. */
export type StoredChanges = {
	readonly turnId: string;
	readonly executionCount: number | null;
	readonly changes: TurnChanges;
};

export type Store = {
	/** Creates the session and appends its first events. */
	createSession(sessionId: string, cwd: string, owner: Owner, events: readonly SessionEvent[]): StoredEvent[];
	session(sessionId: string): SessionRow | null;
	/** The sessions a reference may mean, best first; empty when there is none. */
	findSessions(ref: SessionRef, limit: number): SessionRow[];
	/** With `open`, sessions in which nothing was said or run are left out unless they stand there or have a kernel. */
	listSessions(params: ListSessionsParams, open?: readonly string[]): ListSessionsResult;
	/** IPython's numbers of the sessions that go on in this history file. */
	historySessions(historyFile: string): number[];

	/**
	 * Commits events, their folds, what they add to the canonical transcript and what goes along with them, all or
	 * nothing. Returns the events with their places. Throws `StoreError` when the disk refuses; nothing is written then.
	 */
	append(
		sessionId: string,
		events: readonly SessionEvent[],
		entries?: TurnEntries,
		along?: Along,
	): StoredEvent[];
	/** Events after `since`, oldest first; `null` when there are more than `limit`, or they are too large for one message. */
	eventsAfter(sessionId: string, since: number, limit: number): StoredEvent[] | null;
	/** The newest `limit` items with a `seq` below `before` (all when `null`), oldest first. */
	transcript(
		sessionId: string,
		before: number | null,
		limit: number,
	): { items: TranscriptItem[]; hasEarlier: boolean };
	/** The next items with a `seq` above `after`, oldest first, at most `limit`; empty at the end. */
	itemsAfter(sessionId: string, after: number, limit: number): TranscriptItem[];
	hasItem(sessionId: string, itemId: string): boolean;
	/** `null` when the session has no such cell. */
	cellOutput(sessionId: string, cellId: string): CellOutput | null;
	turn(sessionId: string, turnId: string): TurnItem | null;
	/** Every cell or turn that began after `after`, oldest first. */
	cellHeads(sessionId: string, after: number): CellHead[];
	turnHeads(sessionId: string, after: number): TurnHead[];
	/** The kernel that was attached last in (`after`, `through`] if it took the variables of another away. */
	freshKernel(sessionId: string, after: number, through: number): string | null;
	/** Rendered prompt and warnings of a turn, as `turnStarted` stored them. */
	turnStart(sessionId: string, turnId: string): Extract<SessionEvent, { kind: "turnStarted" }> | null;
	/** What the tools of the newest `limit` turns that changed something changed, the newest first. */
	changes(sessionId: string, limit: number): StoredChanges[];
	/** Queued turns in order. */
	queue(sessionId: string): TurnItem[];
	/** Their ids: what waits may be large. */
	queuedTurns(sessionId: string): string[];
	/** The canonical transcript since the last reset, without hidden turns; turns that a summary stands for as it. */
	conversation(sessionId: string): Conversation;
	/**
	 * Cells whose start, output or end lies in (`afterSeq`, `toSeq`], in the order of their start. Of those that
	 * start there the newest `limit` (all when absent), so that the cost is bounded however many there are.
	 */
	contextCells(sessionId: string, afterSeq: number, toSeq: number, limit?: number): ContextCell[];
	/** How many cells start in (`afterSeq`, `toSeq`]. */
	countCells(sessionId: string, afterSeq: number, toSeq: number): number;
	/** The newest `limit` finished cells, oldest first. */
	recentCells(sessionId: string, limit: number): ContextCell[];
	/** Events in (`after`, `through`], oldest first, at most `limit`; empty at the end. */
	eventPage(sessionId: string, after: number, through: number, limit: number): StoredEvent[];
	/** The canonical transcript with the turns it belongs to, in pages: entries above the id `after`. */
	turnEntries(sessionId: string, after: number, limit: number): StoredEntry[];
	/** Creates a session that is to be filled from elsewhere; until `endCopy` it is a half one: found by its id only. */
	beginCopy(sessionId: string, cwd: string, owner: Owner): void;
	endCopy(sessionId: string): void;
	/** Sessions whose filling has not ended: it goes on now, or their server was killed. */
	halfCopies(): string[];
	/** Adds events with the places and times they have elsewhere. Their places must grow, gaps are no harm. */
	insertEvents(sessionId: string, events: readonly StoredEvent[]): void;
	insertEntries(sessionId: string, entries: readonly Omit<StoredEntry, "id">[]): void;
	/** The place where a finished turn ended; `null` when it has not, or does not exist. */
	turnEnd(sessionId: string, turnId: string): number | null;
	/** Takes a session away for good, with its outputs. */
	deleteSession(sessionId: string): void;
	/** Cells and turns without an end. */
	unfinished(sessionId: string): { cells: UnfinishedCell[]; turns: string[]; approvals: string[] };

	savePartial(sessionId: string, turnId: string, items: readonly PartialItem[]): void;
	partial(sessionId: string, turnId: string): PartialItem[];

	/**
	 * The answer given to a request id, so that a repeated request has no further effect. For requests that make
	 * a session `sessionId` may be any name, such as the empty one.
	 */
	recallRequest(
		sessionId: string,
		requestId: string,
	): { readonly method: string; readonly result: unknown } | undefined;
	rememberRequest(sessionId: string, request: RememberedRequest, result: unknown): void;

	/** Takes the session unless another live owner has it. Returns who owns it then. */
	claimSession(sessionId: string, owner: Owner, isAlive: (owner: Owner) => boolean): Owner;
	releaseSessions(instanceId: string): void;
	/** Marks a session as ended by a person. */
	markClosed(sessionId: string): void;
	markOpen(sessionId: string): void;

	/** `heard` of a kernel that is known stays as it is. */
	saveKernel(row: KernelRow): void;
	kernels(filter: { sessionId?: string; alive?: boolean }): KernelRow[];

	/** Output beyond a cell's cap, whole characters of it: a pair of surrogates at either end is not split. */
	readBlob(
		blobId: string,
		offset: number,
		maxChars: number,
	): { text: string; offset: number; totalChars: number } | null;
	/** Whether it is a cell's of this session. */
	hasBlob(sessionId: string, blobId: string): boolean;
	/** Appends text to a blob, creating it when new. */
	appendBlob(sessionId: string, blobId: string, text: string): void;
	/** Deletes output that is old or too much, the oldest first. To be called when nobody waits. */
	keepBlobsSmall(): void;

	/** Small facts across sessions, such as the last model used per backend. */
	getFact(key: string): string | null;
	setFact(key: string, value: string): void;

	close(): void;
};

/** The database could not be opened, read or written. The message names the file and the next step. */
export class StoreError extends Error {
	override readonly name = "StoreError";
	/** The disk or another process was in the way: the same may go later. */
	readonly refused: boolean;
	constructor(message: string, { refused = false, ...options }: ErrorOptions & { refused?: boolean } = {}) {
		super(message, options);
		this.refused = refused;
	}
}
