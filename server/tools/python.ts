/** The live Python as tools use it: what a session's host does for them. */
import type { ToolDescription } from "../../protocol/index.ts";
import type { Outcome, RunOptions } from "./tool.ts";

/** A function of the person's as it is now. `definition` stands for this very function, and for no other. */
export type PersonsFunction = Pick<ToolDescription, "description" | "inputSchema"> & {
	readonly definition: string;
};

export type LookQuery = {
	/** Names, attributes, keys, positions and slices; empty for what there is. */
	readonly what: string;
	/** In the variables of this frame of the last error. */
	readonly frame: number | null;
	/** All frames of the last error. */
	readonly traceback: boolean;
};

export type Python = {
	/** The folder it is in now, or was last; `null` where that is not known. */
	cwd(): Promise<string | null>;
	/** Tells of a live object or of the last error, and runs nobody's code. */
	look(
		query: LookQuery,
		signal: AbortSignal,
	): Promise<{ readonly text: string } | { readonly problem: string }>;
	/** Whether code is shown to compute with plain values only, and which variables it would make. */
	shown(
		code: string,
		signal: AbortSignal,
	): Promise<{ readonly makes: readonly string[] } | { readonly doubt: string }>;
	/** Runs code that was shown, if it still is. */
	compute(code: string, options: RunOptions): Promise<Outcome>;
	/** Runs code in the live namespace. What the code raises is an outcome with `isError`. */
	runPython(code: string, options: RunOptions): Promise<Outcome>;
	/** Runs a file as a script in the live namespace; its last value is not shown. */
	runScript(path: string, options: RunOptions): Promise<Outcome>;
	/** The sentence says why it cannot be a tool. */
	describeFunction(name: string, signal: AbortSignal): Promise<PersonsFunction | { readonly reason: string }>;
	/** The person's variables that can be called. */
	functionNames(signal: AbortSignal): Promise<readonly string[]>;
	/** Calls the function if its definition is still this one. */
	callFunction(
		name: string,
		args: Readonly<Record<string, unknown>>,
		definition: string,
		options: RunOptions,
	): Promise<Outcome>;
};
