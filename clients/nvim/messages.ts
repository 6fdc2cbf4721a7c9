/** What goes over the channel between Lua and this process, besides the answers to calls. */
import type { CommandAction } from "../../protocol/index.ts";
import type { Line } from "./terminalLines.ts";

/** What `lua/ipyai/host.lua` is told. Absent and null fields are left out on the way. */
export type Message =
	| { readonly kind: "answer"; readonly id: number; readonly result?: unknown; readonly error?: string }
	/** The session as a status line shows it; without `sessionId` there is none. */
	| {
			readonly kind: "session";
			readonly sessionId?: string;
			readonly title?: string | null;
			readonly cwd?: string;
			readonly own?: boolean;
			readonly kernel?: string;
			readonly backend?: string | null;
			readonly model?: string | null;
			readonly think?: string;
			readonly permissions?: string;
			readonly participants?: readonly string[];
			readonly link?: "ready" | "lost";
	  }
	| {
			readonly kind: "cell";
			readonly cellId: string;
			/** The number Lua gave to this run; absent for cells of others. */
			readonly run?: number | null;
			readonly by: string;
			readonly mine: boolean;
			readonly past: boolean;
			readonly code: string;
			readonly count: number | null;
			readonly status: string;
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
			readonly turnId: string;
			readonly run?: number | null;
			readonly state: "queued" | "running" | "finished" | "removed";
			/** How many bytes at the beginning say who asked what. */
			readonly head: number;
			readonly from: number;
			readonly text: string;
			/** The answer alone and its code blocks, once the turn has finished. */
			readonly answer?: string;
			readonly blocks?: readonly string[];
			readonly stopReason?: string | null;
			readonly error?: string | null;
			readonly past: boolean;
	  }
	| {
			readonly kind: "approval";
			readonly approvalId: string;
			readonly tool: string;
			readonly text: string;
			readonly language: string;
			readonly always: string | null;
	  }
	| {
			readonly kind: "approvalEnded";
			readonly approvalId: string;
			readonly outcome: string;
			readonly by: string;
	  }
	| { readonly kind: "input"; readonly inputId: string; readonly prompt: string; readonly password: boolean }
	/** A pager's page. */
	| { readonly kind: "page"; readonly lines: readonly Line[] }
	/** Text that a person asked for as their next cell. */
	| { readonly kind: "nextInput"; readonly text: string }
	/** `%edit`: a file to write, whose code runs when it is done. */
	| { readonly kind: "edit"; readonly path: string; readonly line: number }
	/** `exit` in a cell. */
	| { readonly kind: "exit"; readonly keep: boolean }
	/** A command's part that only the client can do. */
	| { readonly kind: "action"; readonly action: CommandAction }
	| { readonly kind: "notice"; readonly level: "info" | "warning" | "error"; readonly text: string };

/** A call from Lua that cannot be done. The message is a whole sentence for a person. */
export class CallError extends Error {
	override readonly name = "CallError";
}
