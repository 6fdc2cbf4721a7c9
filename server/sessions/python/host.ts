/**
 * A host gives a session its live Python. Two kinds exist: a kernel that the server drives over ZMQ
 * (`server/kernel`) and a client that registers over the wire. Nothing here assumes that host and server share
 * a disk or a process id; features follow `capabilities`, never the kind.
 */
import type { CellPayload, CellStatus, CommandAction, Output, Variable } from "../../../protocol/index.ts";
import type { Access } from "../../context/access.ts";
import type { Ref, ResolvedRef } from "../../context/ref.ts";
import type { Python } from "../../tools/python.ts";

export type { Access, AccessStep } from "../../context/access.ts";
export type { Ref, ResolvedRef } from "../../context/ref.ts";
export type { LookQuery, Python } from "../../tools/python.ts";
export type { Outcome, RunOptions } from "../../tools/tool.ts";

export type HostCapabilities = {
	readonly complete: boolean;
	/** Look-ups answer while a cell runs. */
	readonly subshell: boolean;
};

export type HostStatus = "starting" | "idle" | "busy" | "dead";

/** What a host tells without being asked. Called in order, never after `dispose` resolved. */
export type HostListener = {
	/** The tools become functions of the person's, where the Python is our own. */
	readonly seedsTools?: boolean;
	/**
	 * `dead` is final. `detail` says why, for example `exit code 1` or `killed by signal 9`.
	 */
	onStatus(status: HostStatus, detail: string | null): void;
	/** A cell that another client of the same kernel runs (Jupyter console, `--existing`). */
	onForeignCell(cell: ForeignCell): void;
	/** Output that belongs to no running cell: `key` is the id or key of the one that began it, `null` if unknown. */
	onLateOutput(key: string | null, output: Output): void;
	/** Python holds up whoever prints there until what was told is stored: `stored` is to be called soon. */
	onPressed(): void;
	/** A `%ipyai` in a foreign cell. */
	onForeignCommand(key: string, command: HostCommand): Promise<HostCommandAnswer>;
};

/** The words after `%ipyai`; `body` is the rest of a `%%ipyai` cell. */
export type HostCommand = { readonly line: string; readonly body: string | null };

/** `text` is printed in the cell, or raised when it `failed`; `action` comes back as a payload of the cell. */
export type HostCommandAnswer = {
	readonly text: string;
	readonly failed: boolean;
	readonly action: CommandAction | null;
};

export type ForeignCell =
	| {
			readonly kind: "started";
			readonly key: string;
			readonly code: string;
			readonly executionCount: number | null;
	  }
	| { readonly kind: "output"; readonly key: string; readonly output: Output }
	| { readonly kind: "finished"; readonly key: string };

/** Facts about the Python side, read once the host is ready. */
export type HostFacts = {
	readonly nextExecutionCount: number;
	/** IPython's session number and history file, `null` when it has none. */
	readonly historySession: number | null;
	readonly historyFile: string | null;
	readonly banner: string;
	readonly cwd: string;
};

export type ExecuteRequest = {
	/** Names the cell to `onLateOutput`, of later hosts of this Python too. */
	readonly cellId: string;
	readonly code: string;
	onOutput(output: Output): void;
	/** `input()` waits: answer through `answerInput`. */
	onInputRequest(request: { readonly prompt: string; readonly password: boolean }): void;
	/** A `%ipyai` in the cell, which waits for the answer. Never rejects. */
	onCommand(command: HostCommand): Promise<HostCommandAnswer>;
};

export type ExecuteResult = {
	readonly status: CellStatus;
	readonly executionCount: number | null;
	readonly payloads: readonly CellPayload[];
};

/** A prompt as IPython's history and the predecessors' tables hold it. */
export type PromptRecord = {
	/** As typed. */
	readonly source: string;
	readonly prompt: string;
	readonly fullPrompt: string;
	readonly response: string;
	/** The last input number before the prompt. */
	readonly historyLine: number;
};

/** What stands in `sessions.remark`: the predecessors' keys. `null` removes a key. */
export type SessionRemark = {
	readonly cwd?: string | null;
	readonly backend?: string | null;
	readonly provider_session_id?: string | null;
};

/**
 * Every call may be made at any time; one that the state does not allow fails with a `HostError` that says why.
 * An `AbortSignal` ends the waiting, not necessarily the work.
 */
export type Host = {
	readonly kernelId: string;
	readonly capabilities: HostCapabilities;
	readonly status: HostStatus;
	/** Resolves once the host answers, rejects when it does not come up. */
	readonly ready: Promise<HostFacts>;
	/** Resolves when what Python said before `ready` is told. Never rejects; stays open when the host does not come up. */
	readonly caughtUp: Promise<void>;
	/** How much of what Python says has been told. A host that takes this Python up later goes on from there. */
	readonly heard: number;
	/** Whether a person left it on purpose: what runs then runs to its end, even without a server. */
	setDetached(isDetached: boolean): void;
	/** All that was told is stored: Python need not keep it any longer. */
	stored(): void;

	/** Runs a cell in the user's namespace. Cells queue in the order of the calls. Never rejects: a dead host gives `lost`. */
	execute(request: ExecuteRequest): Promise<ExecuteResult>;
	answerInput(value: string): void;
	interrupt(): Promise<void>;

	/** Positions are in code points, as Jupyter counts. */
	complete(code: string, cursor: number, signal: AbortSignal): Promise<HostCompletions>;
	/** The same for what is asked with each key: what live objects have, and only where that is nothing what code says. */
	completeLive(code: string, cursor: number, signal: AbortSignal): Promise<HostCompletions>;
	/** Of a line that answers `input()`: a debugger's, an embedded shell's. Nothing for all others. */
	completeInput(code: string, cursor: number, signal: AbortSignal): Promise<HostCompletions>;
	inspect(code: string, cursor: number, detail: 0 | 1, signal: AbortSignal): Promise<string | null>;
	isComplete(
		code: string,
		signal: AbortSignal,
	): Promise<{ status: "complete" | "incomplete" | "invalid" | "unknown"; indent: string }>;
	/** Newest `limit` inputs, oldest first. */
	history(
		limit: number,
		signal: AbortSignal,
	): Promise<readonly { session: number; line: number; source: string }[]>;
	/** Global variables of the user, bounded summaries that run no user code. */
	variables(filter: string | null, signal: AbortSignal): Promise<readonly Variable[]>;
	/** Those of the names that are variables, with what they hold: columns, keys, signatures. Bounded, runs no user code. */
	describe(names: readonly string[], signal: AbortSignal): Promise<readonly Variable[]>;
	/** For each access the first step that surely fails in the live namespace; `null` for none, and for any doubt. */
	findMissing(accesses: readonly Access[], signal: AbortSignal): Promise<readonly (number | null)[]>;
	/**
	 * For each name what an editor says of it beside a completion; `null` where that is not known. They are members of
	 * `base`, a dotted name, or variables where it is empty. Runs no user code, as the next two.
	 */
	members(
		base: string,
		names: readonly string[],
		signal: AbortSignal,
	): Promise<readonly (HostMember | null)[]>;
	/** Columns and keys, with `levels` also a frame's index by its names; `null` where there are none. */
	labels(of: Access, levels: boolean, signal: AbortSignal): Promise<readonly HostLabel[] | null>;
	/** How a function or class is called; `null` for what is none and what does not tell. */
	call(name: string, signal: AbortSignal): Promise<HostCall | null>;
	/** Cells of one string literal have this value; `null` for every other source. Answered in the same order. */
	noteValues(sources: readonly string[], signal: AbortSignal): Promise<readonly (string | null)[]>;
	/** The last error of a cell with the values of its frames, short; `null` for none, and where nobody can tell. */
	lastError(signal: AbortSignal): Promise<{ readonly executionCount: number; readonly text: string } | null>;
	resolveRefs(refs: readonly Ref[], signal: AbortSignal): Promise<readonly ResolvedRef[]>;

	/** What tools do in the live namespace. */
	readonly python: Python;

	/** Gives a prompt the next input number and a history row; waits for the kernel to be idle. */
	numberPrompt(source: string, rewritten: string): Promise<number>;
	/** Mirrors a finished prompt into the predecessors' table; queued while the kernel is busy. */
	mirrorPrompt(record: PromptRecord): void;
	mirrorRemark(remark: SessionRemark): void;
	/** Takes this session's mirrored prompts out of the predecessors' table; queued like them. */
	forgetPrompts(): void;
	/** Continues an IPython session: its number, and input numbers from `nextExecutionCount` on. */
	continueHistorySession(session: number, nextExecutionCount: number): Promise<void>;

	/** Tells Python the size of the terminal that shows its output. */
	resize(columns: number, rows: number): void;

	/** `end` stops Python; `keep` leaves it to its lease. */
	dispose(fate: "end" | "keep"): Promise<void>;
};

export type HostMember = { readonly kind: string; readonly detail: string };
export type HostLabel = { readonly label: string; readonly type: string };
export type HostCall = {
	readonly label: string;
	/** As they stand in the label, in order. */
	readonly parameters: readonly string[];
	readonly documentation: string | null;
};

export type HostCompletions = {
	readonly start: number;
	readonly end: number;
	readonly matches: readonly { text: string; type: string | null; signature: string | null }[];
};

/** A host could not do what was asked. `code` tells features which wire error fits. */
export class HostError extends Error {
	override readonly name = "HostError";
	readonly code: "notAlive" | "lacksCapability" | "timeout" | "failed";
	constructor(code: HostError["code"], message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
