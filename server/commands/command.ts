/**
 * What a person types after `%ipyai`: the same words in every client and in a cell. A command returns text for the
 * person; what only the client can do comes as an action.
 */
import type { CommandAction, SettingsPatch } from "../../protocol/index.ts";
import type { Session } from "../sessions/session.ts";
import type { Sessions } from "../sessions/sessions.ts";

export type CommandContext = {
	readonly session: Session;
	readonly sessions: Sessions;
	/** The participant that asked; `null` for a client outside of this server. */
	readonly by: string | null;
	/** Resolves when the cell that holds the command has ended; `null` when it stands in none. */
	readonly cell: Promise<unknown> | null;
	readonly signal: AbortSignal;
};

export type CommandOutcome = {
	readonly text: string;
	readonly failed?: boolean;
	readonly action?: CommandAction;
};

export type Command = {
	readonly usage: string;
	readonly summary: string;
	run(context: CommandContext, rest: string): CommandOutcome | Promise<CommandOutcome>;
};

/** What a person asked for cannot be done: the message is the whole answer. */
export class CommandError extends Error {
	override readonly name = "CommandError";
}

/** Does something that needs the kernel's main shell: now, or when the cell that asked has ended. */
export const afterCell = async (
	{ session, cell, signal }: CommandContext,
	announce: string,
	work: () => Promise<string>,
): Promise<CommandOutcome> => {
	if (cell === null) {
		// What was typed before it comes before it.
		await session.hosting.cellsEnded(signal);
		return { text: await work() };
	}
	void cell.then(work).then(
		(text) => session.log.hint({ kind: "notice", level: "info", text }),
		(error: Error) => session.log.hint({ kind: "notice", level: "error", text: error.message }),
	);
	return { text: announce };
};

/** A title or file name, in quotes or not. */
export const withoutQuotes = (text: string): string => /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;

export const configure = ({ session }: CommandContext, patch: SettingsPatch): void => {
	session.configure(patch);
};
