import { z } from "zod";
import { FilePath, Id, RequestId, Title } from "./limits.ts";
import { KernelLaunch } from "./session.ts";

/**
 * Makes a new session that shares the past of this one, up to the end of a turn. It has no kernel unless one comes
 * along: the conversation is shared, variables are not. The caller is attached to it as controller, `state.sessionId`
 * names it; the other session stays as it is.
 */
export const ForkSessionParams = z.object({
	/** The session whose past is shared, open or only stored. */
	sessionId: Id,
	requestId: RequestId,
	/** The last turn to take; all that has happened when absent. What had not ended then ends in the fork. */
	turnId: Id.optional(),
	title: Title.optional(),
	kernel: KernelLaunch.nullable().optional(),
	/** How many of the newest transcript items to send; 200 when absent. */
	limit: z.int().min(0).max(5000).optional(),
});
export type ForkSessionParams = z.infer<typeof ForkSessionParams>;

/** Gives a session a title, open or not. An open one takes it from its controllers. */
export const RenameSessionParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	title: Title,
});
export type RenameSessionParams = z.infer<typeof RenameSessionParams>;

/**
 * Takes a session away for good: transcript, outputs, and its kernel. An open one only from its controllers; while
 * other controllers work in it only with `force`, else it fails with `sessionInUse`.
 */
export const DeleteSessionParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** Also while others work in it; `false` when absent. */
	force: z.boolean().optional(),
});
export type DeleteSessionParams = z.infer<typeof DeleteSessionParams>;

/**
 * Writes a session as one file of JSON lines that `session/import` replays: a head, then its events. Secrets are
 * taken out: values of the caller's variables that look like keys, and keys known by their shape.
 */
export const ExportSessionParams = z.object({
	sessionId: Id,
	/** Relative to the session's folder; a name of its own there when absent. */
	path: FilePath.optional(),
});
export type ExportSessionParams = z.infer<typeof ExportSessionParams>;
export const ExportSessionResult = z.object({
	/** Absolute. */
	path: z.string(),
	/** How many events the file holds. */
	events: z.int(),
});
export type ExportSessionResult = z.infer<typeof ExportSessionResult>;

/** Makes a stored session from an exported file. Nothing runs; settings and kernels of the file do not count. */
export const ImportSessionParams = z.object({
	requestId: RequestId,
	/** Relative to the caller's folder. */
	path: FilePath,
});
export type ImportSessionParams = z.infer<typeof ImportSessionParams>;
export const ImportSessionResult = z.object({
	/** Of the new session, which is stored and not open. */
	sessionId: z.string(),
	/** How many events it took. */
	events: z.int(),
});
export type ImportSessionResult = z.infer<typeof ImportSessionResult>;
