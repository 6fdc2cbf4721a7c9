/** What a change of the session means for the person here: the one place where that is decided. */
import type { CellPayload, CommandAction, Output, TranscriptItem } from "../../../protocol/index.ts";
import type { Submission } from "../session/liveSession.ts";
import type { CellView, Change, SessionView } from "../session/sessionView.ts";
import type { TurnView } from "../session/turnView.ts";
import type { Action, Author } from "./action.ts";
import {
	approvalNote,
	cellNote,
	conversationResetNote,
	type Hints,
	kernelEndNote,
	newKernelNote,
	promptModeText,
	turnNote,
} from "./wording.ts";

/** What the shell does itself, the same for every client. */
export type OwnAction = { readonly kind: "restart" };

/** What has to be known of this client to tell what a change means here. */
export type Here = {
	readonly view: SessionView;
	readonly hints: Hints;
	/** Whether the person here may answer approvals. */
	readonly canAnswer: boolean;
	/** Calls that nobody could allow, whose result is still to come. */
	readonly unanswered: Set<string>;
	author(by: string | null, byName?: string): Author;
	/** The entry that this came from, when it was entered here; told once. */
	claim(item: CellView | TurnView | TranscriptItem): Submission | null;
	/** Whether this cell was entered here and had not ended. */
	isRunning(cellId: string): boolean;
};

export const meaningOf = (change: Change, here: Here): readonly (Action | OwnAction)[] => {
	const authorOf = ({ by, byName }: { by: string | null; byName?: string | undefined }) =>
		here.author(by, byName);
	switch (change.kind) {
		case "past": {
			const { item } = change;
			// What Python said of itself, or what could not be said to come of a cell, has no code.
			if (item.kind === "cell" && item.code === "")
				return item.outputs.map((output) => lateOutput(item, output));
			const told: Action = { kind: "past", item, author: authorOf(item), entry: here.claim(item) };
			// It ended while the connection was away: what it left to its client is still to be done.
			const payloads =
				item.kind === "cell" && item.status !== "running" && here.isRunning(item.cellId) ? item.payloads : [];
			return [told, ...payloads.flatMap(tasksOf)];
		}
		case "cellStarted":
			return [{ ...change, author: authorOf(change.cell), entry: here.claim(change.cell) }];
		case "cellFinished": {
			const { cell, payloads } = change;
			const told: Action = { kind: "cellFinished", cell, note: cellNote(cell.status) };
			return authorOf(cell).whose === "mine" ? [told, ...payloads.flatMap(tasksOf)] : [told];
		}
		case "lateOutput":
			return [lateOutput(change, change.output)];
		case "promptQueued":
			return [{ ...change, author: authorOf(change.turn), entry: here.claim(change.turn) }];
		case "turnStarted":
			return [{ ...change, author: authorOf(change.turn) }];
		case "turnFinished":
			return [{ ...change, note: turnNote(change.turn) }];
		case "toolFinished":
			return [{ ...change, isTold: here.unanswered.delete(change.call.callId) }];
		case "approvalAsked":
			if (here.canAnswer) return [change];
			return [{ kind: "say", text: `${change.approval.tool} waits for somebody's approval` }];
		case "approvalAnswered": {
			const { approval, answer } = change;
			const note = approvalNote(approval.tool, answer, here.author(answer.by));
			if (answer.outcome === "unanswered") here.unanswered.add(approval.callId);
			const ended: Action = { kind: "approvalEnded", approval, outcome: answer.outcome, note };
			return note === null ? [ended] : [ended, { kind: "approvalAnswered", approval, note }];
		}
		case "kernelAttached":
			return change.fresh ? [{ kind: "notice", ...newKernelNote(change.kernel.banner, here.hints) }] : [];
		case "kernelDetached": {
			const note = kernelEndNote(change.reason, change.detail, here.hints);
			return note === null ? [] : [{ kind: "notice", ...note }];
		}
		case "participants":
			return [{ kind: "notice", level: "info", text: change.text }];
		case "conversationReset":
			return [{ kind: "notice", ...conversationResetNote }];
		case "settings": {
			const { promptMode } = here.view.settings;
			return change.before.promptMode === promptMode
				? []
				: [{ kind: "say", text: promptModeText(promptMode) }];
		}
		case "status":
		case "overrun":
			return [];
		case "cellOutput":
		case "promptEdited":
		case "promptRemoved":
		case "turnNumbered":
		case "textGrew":
		case "textEnded":
		case "toolStarted":
		case "toolOutput":
		case "steered":
		case "turnChanges":
		case "notice":
			return [change];
		default:
			return change satisfies never;
	}
};

const lateOutput = (
	{ cellId, executionCount }: { readonly cellId: string; readonly executionCount: number | null },
	output: Output,
): Action => ({
	kind: "lateOutput",
	cellId,
	of: executionCount === null ? "Python" : `In [${executionCount}]`,
	output,
});

const tasksOf = (payload: CellPayload): readonly (Action | OwnAction)[] => {
	switch (payload.kind) {
		case "page":
			return [{ kind: "page", text: payload.text }];
		case "setNextInput":
			return [{ kind: "nextInput", text: payload.text, replace: payload.replace }];
		case "editMagic":
			return [{ kind: "edit", path: payload.filename, line: payload.lineNumber }];
		case "askExit":
			return [{ kind: "leave", how: payload.keepKernel ? "detach" : "close" }];
		case "command":
			return commandTasks(payload.action);
		default:
			return payload satisfies never;
	}
};

/** What a command leaves to its client. */
export const commandTasks = (action: CommandAction | null): readonly (Action | OwnAction)[] => {
	if (action === null) return [];
	switch (action.kind) {
		case "page":
			// Its text is shown by whoever ran the command.
			return [];
		case "detach":
			return [{ kind: "leave", how: "detach" }];
		case "restart":
			return [{ kind: "restart" }];
		case "resume":
			return [{ kind: "goOver", session: action.session, entries: [] }];
		default:
			return action satisfies never;
	}
};
