import { placeFacts } from "../../ground/paths/placeFacts.ts";
import type { LoadNotebookResult } from "../../protocol/index.ts";
import { notebookPath } from "../sessions/files/notebookFiles.ts";
import { loadNotebook } from "../sessions/files/notebooks.ts";
import { saveNotebook } from "../sessions/files/saveNotebook.ts";
import { afterCell, type Command, type CommandContext, CommandError, withoutQuotes } from "./command.ts";

/** `%ipyai` words about notebook files. */
export const notebookCommands = {
	save: {
		usage: "save FILE | --startup",
		summary: "write a Jupyter notebook, or the one that sessions begin with",
		run: async (context, rest) => {
			const { session } = context;
			const file = rest === "--startup" ? null : pathOf(context, rest);
			const { path, cells, prompts, withheld } = await saveNotebook(session, file);
			const secrets =
				withheld === 0
					? ""
					: `\nSecrets in ${withheld} texts were left out: the file says [redacted] there ("log_redact": false keeps them).`;
			return { text: `Saved ${cells} code cells and ${prompts} prompts to ${path}.${secrets}` };
		},
	},
	load: {
		usage: "load FILE [--run | --show] [--from N]",
		summary: "take a notebook in; foreign ones are only shown",
		run: (context, rest) => {
			const options = readOptions(rest);
			const { session, by, signal } = context;
			const path = pathOf(context, options.file);
			return afterCell(context, `${path} is loaded after this cell.`, async () =>
				loadedText(
					await loadNotebook(
						session,
						{ run: options.run, ...(options.from !== null && { from: options.from }) },
						path,
						by,
						signal,
					),
				),
			);
		},
	},
} satisfies Record<string, Command>;

const pathOf = ({ session }: CommandContext, file: string): string => {
	if (file === "") throw new CommandError("write a file name after it.");
	return notebookPath(withoutQuotes(file), session.cwd, placeFacts(session.environment).home);
};

/** Blanks belong to the file's name; options stand behind it or before it. */
const readOptions = (rest: string): { file: string; run: boolean | "ifOurs"; from: number | null } => {
	const from = /(?:^|\s)--from[ =](\d+)(?=\s|$)/.exec(rest);
	const run = /(?:^|\s)--run(?=\s|$)/.test(rest);
	const show = /(?:^|\s)--show(?=\s|$)/.test(rest);
	const file = rest.replace(/(?:^|\s)(?:--from[ =]\d+|--run|--show)(?=\s|$)/g, "").trim();
	return {
		file,
		run: run ? true : show ? false : "ifOurs",
		from: from ? Math.max(1, Number(from[1])) : null,
	};
};

const loadedText = ({ path, cells, prompts, ran, stopped, total }: LoadNotebookResult): string => {
	const loaded = `Loaded ${cells} code cells and ${prompts} prompts from ${path}.`;
	if (stopped)
		return `${loaded} Cell ${stopped.cell} of ${total} ended with ${stopped.status}: after a repair, %ipyai load ${path} --run --from ${stopped.cell} goes on.`;
	return ran || cells === 0
		? loaded
		: `${loaded} They are shown, not run: %ipyai load ${path} --run runs them.`;
};
