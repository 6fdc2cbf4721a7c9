/** What the input asks the session while a person types: whether it is whole, what completes it, what it means. */
import { commandNames } from "../../../protocol/commandNames.ts";
import type { LiveSession } from "../../common/session/liveSession.ts";
import type { Completions, IsComplete } from "../editor/types.ts";
import { sanitizeLines } from "../render/sanitize.ts";
import { readEntry } from "./entry.ts";

const isCompleteTimeoutMs = 300;
const historyLimit = 5000;

/** `unknown` when the kernel can't say at once: then the client's own rule decides. */
export const askIsComplete = (
	live: LiveSession,
	text: string,
	promptMode: boolean,
): Promise<IsComplete> | IsComplete => {
	const read = readEntry(text, { promptMode });
	if (read.kind !== "submit" || read.entry.kind === "prompt")
		return { status: text.endsWith("\\") ? "incomplete" : "complete", indent: "" };
	const unknown: IsComplete = { status: "unknown", indent: "" };
	const { view } = live;
	if (view === null || view.kernel?.status !== "idle") return unknown;
	return Promise.race([
		live
			.request("kernel/isComplete", { sessionId: view.sessionId, code: read.entry.code })
			.catch(() => unknown),
		new Promise<IsComplete>((resolve) => setTimeout(resolve, isCompleteTimeoutMs, unknown)),
	]);
};

/** Commands after `%ipyai`, else what the kernel knows. */
export const askCompletions = async (
	live: LiveSession,
	text: string,
	cursor: number,
): Promise<Completions | null> => {
	const command = /^\s*%(?:ipyai|ipycodex)[ \t]+(\w*)$/.exec(text.slice(0, cursor));
	if (command !== null) {
		const typed = command[1]!;
		const names = commandNames.filter((name) => name.startsWith(typed));
		return { start: cursor - typed.length, end: cursor, matches: names.map((name) => ({ text: name })) };
	}
	const { view } = live;
	if (view === null) return null;
	return live.request("kernel/complete", { sessionId: view.sessionId, code: text, cursor });
};

/** The documentation of what stands at the cursor in at most `maxLines` lines; `null` when nothing is known. */
export const askDocumentation = async (
	live: LiveSession,
	text: string,
	cursor: number,
	maxLines: number,
): Promise<readonly string[] | null> => {
	const { view } = live;
	if (view === null) return null;
	const { found, text: documentation } = await live.request("kernel/inspect", {
		sessionId: view.sessionId,
		code: text,
		cursor,
		detail: 0,
	});
	if (!found) return null;
	const lines = sanitizeLines(documentation.trimEnd());
	return lines.length > maxLines ? [...lines.slice(0, maxLines - 1), "…  (name? shows all)"] : lines;
};

/** Inputs of earlier sessions, oldest first; none when the kernel can't say. */
export const askHistory = async (live: LiveSession, sessionId: string): Promise<readonly string[]> => {
	try {
		const { entries } = await live.request("kernel/history", { sessionId, limit: historyLimit });
		return entries.map((each) => each.source);
	} catch {
		return [];
	}
};
