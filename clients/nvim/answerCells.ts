/** An answer as it stands in a Python file: its Python blocks are cells, what stands between them cells of comments. */
import { answerParts } from "../common/markdown/answerParts.ts";

/** Begins with the blank line that sets it apart; empty for an answer without text. */
export const answerCells = (markdown: string): string =>
	answerParts(markdown)
		.map(({ kind, text }) =>
			kind === "python" ? `\n# %%\n${text}` : `\n# %% [markdown]\n${commented(text)}`,
		)
		.join("\n");

const commented = (text: string): string => text.replace(/^.*$/gm, (line) => `# ${line}`.trimEnd());
