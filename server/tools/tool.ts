/**
 * What a tool is to the door that every call passes (`call.ts`). A new one is a file in `sources/` and a line where
 * its source lists it.
 */
import type { ApprovalCard, Content, ToolDescription, VariableChange } from "../../protocol/index.ts";
import type { Step } from "./shell/verdict.ts";

/** What a tool does to the person's world, at most. `looks`: at live objects, of which prompts tell anyway. */
export type Effect =
	| "looks"
	| "readsFiles"
	| "changesNamespace"
	| "changesFiles"
	| "runsCommands"
	| "reachesNetwork"
	/** A program or service of others, which may do anything. */
	| "callsServer";

/**
 * What is known of one call before it runs:
 * - `looks`: it was shown to read only, and nothing that is secret or outside of what may be read;
 * - `contained`: it was shown to be harmless and to change nothing outside of the project;
 * - `open`: nothing was shown;
 * - `guarded`: it touches what decides over later calls (our files, a shell's, git's), so it is asked in every mode.
 */
export type Check = "looks" | "contained" | "open" | "guarded";

/** What "always" stands for: calls of the same `key` are the same thing to the person who was shown `text`. */
export type Grant = { readonly key: string; readonly text: string };

export type Outcome = {
	readonly content: readonly Content[];
	readonly isError: boolean;
	/** Variables that it changed, for the person. */
	readonly changed?: readonly VariableChange[];
};

export type RunOptions = {
	readonly signal: AbortSignal;
	/** The call waits for a cell that runs, or no longer does. */
	onWaiting(waiting: boolean): void;
	/** What it says while it runs, to be shown; the outcome has it again. */
	onOutput(text: string): void;
};

/** What a call is about, for the person's rules. */
export type About =
	| {
			readonly kind: "commands";
			readonly line: string;
			readonly steps: readonly Step[];
			/** All that is not clear of the line is what its commands do. */
			readonly isPlain: boolean;
	  }
	/** Without links. */
	| {
			readonly kind: "paths";
			readonly paths: readonly string[];
			readonly project: string;
			readonly home: string;
	  };

/** A call with its arguments, looked at once: what is asked about is exactly what runs then. */
export type PermittedCall = {
	/** What this call does, where that is less than the tool may do. */
	readonly effect?: Effect;
	readonly check: Check;
	readonly about?: About;
	/** `null`: "always" is not offered. */
	readonly grant: Grant | null;
	/** What the person is shown of it, where that is more than its arguments. */
	readonly card?: ApprovalCard;
};

export type PreparedCall = PermittedCall & {
	/** Never rejects but with the signal's reason: what goes wrong is an outcome for the model. */
	run(options: RunOptions): Promise<Outcome>;
};

/** The call cannot be made: the sentence is for the model. */
export type Problem = { readonly problem: string };

type Args = Readonly<Record<string, unknown>>;

export type Tool = ToolDescription & {
	readonly effect: Effect;
	/** Looks at the arguments and changes nothing. */
	prepare(args: Args, signal: AbortSignal): Promise<PreparedCall | Problem>;
};

export const described = ({ name, description, inputSchema }: ToolDescription): ToolDescription => ({
	name,
	description,
	inputSchema,
});

export const failure = (text: string): Outcome => ({ content: [{ kind: "text", text }], isError: true });
