/**
 * What a session's life means for the person at one client: a closed union, decided by `meaning.ts`. A client is a
 * `Face`, which has an answer to each of them; an action that is new is an error of types in every face.
 */
import type { InputRequestParams, Output, TranscriptItem } from "../../../protocol/index.ts";
import type { Farewell, Submission } from "../session/liveSession.ts";
import type { Approval, ApprovalAnswer, CellView, SessionView } from "../session/sessionView.ts";
import type { TurnChange, TurnView } from "../session/turnView.ts";

/** Who did something: the person here, another participant, or a program outside of this server. */
export type Author = {
	readonly whose: "mine" | "another" | "nobody";
	/** As others know them, `""` where nothing is known. Text of others: a face cleans it. */
	readonly name: string;
};

/** A sentence about what has ended. */
export type Note = { readonly level: "info" | "warning" | "error"; readonly text: string };

/** Of which entry made here a cell or turn came; `null` when it was not entered here. */
type Entered = { readonly author: Author; readonly entry: Submission | null };

/** What happened, for the record that the person reads. */
export type TranscriptAction =
	/** A cell or turn as it ended, or as far as it has come. */
	| ({ readonly kind: "past"; readonly item: TranscriptItem } & Entered)
	| ({ readonly kind: "cellStarted"; readonly cell: CellView } & Entered)
	| { readonly kind: "cellOutput"; readonly cell: CellView; readonly output: Output }
	/** Output while its cell does not run: a thread or a task of it goes on. `of` names what it comes of. */
	| { readonly kind: "lateOutput"; readonly cellId: string; readonly of: string; readonly output: Output }
	| { readonly kind: "cellFinished"; readonly cell: CellView; readonly note: Note | null }
	| ({ readonly kind: "promptQueued"; readonly turn: TurnView } & Entered)
	| { readonly kind: "promptEdited"; readonly turn: TurnView }
	| { readonly kind: "promptRemoved"; readonly turn: TurnView }
	| {
			readonly kind: "turnStarted";
			readonly turn: TurnView;
			readonly author: Author;
			readonly warnings: readonly string[];
	  }
	| Extract<TurnChange, { kind: "turnNumbered" | "textGrew" | "textEnded" | "steered" | "turnChanges" }>
	| Extract<TurnChange, { kind: "toolStarted" | "toolOutput" }>
	/** `isTold`: why it did not run has been said already. */
	| (Extract<TurnChange, { kind: "toolFinished" }> & { readonly isTold: boolean })
	| { readonly kind: "turnFinished"; readonly turn: TurnView; readonly note: Note | null }
	| { readonly kind: "approvalAnswered"; readonly approval: Approval; readonly note: Note }
	| ({ readonly kind: "notice" } & Note)
	/** Something entered here begins at once: its input is shown before anything comes back. */
	| {
			readonly kind: "inputEntered";
			readonly text: string;
			readonly number: number;
			readonly what: "prompt" | "python";
	  }
	/** What a command said that ran beside the cells. */
	| { readonly kind: "commandAnswered"; readonly text: string; readonly failed: boolean }
	/** The server refused what was entered. */
	| { readonly kind: "rejected"; readonly entry: Submission; readonly reason: string };

/** What has to be done here. Nothing that another participant does becomes one, approvals aside. */
export type TaskAction =
	/** The session is there, and its past has been told. */
	| { readonly kind: "opened"; readonly view: SessionView }
	/** Everything that came together has been told. */
	| { readonly kind: "changed" }
	/** A few words that stand for the moment. */
	| { readonly kind: "say"; readonly text: string }
	| { readonly kind: "approvalAsked"; readonly approval: Approval }
	/** Somebody answered, or nobody can any more. */
	| {
			readonly kind: "approvalEnded";
			readonly approval: Approval;
			readonly outcome: ApprovalAnswer["outcome"];
			readonly note: Note | null;
	  }
	| { readonly kind: "inputAsked"; readonly request: InputRequestParams }
	/** The cell that asked has ended. */
	| { readonly kind: "inputEnded"; readonly request: InputRequestParams }
	/** A text for reading, perhaps longer than the screen. */
	| { readonly kind: "page"; readonly text: string }
	| { readonly kind: "nextInput"; readonly text: string; readonly replace: boolean }
	/** `%edit`: a file to write; what it holds then is to be run. */
	| { readonly kind: "edit"; readonly path: string; readonly line: number }
	/** A program that needs the whole terminal. */
	| { readonly kind: "program"; readonly command: string }
	| { readonly kind: "clearScreen" }
	/** The person wants to leave while `running` has not ended: what becomes of it is to be asked. */
	| {
			readonly kind: "leaveAsked";
			readonly running: string;
			answer(how: "close" | "detach" | "stay"): void;
	  }
	/** Python or a command asks to leave. */
	| { readonly kind: "leave"; readonly how: Farewell }
	/** Another session comes next (`null`: one that the person chooses), with what was entered for it already. */
	| { readonly kind: "goOver"; readonly session: string | null; readonly entries: readonly string[] }
	/** The session is being left: nothing is told after this. */
	| { readonly kind: "leaving" };

export type Action = TranscriptAction | TaskAction;

type Handlers<A extends { readonly kind: string }, Answer> = {
	readonly [K in A["kind"]]: (action: Extract<A, { readonly kind: K }>) => Answer;
};

/** Shows what happened, line by line as it comes. */
export type Transcript = Handlers<TranscriptAction, void>;

/** A client as the session sees it. A task may take its time: what comes back is awaited. */
export type Face = Handlers<TaskAction, unknown> & { readonly transcript: Transcript };

/** Gives an action to the face's answer to it. */
export const perform = (face: Face, action: Action): unknown => {
	const handlers = action.kind in face.transcript ? face.transcript : face;
	const handle = (handlers as Record<string, (action: Action) => unknown>)[action.kind]!;
	return handle.call(handlers, action);
};
