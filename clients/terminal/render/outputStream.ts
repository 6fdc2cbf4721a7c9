/**
 * The output of a running cell: complete lines go to the scrollback, what is not finished (progress bars, a prompt)
 * stays in the tail until it is.
 */
import type { ScreenText } from "../../../ground/text/screenText.ts";
import { wrapCells } from "../screen/styledText.ts";
import { createSanitizer, type Sanitizer } from "./sanitize.ts";

export type OutputStream = {
	/** Takes text as the cell printed it, gives the lines that it finished. */
	write(text: string): ScreenText[];
	/** The rows of the unfinished lines, for the tail. */
	live(width: number): ScreenText[];
	/** Gives the unfinished lines, if any, and starts anew. */
	end(): ScreenText[];
};

export const createOutputStream = (): OutputStream => {
	let sanitizer: Sanitizer = createSanitizer();
	return {
		write: (text) => sanitizer.write(text),
		live: (width) => sanitizer.rest().flatMap((line) => wrapCells(line, width)),
		end() {
			const rest = sanitizer.end();
			sanitizer = createSanitizer();
			return rest;
		},
	};
};
