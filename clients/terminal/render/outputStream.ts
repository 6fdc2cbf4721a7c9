/**
 * The output of a running cell: complete lines go to the scrollback, what is not finished (progress bars, a prompt)
 * stays in the tail until it is.
 */
import { wrapCells } from "../screen/styledText.ts";
import { createSanitizer, type Sanitizer } from "./sanitize.ts";

export type OutputStream = {
	/** Takes text as the cell printed it, gives the lines that it finished. */
	write(text: string): string[];
	/** The rows of the unfinished lines, for the tail. */
	live(width: number): string[];
	/** Gives the unfinished lines, if any, and starts anew. */
	end(): string[];
};

export const createOutputStream = (): OutputStream => {
	let sanitizer: Sanitizer = createSanitizer();
	return {
		write: (text) => sanitizer.write(text),
		live: (width) => sanitizer.rest().flatMap((line) => wrapCells(line, width)),
		end() {
			const rest = sanitizer.rest();
			sanitizer = createSanitizer();
			return rest;
		},
	};
};
