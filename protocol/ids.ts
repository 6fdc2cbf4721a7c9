/** What names things on the wire. All are made by the server, and mean nothing but that they differ. */
import { z } from "zod";

/** A session. */
export const SessionId = z.string();

/** A client in its sessions: another one for each connection. */
export const ParticipantId = z.string();

/** A turn: one prompt and its answer. */
export const TurnId = z.string();

/** A cell: Python that was run. */
export const CellId = z.string();

/** A kernel. After a restart it is another one. */
export const KernelId = z.string();

/** A piece of an answer. Its deltas bear the same id. */
export const ItemId = z.string();

/** A tool call within its turn. */
export const CallId = z.string();

/** A tool call that waits, or waited, for permission. */
export const ApprovalId = z.string();

/** A place in the session's log. It grows; gaps are no harm. */
export const Seq = z.int();

/** IPython's number of an input, as in `In [7]`; `null` where it has none (yet). */
export const ExecutionCount = z.int().nullable();

/** The participant that did it; `null` for a program outside of this server. */
export const By = z.string().nullable();
