/** Sequences for the terminal that tmux is in, where its option `allow-passthrough` hands them on. */
import { escapesDoubled, type ScreenText, styled } from "../../../ground/text/screenText.ts";

/** The sequence, wrapped for tmux: each escape in it is doubled. */
export const throughTmux = (sequence: ScreenText): ScreenText =>
	styled`\x1bPtmux;${escapesDoubled(sequence)}\x1b\\`;

export type TmuxFacts = {
	/** It hands sequences on. */
	readonly passes: boolean;
	/** What the terminal around it calls itself, and its `TERM`. */
	readonly terminal: string;
	/** It draws sixels itself. */
	readonly hasSixel: boolean;
};

/** What `tmux display-message -p` is asked for. */
export const tmuxFormat = "#{allow-passthrough}|#{client_termtype} #{client_termname}|#{client_termfeatures}";

/** Its answer, read. */
export const tmuxFacts = (said: string): TmuxFacts => {
	const [passing = "", terminal = "", features = ""] = said.trim().split("|");
	return { passes: passing === "on" || passing === "all", terminal, hasSixel: /\bsixel\b/.test(features) };
};
