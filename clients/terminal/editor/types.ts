/** What the input needs from its owner, and what it tells. The editor itself does no IO. */

import type { Completeness } from "../../../ground/python/completeness.ts";
import type { ScreenText } from "../../../ground/text/screenText.ts";
import type { InputPrompt } from "../render/prompt.ts";
import type { Theme } from "../render/theme.ts";
import type { KeyEvent } from "./keys.ts";

export type EditorOptions = {
	readonly theme: Theme;
	/** Called after each change of the text or the cursor, with the text. */
	readonly onChange?: (text: string, cursor: number) => void;
	/** Enter on a finished input. The editor clears itself and puts the text into its history. */
	readonly onSubmit: (text: string) => void;
	/**
	 * Whether Enter submits: asked when the cursor stands where IPython would ask. What a text is, a prompt or Python,
	 * is for the owner to know. Keys that come before the answer wait.
	 */
	readonly isComplete: (text: string) => Promise<Completeness> | Completeness;
	/** Tab after text: gives the matches, which show in a menu. */
	readonly complete?: (text: string, cursor: number) => Promise<Completions | null>;
};

/** `start` and `end` are UTF-16 offsets into the whole text. */
export type Completions = {
	readonly start: number;
	readonly end: number;
	readonly matches: readonly {
		readonly text: string;
		readonly type?: string | null;
		readonly signature?: string | null;
	}[];
};

export type Rendered = {
	readonly lines: ScreenText[];
	readonly cursor: { readonly line: number; readonly column: number };
};

/**
 * The multi-line input. State changes only through these calls; `render` is pure.
 */
export type Editor = {
	readonly text: string;
	/** UTF-16 offset. */
	readonly cursor: number;
	setPrompt(prompt: InputPrompt): void;
	setText(text: string, cursor?: number): void;
	/** Inserts at the cursor; one undo step. */
	insert(text: string): void;
	/** True when the key was used. */
	handleKey(key: KeyEvent): boolean;
	/** Entries oldest first; the newest is met first with Up. */
	setHistory(entries: readonly string[]): void;
	addHistory(entry: string): void;
	/** Shows dimmed text at the cursor until it is accepted, typed, or no longer fits. Null takes it away. */
	setGhost(ghost: Ghost | null): void;
	/** What is left of it; nothing when there is none. */
	readonly suggestion: string;
	/** What stands dimmed at the cursor: that, or how an earlier input went on. */
	readonly ghost: string;
	/** Shows a menu, as if Tab had asked for it. */
	openMenu(completions: Completions): void;
	readonly mode: "edit" | "search" | "menu";
	/** Text in place of the input's own lines for one render (a pending submit, for example) is the owner's work. */
	render(width: number, maxRows?: number): Rendered;
};

export type Ghost = {
	readonly text: string;
	/** What stands behind the cursor and is a part of the text too: an accept of all of it takes its place. */
	readonly replaced?: string;
	/** Told the UTF-16 units accepted so far, each time some are. */
	readonly onAccept?: (acceptedLength: number) => void;
};
