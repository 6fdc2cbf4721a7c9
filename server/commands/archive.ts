import { placeFacts } from "../../ground/paths/placeFacts.ts";
import { sessionName, toSessionRef } from "../../protocol/sessionList.ts";
import { createRedaction } from "../redaction/redaction.ts";
import { removeSession } from "../sessions/files/archive.ts";
import { filePath } from "../sessions/files/notebookFiles.ts";
import { findPythonSession } from "../sessions/files/pythonSessions.ts";
import { exportName, readSession, writeSession } from "../sessions/files/sessionFiles.ts";
import type { SessionRow } from "../store/store.ts";
import { type Command, type CommandContext, CommandError, withoutQuotes } from "./command.ts";
import { firstLine } from "./tables.ts";

/** `%ipyai` words about sessions as wholes: taken away, written to a file, read from one. */
export const archiveCommands = {
	delete: {
		usage: "delete ID [--force]",
		summary: "take a stored session away for good",
		run: async (context, rest) => {
			const { sessions } = context;
			const words = rest.split(/\s+/).filter((word) => word !== "");
			const ids = words.filter((word) => word !== "--force");
			if (ids.length !== 1)
				throw new CommandError("write the number or id of one session; %ipyai sessions lists them.");
			const row = sessionToDelete(context, ids[0]!);
			const open = sessions.live.find(({ sessionId }) => sessionId === row.sessionId);
			const name = sessionName(row);
			if (open && !open.participants.isEmpty)
				throw new CommandError(`session ${name} is open elsewhere: leave it there first.`);
			if (open?.hosting.host && !words.includes("--force"))
				throw new CommandError(
					`the kernel of session ${name} still runs, and its variables would go too: add --force.`,
				);
			await removeSession(sessions, row.sessionId);
			return { text: `Deleted session ${name}${about(row)}: ${row.cells} cells, ${row.turns} prompts.` };
		},
	},
	export: {
		usage: "export [FILE]",
		summary: "write this session as one file, without secrets",
		run: async ({ session, sessions }, rest) => {
			const { sessionId, cwd, environment } = session;
			const path = filePath(withoutQuotes(rest) || exportName(sessionId), cwd, placeFacts(environment).home);
			const events = await writeSession(sessions.store, sessionId, path, createRedaction(environment));
			return { text: `Wrote ${events} events to ${path}. %ipyai import reads them.` };
		},
	},
	import: {
		usage: "import FILE",
		summary: "make a session of an exported file",
		run: async ({ session, sessions, signal }, rest) => {
			if (rest === "") throw new CommandError("write the name of an exported file after it.");
			const { cwd, environment } = session;
			const path = filePath(withoutQuotes(rest), cwd, placeFacts(environment).home);
			const { sessionId, events } = await readSession(sessions.store, sessions.owner, path, cwd, signal);
			const name = sessionName({ sessionId, historySession: null });
			return { text: `Read ${events} events from ${path}: %ipyai resume ${name}, or ipyai -r ${name}.` };
		},
	},
} satisfies Record<string, Command>;

/** Only what is certainly meant: a number counts in this folder alone, as others have their own of it. */
const sessionToDelete = ({ session, sessions }: CommandContext, id: string): SessionRow => {
	const ref = toSessionRef(id, session.cwd);
	if (findPythonSession(sessions.store, session.environment, ref))
		throw new CommandError(`session ${id} is the Python program's: it lies in IPython's history, and stays.`);
	const row = sessions.find(ref);
	if (row.sessionId === session.sessionId)
		throw new CommandError("this is the session you are in: go over to another one first.");
	if ("historySession" in ref && row.cwd !== session.cwd)
		throw new CommandError(
			`session ${id} is one of ${row.cwd}: name it by its id, ${row.sessionId.slice(0, 13)}.`,
		);
	return row;
};

const about = ({ title, lastPrompt }: SessionRow): string => {
	const text = title ?? lastPrompt;
	return text === null ? "" : ` "${firstLine(text, 40)}"`;
};
