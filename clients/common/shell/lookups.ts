/** What an input asks the session while a person types: whether it is whole, what completes it, what it means. */
import { type Completeness, isComplete } from "../../../ground/python/completeness.ts";
import { commandNames } from "../../../protocol/commandNames.ts";
import type { ResultOf } from "../../../protocol/index.ts";
import type { Shell } from "./shell.ts";

const isCompleteTimeoutMs = 300;
const historyLimit = 5000;

/**
 * Whether Enter runs a text. A prompt goes on behind a backslash. Of Python the kernel is asked; where it can't say at
 * once, the client's own rule decides.
 */
export const askCompleteness = (shell: Shell, text: string): Completeness | Promise<Completeness> => {
	const read = shell.read(text);
	if (read.kind !== "submit" || read.entry.kind === "prompt")
		return { status: text.endsWith("\\") ? "incomplete" : "complete", indent: "" };
	const { code } = read.entry;
	const { view } = shell;
	// Which kernel could say it is not known while the session moves on.
	if (view === null || view.kernel?.status !== "idle" || shell.isMovingOn) return isComplete(code);
	const asked = shell.live.request("kernel/isComplete", { sessionId: view.sessionId, code });
	return Promise.race([
		asked.then((answer) => (answer.status === "unknown" ? isComplete(code) : answer)),
		new Promise<Completeness>((resolve) => setTimeout(() => resolve(isComplete(code)), isCompleteTimeoutMs)),
	]).catch(() => isComplete(code));
};

/** Commands after `%ipyai`, else what the kernel knows. */
export const askCompletions = async (
	shell: Shell,
	text: string,
	cursor: number,
): Promise<ResultOf<"kernel/complete"> | null> => {
	const command = /^\s*%(?:ipyai|ipycodex)[ \t]+(\w*)$/.exec(text.slice(0, cursor));
	if (command !== null) {
		const typed = command[1]!;
		const names = commandNames.filter((name) => name.startsWith(typed));
		return {
			start: cursor - typed.length,
			end: cursor,
			matches: names.map((text) => ({ text, type: null, signature: null })),
		};
	}
	const { view } = shell;
	if (view === null) return null;
	return shell.live.request("kernel/complete", { sessionId: view.sessionId, code: text, cursor });
};

/** What completes a line that answers Python's `input()`: in a debugger the names of its frame. */
export const askInputCompletions = async (
	shell: Shell,
	inputId: string,
	text: string,
	cursor: number,
): Promise<ResultOf<"kernel/complete"> | null> => {
	const { view } = shell;
	if (view === null) return null;
	const { sessionId } = view;
	return shell.live.request("kernel/complete", { sessionId, inputId, code: text, cursor });
};

/** The documentation of what stands at the cursor; `null` when nothing is known. */
export const askDocumentation = async (
	shell: Shell,
	text: string,
	cursor: number,
): Promise<string | null> => {
	const { view } = shell;
	if (view === null) return null;
	const { sessionId } = view;
	const { found, text: documentation } = await shell.live.request("kernel/inspect", {
		sessionId,
		code: text,
		cursor,
		detail: 0,
	});
	return found ? documentation : null;
};

/** Inputs of earlier sessions, oldest first; none when the kernel can't say. */
export const askHistory = async (shell: Shell): Promise<readonly string[]> => {
	const { sessionId } = await shell.opened;
	try {
		const { entries } = await shell.live.request("kernel/history", { sessionId, limit: historyLimit });
		return entries.map((each) => each.source);
	} catch {
		return [];
	}
};
