/**
 * Text of others for a terminal: of all control sequences only colours stay, and each line closes the colours it
 * opened. Carriage returns and backspaces act as on a terminal, so a progress bar is its last state.
 */
import { joined, type ScreenText, styled } from "../../../ground/text/screenText.ts";
import { sgrSequence } from "../../../ground/text/sgr.ts";
import { type Run, TerminalText } from "../../../ground/text/terminalText.ts";

/** The lines of a text, without newlines, safe to commit. */
export const sanitizeLines = (text: string): ScreenText[] => {
	const sanitizer = createSanitizer();
	return [...sanitizer.write(text), ...sanitizer.end()];
};

/** For text that arrives in pieces; sequences and lines may be cut anywhere. */
export type Sanitizer = {
	/** Takes a piece, gives the lines that it finished. */
	write(text: string): ScreenText[];
	/** The lines that are not finished yet, as they would look. */
	rest(): ScreenText[];
	/** The same, when nothing more comes. */
	end(): ScreenText[];
};

export const createSanitizer = (): Sanitizer => {
	const text = new TerminalText(sgrSequence);
	return {
		write: (piece) => text.write(piece).map(coloured),
		rest: () => text.rest.map(coloured),
		end: () => text.end().map(coloured),
	};
};

const coloured = (runs: readonly Run<ScreenText>[]): ScreenText =>
	joined(runs.map(([text, style]) => (style === "" ? text : styled`${style}${text}\x1b[0m`)));
