import { z } from "zod";
import { SessionId } from "./ids.ts";
import { FilePath, Id, RequestId, Title } from "./limits.ts";
import { KernelLaunch } from "./session.ts";

/**
 * It has no kernel unless one comes along: the conversation is shared, variables are not. The other session stays as
 * it is.
 */
export const ForkSessionParams = z.object({
	/** The session whose past is shared, open or only stored. */
	sessionId: Id,
	requestId: RequestId,
	/** The last turn to take; all that has happened when absent. What had not ended then ends in the fork. */
	turnId: Id.optional(),
	/** None when absent. */
	title: Title.optional(),
	/** Its Python, if it is to have one. */
	kernel: KernelLaunch.nullable().optional(),
	/** How many of the newest transcript items to send; 200 when absent. */
	limit: z.int().min(0).max(5000).optional(),
});
export type ForkSessionParams = z.infer<typeof ForkSessionParams>;

/** An open one takes it from its controllers. */
export const RenameSessionParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** What to name it. */
	title: Title,
});
export type RenameSessionParams = z.infer<typeof RenameSessionParams>;

/**
 * Transcript, outputs and kernel go with it. An open one only from its controllers; while other controllers work in it
 * only with `force`, else it fails with `sessionInUse`.
 */
export const DeleteSessionParams = z.object({
	sessionId: Id,
	requestId: RequestId,
	/** Also while others work in it; `false` when absent. */
	force: z.boolean().optional(),
});
export type DeleteSessionParams = z.infer<typeof DeleteSessionParams>;

/**
 * The file is a head, then events, which `session/import` replays. Secrets are taken out: values of the caller's
 * variables that look like keys, and keys known by their shape. It is written over nothing but an exported session.
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

/** Nothing runs; settings and kernels of the file do not count. */
export const ImportSessionParams = z.object({
	requestId: RequestId,
	/** Relative to the caller's folder. */
	path: FilePath,
});
export type ImportSessionParams = z.infer<typeof ImportSessionParams>;
export const ImportSessionResult = z.object({
	/** Of the new session, which is stored and not open. */
	sessionId: SessionId,
	/** How many events it took. */
	events: z.int(),
});
export type ImportSessionResult = z.infer<typeof ImportSessionResult>;
