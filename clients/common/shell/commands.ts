/**
 * `%ipyai ...` and `%ipycodex ...`: commands. The server knows them all; a line that holds one runs as a cell like any
 * other, or beside the cells when the kernel could not take it now.
 */
import type { RunCommandResult } from "../../../protocol/index.ts";
import type { LiveSession } from "../session/liveSession.ts";
import type { SessionView } from "../session/sessionView.ts";

/** The words after `%ipyai`, or `null` when the cell is something else. */
export const parseCommand = (cell: string): string | null => {
	const match = /^\s*%(ipyai|ipycodex)(?:[ \t]+(.*?))?\s*$/.exec(cell);
	if (match === null) return null;
	const words = (match[2] ?? "").trim();
	// As in the magic: the predecessor's `save` without a file.
	return match[1] === "ipycodex" && words === "save" ? "save --startup" : words;
};

/** These run cells themselves, or take the kernel or the client away: they stand in no cell. */
const besideCells = /^(?:load|rerun|restart|resume|detach)\b/;

/** Whether what is typed behind a command runs elsewhere: in another session or a new kernel. */
export const movesOn = (words: string): boolean => /^(?:restart|resume)\b/.test(words);

/** These change nothing: they are answered also while another command takes its time. */
const looks = /^(?:help|usage|context|queue|sessions)\b|^$/;

/** Runs the commands that are typed ahead one after the other. */
export const createCommandRunner = (live: LiveSession): ((words: string) => Promise<RunCommandResult>) => {
	let last: Promise<unknown> = Promise.resolve();
	return (words) => {
		if (looks.test(words)) return runCommand(live, words);
		// A command that failed says so in its result.
		const run = last.then(() => runCommand(live, words));
		last = run;
		return run;
	};
};

/** Whether a command goes through the kernel, as a cell with a number and an output. */
export const runsAsCell = (view: SessionView | null, words: string): boolean =>
	view?.kernel?.status === "idle" && view.cells.size === 0 && !besideCells.test(words);

/** Runs the words after `%ipyai` at once. A request that fails is a failed command with the server's sentence. */
export const runCommand = async (live: LiveSession, words: string): Promise<RunCommandResult> => {
	try {
		const { sessionId } = live.view!;
		return await live.request("command/run", { sessionId, requestId: crypto.randomUUID(), line: words });
	} catch (error) {
		return { text: `%ipyai ${words}: ${(error as Error).message}`, failed: true, action: null };
	}
};
