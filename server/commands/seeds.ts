/**
 * Tools that the person calls as functions of theirs: `call NAME ARGUMENTS` comes of `clients/ipython/ipyai/tools/seeds.py`
 * and is no word of `%ipyai` for people.
 */
import { textOf } from "../../ground/text/contentText.ts";
import { newId } from "../sessions/ids.ts";
import { type CommandContext, CommandError, type CommandOutcome } from "./command.ts";

export const callWord = "call";

/** Those that Python runs itself would wait for the cell that they stand in. */
const serverTools: ReadonlySet<string> = new Set([
	...["bash", "start_bgterm", "write_stdin", "close_bgterm", "lnhashview_file", "exhash_file"],
]);

/** Ends with the cell that it stands in. */
export const callTool = async (
	{ session, cell, signal }: CommandContext,
	rest: string,
): Promise<CommandOutcome> => {
	const [, name = "", given = ""] = /^(\w+)\s+(\{.*\})$/s.exec(rest) ?? [];
	if (!serverTools.has(name) || cell === null)
		throw new CommandError("tools are called as functions, in a cell: bash('ls').");
	const ended = new AbortController();
	void cell.finally(() => ended.abort());
	const call = {
		kind: "toolCall",
		callId: newId(),
		name,
		args: JSON.parse(given) as Record<string, unknown>,
		executor: "server",
	} as const;
	const { content, isError } = await session.door.personsCall(call, AbortSignal.any([signal, ended.signal]));
	return { text: textOf(content), failed: isError };
};
