import type { ScreenText } from "../../../ground/text/screenText.ts";

/**
 * What the screen needs of a terminal. The process's own terminal and the virtual terminal of the tests are both
 * this; nothing below `screen` writes anywhere else.
 */
export type Terminal = {
	write(text: ScreenText): void;
	/** The size now; `onResize` tells when it changed. */
	readonly columns: number;
	readonly rows: number;
	/** Returns what stops the calls. */
	onResize(listener: () => void): () => void;
	readonly traits: TerminalTraits;
};

export type TerminalTraits = {
	/**
	 * What a resize does to rows that no longer fit: most terminals wrap them anew and keep the cursor on its cell
	 * (`all`); xterm.js, as in VS Code, moves the cursor down for each row that wraps, also for those below it, and
	 * leaves one row alone (`xtermJs`); a few cut what does not fit (`none`).
	 */
	readonly reflow: "all" | "xtermJs" | "none";
	/** False for `TERM=dumb`: nothing but text and newlines is written, and the tail is not drawn. */
	readonly cursor: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the traits from the environment variables that terminals set. */
export const detectTraits = (env: Environment): TerminalTraits => {
	const term = env.TERM ?? "";
	if (term === "dumb" || term === "") return { reflow: "none", cursor: false };
	return { reflow: detectReflow(env, term), cursor: true };
};

const detectReflow = (env: Environment, term: string): TerminalTraits["reflow"] => {
	if (env.TMUX) return "all";
	if (env.STY || env.XTERM_VERSION || term === "linux") return "none";
	return /^(vscode|Hyper|Tabby)$/.test(env.TERM_PROGRAM ?? "") ? "xtermJs" : "all";
};
