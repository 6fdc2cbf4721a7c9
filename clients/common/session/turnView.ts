/**
 * A turn as it is under way: the fold of its events and hints. Part of `SessionView`, and pure as that.
 */
import { textOf as contentText } from "../../../ground/text/contentText.ts";
import type {
	Content,
	SessionEvent,
	SessionHint,
	StopReason,
	TurnChanges,
	Usage,
} from "../../../protocol/index.ts";

/** Text of an answer or of its thinking, as far as it is known. */
export type TextView = { readonly kind: "text" | "thinking"; readonly itemId: string; text: string };

export type ToolCallView = {
	readonly callId: string;
	readonly name: string;
	readonly args: Readonly<Record<string, unknown>>;
	readonly executor: "server" | "provider";
	/** Waits for the main shell. */
	waiting: boolean;
	/** The end of what it printed while it ran. */
	output: string;
};

const maxToolOutputChars = 10_000;
/** Lines of it that clients show. */
export const toolTailLines = 6;

export type TurnView = {
	readonly turnId: string;
	readonly by: string | null;
	/** What they were called then. */
	readonly byName?: string | undefined;
	/** As typed. */
	source: string;
	content: readonly Content[];
	executionCount: number | null;
	state: "queued" | "running" | "finished";
	backend: string | null;
	model: string | null;
	stopReason: StopReason | null;
	usage: Usage | null;
	error: string | null;
	/** Why the provider is asked again, while it is. */
	retry: { readonly attempt: number; readonly delayMs: number; readonly reason: string } | null;
	/** What the answer waits for; `share` of it is done. */
	progress: { readonly text: string; readonly share: number | null } | null;
	/** Text that is under way, by item. */
	readonly texts: Map<string, TextView>;
	/** Tool calls without a result. */
	readonly calls: Map<string, ToolCallView>;
};

/** What an update changed in a turn, for whoever draws. */
export type TurnChange =
	| { readonly kind: "promptEdited"; readonly turn: TurnView }
	| { readonly kind: "turnStarted"; readonly turn: TurnView; readonly warnings: readonly string[] }
	| { readonly kind: "turnNumbered"; readonly turn: TurnView }
	| { readonly kind: "textGrew"; readonly turn: TurnView; readonly part: TextView; readonly delta: string }
	| {
			readonly kind: "textEnded";
			readonly turn: TurnView;
			readonly part: TextView;
			/** What was shown is not how the text begins: it is to be shown anew, whole. */
			readonly replaced: boolean;
	  }
	| { readonly kind: "toolStarted"; readonly turn: TurnView; readonly call: ToolCallView }
	| { readonly kind: "toolOutput"; readonly turn: TurnView; readonly call: ToolCallView }
	| {
			readonly kind: "toolFinished";
			readonly turn: TurnView;
			readonly call: ToolCallView;
			readonly content: readonly Content[];
			readonly isError: boolean;
	  }
	| { readonly kind: "steered"; readonly turn: TurnView; readonly content: readonly Content[] }
	| { readonly kind: "turnChanges"; readonly turn: TurnView; readonly changes: TurnChanges }
	| { readonly kind: "turnFinished"; readonly turn: TurnView }
	/** Something that only the status line shows. */
	| { readonly kind: "status" };

export type TurnEvent = Extract<
	SessionEvent,
	{
		kind:
			| "promptEdited"
			| "promptNumbered"
			| "turnStarted"
			| "text"
			| "thinking"
			| "toolCall"
			| "toolResult"
			| "steered"
			| "turnChanges"
			| "turnFinished";
	}
>;

export type TurnHint = Extract<SessionHint, { turnId: string }>;

/** A prompt that waits. */
export const newTurn = (prompt: {
	turnId: string;
	by: string | null;
	byName?: string | undefined;
	source: string;
	content: readonly Content[];
}): TurnView => ({
	turnId: prompt.turnId,
	by: prompt.by,
	byName: prompt.byName,
	source: prompt.source,
	content: prompt.content,
	executionCount: null,
	state: "queued",
	backend: null,
	model: null,
	stopReason: null,
	usage: null,
	error: null,
	retry: null,
	progress: null,
	texts: new Map(),
	calls: new Map(),
});

/** Folds an event of a turn into it, and answers what that changed. */
export const foldTurnEvent = (turn: TurnView, event: TurnEvent): readonly TurnChange[] => {
	switch (event.kind) {
		case "promptEdited":
			turn.content = event.content;
			turn.source = event.source ?? `.${contentText(event.content)}`;
			return [{ kind: "promptEdited", turn }];
		case "promptNumbered":
			turn.executionCount = event.executionCount;
			return [{ kind: "turnNumbered", turn }];
		case "turnStarted":
			turn.state = "running";
			turn.backend = event.backend;
			turn.model = event.model;
			return [{ kind: "turnStarted", turn, warnings: event.warnings }];
		case "text":
		case "thinking": {
			turn.retry = null;
			turn.progress = null;
			const part = textOf(turn, event.kind, event.itemId);
			const shown = part.text;
			part.text = event.text;
			turn.texts.delete(event.itemId);
			if (!event.text.startsWith(shown)) return [{ kind: "textEnded", turn, part, replaced: true }];
			const rest = event.text.slice(shown.length);
			const ended: TurnChange = { kind: "textEnded", turn, part, replaced: false };
			return rest === "" ? [ended] : [{ kind: "textGrew", turn, part, delta: rest }, ended];
		}
		case "toolCall": {
			const call: ToolCallView = { ...event, waiting: false, output: "" };
			turn.calls.set(call.callId, call);
			return [{ kind: "toolStarted", turn, call }];
		}
		case "toolResult": {
			const call = turn.calls.get(event.callId);
			if (call === undefined) return [];
			turn.calls.delete(event.callId);
			return [{ kind: "toolFinished", turn, call, content: event.content, isError: event.isError }];
		}
		case "steered":
			return [{ kind: "steered", turn, content: event.content }];
		case "turnChanges":
			return [{ kind: "turnChanges", turn, changes: event.changes }];
		case "turnFinished":
			turn.state = "finished";
			turn.stopReason = event.stopReason;
			turn.usage = event.usage;
			turn.error = event.error;
			turn.retry = null;
			turn.progress = null;
			return [{ kind: "turnFinished", turn }];
		default:
			return event satisfies never;
	}
};

/** Folds what is only shown early into a turn, and answers what that changed. */
export const foldTurnHint = (turn: TurnView, hint: TurnHint): readonly TurnChange[] => {
	switch (hint.kind) {
		case "textDelta":
		case "thinkingDelta": {
			turn.retry = null;
			turn.progress = null;
			const kind = hint.kind === "textDelta" ? "text" : "thinking";
			const part = textOf(turn, kind, hint.itemId);
			part.text += hint.delta;
			return [{ kind: "textGrew", turn, part, delta: hint.delta }];
		}
		case "toolOutput": {
			const call = turn.calls.get(hint.callId);
			if (call === undefined) return [];
			call.output = (call.output + hint.delta).slice(-maxToolOutputChars);
			return [{ kind: "toolOutput", turn, call }];
		}
		case "toolWaiting": {
			const call = turn.calls.get(hint.callId);
			if (call !== undefined) call.waiting = hint.waiting;
			return [{ kind: "status" }];
		}
		case "retrying":
			turn.retry = hint;
			return [{ kind: "status" }];
		case "progress":
			turn.progress = hint;
			turn.retry = null;
			return [{ kind: "status" }];
		default:
			return hint satisfies never;
	}
};

const textOf = (turn: TurnView, kind: TextView["kind"], itemId: string): TextView => {
	const known = turn.texts.get(itemId);
	if (known !== undefined) return known;
	const part: TextView = { kind, itemId, text: "" };
	turn.texts.set(itemId, part);
	return part;
};
