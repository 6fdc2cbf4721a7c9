import { z } from "zod";
import { AbsolutePath } from "./limits.ts";

/**
 * What a client announces under `capabilities.experimental.aiShell`: objects, absent where it does not. A client that
 * announces nothing is a plain LSP editor.
 */
export const AiShellClientCapabilities = z.looseObject({
	/** The highest version that the client speaks. */
	version: z.int(),
	/** It shows approvals and answers them. Without it, it can only observe them. */
	approvals: z.looseObject({}).optional(),
	/** It answers `input/request`. */
	input: z.looseObject({}).optional(),
});
export type AiShellClientCapabilities = z.infer<typeof AiShellClientCapabilities>;

/** What the server announces there. */
export const AiShellServerCapabilities = z.looseObject({
	/** The highest version that the server speaks. The lower one of both is spoken. */
	version: z.int(),
	/** Of the server's database. Clients that start servers go by it: a newer one replaces an older one. */
	schemaVersion: z.int(),
	/** Another one after every start. */
	serverId: z.string(),
	/** The server's process. */
	pid: z.int(),
	/** It answers `session/*` and what goes with them. */
	sessions: z.looseObject({}).optional(),
	/** It answers `textDocument/inlineCompletion`. */
	completion: z.looseObject({}).optional(),
	/** It answers `notebook/*`. */
	notebook: z.looseObject({}).optional(),
	/** The largest message the server reads, in bytes. */
	maxMessageBytes: z.int(),
});
export type AiShellServerCapabilities = z.infer<typeof AiShellServerCapabilities>;

const maxEnvironmentChars = 2_000_000;
const maxVariables = 10_000;

/** `initializationOptions.aiShell`: what a client tells about itself beside LSP's fields. */
export const AiShellInitializationOptions = z.looseObject({
	/** The participant's name; LSP's `clientInfo.name` when absent. */
	name: z.string().max(200).optional(),
	/** The person's folder. */
	cwd: AbsolutePath,
	/**
	 * The environment of the person's shell: keys, base URLs and proxies are taken from it. Kept in memory, never stored
	 * or logged. At most 10,000 variables, and 2,000,000 characters in all.
	 */
	environment: z.record(z.string(), z.string()).refine(
		(variables) => {
			if (Object.keys(variables).length > maxVariables) return false;
			const chars = Object.entries(variables).reduce(
				(sum, [name, value]) => sum + name.length + value.length,
				0,
			);
			return chars <= maxEnvironmentChars;
		},
		{ message: "holds too much" },
	),
});
export type AiShellInitializationOptions = z.infer<typeof AiShellInitializationOptions>;

/** Below is what the server reads of it. */
export const InitializeParams = z.looseObject({
	/** A name for a client that brings no `initializationOptions.aiShell.name`. */
	clientInfo: z.looseObject({ name: z.string().max(200) }).nullish(),
	/** The folder, for a client that has no `workspaceFolders`. */
	rootUri: z.string().max(8192).nullish(),
	/** The folders whose sessions its files belong to. */
	workspaceFolders: z
		.array(z.looseObject({ uri: z.string().max(8192) }))
		.max(1000)
		.nullish(),
	/** LSP's; below are those that are looked at. */
	capabilities: z.looseObject({
		general: z
			.looseObject({
				/** `utf-8`, `utf-16` and `utf-32` are known; the first of them is chosen. */
				positionEncodings: z.array(z.string().max(200)).max(100).nullish(),
			})
			.nullish(),
		textDocument: z
			.looseObject({
				codeAction: z.looseObject({}).nullish(),
				hover: z.looseObject({ contentFormat: z.array(z.string().max(200)).max(100).nullish() }).nullish(),
			})
			.nullish(),
		window: z.looseObject({}).nullish(),
		workspace: z.looseObject({ didChangeConfiguration: z.looseObject({}).nullish() }).nullish(),
		experimental: z.looseObject({ aiShell: AiShellClientCapabilities.nullish() }).nullish(),
	}),
	/** Of any form; only an object with `aiShell` is looked at. */
	initializationOptions: z
		.union([
			z.looseObject({ aiShell: AiShellInitializationOptions.nullish() }),
			z.string(),
			z.number(),
			z.boolean(),
			z.array(z.unknown()),
		])
		.nullish(),
});

/** What the server is and can do. */
export const InitializeResult = z.looseObject({
	serverInfo: z.object({
		/** `ipyai`. */
		name: z.string(),
		/** Of the package: for people, not to be compared. */
		version: z.string(),
	}),
	/** LSP's, and under `experimental.aiShell` ours. */
	capabilities: z.looseObject({
		/** How positions count: absent where the client offered nothing, `utf-16` then. */
		positionEncoding: z.enum(["utf-8", "utf-16", "utf-32"]).optional(),
		experimental: z.object({ aiShell: AiShellServerCapabilities }),
	}),
});

/** It ends after its running turns, if the other one is newer. */
export const RetireParams = z.object({
	/** The protocol version of the newer one. */
	version: z.int(),
	/** And its database's. */
	schemaVersion: z.int(),
});
export type RetireParams = z.infer<typeof RetireParams>;
export const RetireResult = z.object({
	/** `false`: it is not older, and stays. */
	retiring: z.boolean(),
});
export type RetireResult = z.infer<typeof RetireResult>;
