/**
 * The contract of a backend. A backend is one function from a request to a stream of updates:
 *
 * - `runTurn` never throws, before or after its first update. Whatever goes wrong ends the stream with an `end`
 *   update of `stopReason: "failed"` and an error text that names the backend, what came back and the next step.
 * - The stream ends with exactly one `end` update, also after a cancel (`stopReason: "cancelled"`), and soon:
 *   an abort closes the model's socket at once and does not wait for it.
 * - Deltas are for showing. Every text and thinking delta is repeated whole in the `response` that follows;
 *   a cancelled or broken response is reported with `partial: true` and holds what had arrived.
 * - An answer beyond all measure is cut: a `notice` says where, and the turn ends with `maxTokens`. No delta is longer
 *   than a few screens, and much that comes at once leaves the event loop its turns.
 * - The backend runs the tool loop: it calls `callTool` for each call of the model, in the model's order, and
 *   reports `toolCall` before and `toolResult` after it; the call is begun when the report was read. Each call gets exactly one result, also on cancel.
 * - After `maxRounds` model responses with tool calls, it asks once for a summary without tools and ends with
 *   `maxTurns`.
 * - The request's transcript is never changed. Entries that `response` and `toolResults` updates carry, appended
 *   in order, are the transcript of the next request.
 */
import type {
	BackendCapabilities,
	Content,
	Login,
	StopReason,
	ThinkLevel,
	ToolDescription,
	Usage,
} from "../../protocol/index.ts";
import type { AssistantEntry, Entry, ToolCall, ToolResult } from "../context/transcript.ts";

/** What the APIs of providers can. */
export const apiCapabilities: BackendCapabilities = {
	images: true,
	thinking: true,
	tools: true,
	steer: true,
	search: true,
	providerTools: false,
};

export type Environment = Readonly<Record<string, string>>;

export type Backend = {
	readonly name: string;
	readonly aliases: readonly string[];
	readonly capabilities: BackendCapabilities;
	readonly defaultModel: string | null;
	readonly defaultCompletionModel: string | null;
	/** Where credentials come from. Looks at the environment and files only: no process, no network. */
	login(environment: Environment): Login;
	/** Whether a model is at hand, where that is not a matter of the login. Looks at files only; absent: always. */
	hasModel?(environment: Environment): boolean;
	runTurn(request: TurnRequest): AsyncIterable<TurnUpdate>;
	/** Gets ready for a first request: loads the SDK, starts the child. Never fails, never waits on the network. */
	warm(environment: Environment): void;
	/**
	 * Starts what the next turn of a conversation will need, while the person still types. As `warm`, and of use only
	 * when that turn's request says the same; absent where a turn needs nothing that takes time to start.
	 */
	prepare?(next: TurnPreparation): void;
	/**
	 * The models on offer, soon: falls back to those it knows when the provider does not answer in time. An answer is
	 * kept for some minutes unless `refresh` asks for a new one.
	 */
	listModels(environment: Environment, signal: AbortSignal, refresh?: boolean): Promise<readonly Model[]>;
	/**
	 * The model to ask where there is no default and nobody has named one: that of the person's own server; `null` when
	 * one has to be chosen. Soon, as `listModels`.
	 */
	firstModel?(environment: Environment, signal: AbortSignal): Promise<FirstModel | null>;
	/** The model's window in tokens, where known. */
	contextWindow(model: string): number | null;
	/** Lets go of children and sockets. */
	dispose(): Promise<void>;
};

export type Model = {
	readonly id: string;
	readonly name: string | null;
	readonly contextWindow: number | null;
};

/** `isListed`: the server lists it, and may list others; else whatever the server has answers to the name. */
export type FirstModel = { readonly model: string; readonly isListed: boolean };

export type TurnRequest = {
	/** Names the conversation for backends that keep one warm. Completions use a name of their own. */
	readonly conversationId: string;
	readonly environment: Environment;
	readonly cwd: string;
	readonly systemPrompt: string;
	/** Ends with the user entry to answer. */
	readonly transcript: readonly Entry[];
	readonly tools: readonly ToolDescription[];
	readonly model: string;
	readonly think: ThinkLevel;
	readonly search: "l" | "m" | "h" | null;
	readonly maxRounds: number;
	/** Output tokens at most; the model's own limit when absent. */
	readonly maxOutputTokens?: number;
	/** The text around the cursor when a suggestion is wanted; a model that fills in may go by it alone. */
	readonly fill?: { readonly prefix: string; readonly suffix: string };
	readonly signal: AbortSignal;
	/** Runs a tool, asking for permission as the session's mode says. Never throws; an abort gives an error result. */
	callTool(call: ToolCall, signal: AbortSignal): Promise<ToolResult>;
	/**
	 * Asks for permission to run a provider's own tool (shell, files). `null`: go ahead; else the reason why not.
	 */
	permitProviderTool(call: ToolCall, signal: AbortSignal): Promise<string | null>;
	/** Input to add to the running turn, when the backend can; taken between responses otherwise. */
	takeSteering(): readonly (readonly Content[])[];
};

/** What is known of a turn before its prompt is; the transcript ends with the turn before. */
export type TurnPreparation = Pick<
	TurnRequest,
	| "conversationId"
	| "environment"
	| "cwd"
	| "systemPrompt"
	| "transcript"
	| "tools"
	| "model"
	| "think"
	| "search"
	| "maxOutputTokens"
>;

export type TurnUpdate =
	/** `itemId` is the same for all deltas of one text or thinking item, and new for the next. */
	| { readonly kind: "textDelta"; readonly itemId: string; readonly delta: string }
	| { readonly kind: "thinkingDelta"; readonly itemId: string; readonly delta: string }
	/** A text or thinking item is whole. */
	| { readonly kind: "text"; readonly itemId: string; readonly text: string }
	| { readonly kind: "thinking"; readonly itemId: string; readonly text: string }
	| { readonly kind: "toolCall"; readonly call: ToolCall }
	/** Live output of a provider's own tool. */
	| { readonly kind: "toolOutput"; readonly callId: string; readonly delta: string }
	| { readonly kind: "toolResult"; readonly result: ToolResult }
	/** A whole model response: its items were reported one by one before. */
	| { readonly kind: "response"; readonly entry: AssistantEntry }
	/** All results of the last response's calls, as the transcript holds them. */
	| { readonly kind: "toolResults"; readonly results: readonly ToolResult[] }
	| { readonly kind: "steered"; readonly content: readonly Content[] }
	| { readonly kind: "retrying"; readonly attempt: number; readonly delayMs: number; readonly reason: string }
	/** What the answer waits for, for example a download; `share` of it is done, where that is known. */
	| { readonly kind: "progress"; readonly text: string; readonly share: number | null }
	/** What the person should know, once, and the model need not. */
	| { readonly kind: "notice"; readonly text: string }
	| {
			readonly kind: "end";
			readonly stopReason: StopReason;
			readonly usage: Usage | null;
			readonly error: string | null;
			/** What came back, without what may be done about a prompt; `error` says it all where this is absent. */
			readonly reason?: string;
	  };
