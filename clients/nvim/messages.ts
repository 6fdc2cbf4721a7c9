/** What goes over the channel between Lua and this process, besides the answers to calls. */
import type { PlainText } from "../../ground/text/screenText.ts";
import type { CellStatus, StopReason } from "../../protocol/index.ts";
import type { Line } from "./terminalLines.ts";
import type { Block } from "./toolText.ts";

declare const exactly: unique symbol;
/**
 * Text that Lua gets as it is, because it shows none of it, or puts it into a buffer that is a file: ids, paths, a
 * notebook's cells. What else it is told is `PlainText`.
 */
export type Exact = string & { readonly [exactly]: true };
export const exact = (text: string): Exact => text as Exact;

/** `T` where its texts are of one of these kinds, or words of ours. */
export type Told<T> = T extends string
	? string extends T
		? never
		: T
	: T extends object
		? { readonly [K in keyof T]: Told<T[K]> }
		: T;

/** What `lua/ipyai/host.lua` is told. Absent and null fields are left out on the way. */
export type Message =
	| { readonly kind: "answer"; readonly id: number; readonly result?: unknown; readonly error?: PlainText }
	/** The session as a status line shows it; without `sessionId` there is none. */
	| {
			readonly kind: "session";
			readonly sessionId?: Exact;
			readonly title?: PlainText | null;
			readonly cwd?: PlainText;
			readonly own?: boolean;
			readonly kernel?: PlainText;
			/** Names the namespace: another kernel has another. */
			readonly kernelId?: Exact | null;
			readonly backend?: PlainText | null;
			readonly model?: PlainText | null;
			readonly think?: PlainText;
			readonly permissions?: PlainText;
			readonly participants?: readonly PlainText[];
			/** How many programs the AI's tools left running. */
			readonly terminals?: number;
			readonly link?: "ready" | "lost";
	  }
	| {
			readonly kind: "cell";
			readonly cellId: Exact;
			/** The number Lua gave to this run; absent for cells of others. */
			readonly run?: number | null;
			readonly by: PlainText;
			readonly mine: boolean;
			readonly past: boolean;
			readonly code: PlainText;
			readonly count: number | null;
			readonly status: CellStatus | "running";
			/** What an end out of the ordinary means. */
			readonly note: PlainText | null;
			/** Sent to Python, which still runs others. */
			readonly waits: boolean;
			/** How long it ran, in seconds, when both ends of it were seen. */
			readonly took?: number | null;
			readonly lines: readonly Line[];
			readonly total: number;
			readonly end: "head" | "tail";
	  }
	/** A turn's Markdown: keep the first `from` bytes of what there is, then comes `text`. */
	| {
			readonly kind: "chat";
			readonly turnId: Exact;
			readonly run?: number | null;
			readonly state: "queued" | "running" | "finished" | "removed";
			/** How many bytes at the beginning say who asked what. */
			readonly head: number;
			readonly from: number;
			readonly text: PlainText;
			/** What may be folded: rows of the text from 0, and what stands for them. Absent where it is as before. */
			readonly folds?: readonly Block[] | null;
			/** The answer alone, as cells of a Python file, and its code blocks, once the turn has finished. */
			readonly answer?: PlainText;
			readonly cells?: PlainText;
			readonly blocks?: readonly PlainText[];
			readonly stopReason?: StopReason | null;
			readonly error?: PlainText | null;
			readonly past: boolean;
	  }
	| {
			readonly kind: "approval";
			readonly approvalId: Exact;
			readonly tool: PlainText;
			readonly text: PlainText;
			readonly language: PlainText;
			readonly always: PlainText | null;
			/** The prompt was asked in this Neovim, or nobody else is there. */
			readonly mine: boolean;
	  }
	/** `text` says how; absent when this Neovim allowed it. */
	| { readonly kind: "approvalEnded"; readonly approvalId: Exact; readonly text: PlainText | null }
	| {
			readonly kind: "input";
			readonly inputId: Exact;
			readonly prompt: PlainText;
			readonly password: boolean;
	  }
	/** The cell that asked has ended. */
	| { readonly kind: "inputEnded"; readonly inputId: Exact }
	/** A pager's page. */
	| { readonly kind: "page"; readonly lines: readonly Line[] }
	/** Text that a person asked for as their next cell. */
	| { readonly kind: "nextInput"; readonly text: PlainText }
	/** `%edit`: a file to write, whose code runs when it is done. */
	| { readonly kind: "edit"; readonly path: Exact; readonly line: number }
	/** `exit` in a cell. */
	| { readonly kind: "exit"; readonly keep: boolean }
	/** Another session comes next: a name as `:IpyaiJoin` takes it, absent for one that the person chooses. */
	| { readonly kind: "goOver"; readonly session: Exact | null }
	/** How far something is that takes its time; empty when it is over. */
	| { readonly kind: "progress"; readonly text: PlainText }
	| { readonly kind: "notice"; readonly level: "info" | "warning" | "error"; readonly text: PlainText };

/** A call from Lua that cannot be done. The message is a whole sentence for a person. */
export class CallError extends Error {
	override readonly name = "CallError";
}
