import { z } from "zod";

/**
 * `initialize` is LSP's. Under `capabilities.experimental.aiShell` both sides announce what they speak:
 * objects, absent when not supported; what a side does not know it ignores.
 */
export const AiShellClientCapabilities = z.looseObject({
	version: z.int(),
	/** The client shows approvals and answers them. Without it, it can only observe them. */
	approvals: z.object({}).optional(),
	/** The client answers `input/request`. */
	input: z.object({}).optional(),
});
export type AiShellClientCapabilities = z.infer<typeof AiShellClientCapabilities>;

export const AiShellServerCapabilities = z.looseObject({
	version: z.int(),
	/** Schema of the database; with `version` it decides whether a client may use this server. */
	schemaVersion: z.int(),
	serverId: z.string(),
	pid: z.int(),
	sessions: z.object({}).optional(),
	completion: z.object({}).optional(),
	notebook: z.object({}).optional(),
	/** The largest message the server reads, in bytes. */
	maxMessageBytes: z.int(),
});
export type AiShellServerCapabilities = z.infer<typeof AiShellServerCapabilities>;

/** `initializationOptions.aiShell`: what our clients tell about themselves beside LSP's fields. */
export const AiShellInitializationOptions = z.looseObject({
	/** The participant's name; LSP's `clientInfo.name` when absent. */
	name: z.string().optional(),
	cwd: z.string(),
	/** The environment of the person's shell. Kept in memory, never stored or logged. */
	environment: z.record(z.string(), z.string()),
});
export type AiShellInitializationOptions = z.infer<typeof AiShellInitializationOptions>;
