/** Sessions as people name and list them. Free of dependencies. */
import { headOf } from "../ground/text/wholeCharacters.ts";
import type { SessionSummary } from "./session.ts";

/** How `-r` names a session: IPython's number, else the beginning of our id. */
export const sessionName = (session: {
	readonly historySession: number | null;
	readonly sessionId: string;
}): string =>
	session.historySession === null ? session.sessionId.slice(0, 13) : String(session.historySession);

/** What `-r ID` and `%ipyai resume ID` mean: a number is IPython's, anything else the beginning of our id. */
export const toSessionRef = (text: string, cwd: string) =>
	/^\d+$/.test(text) ? { historySession: Number(text), cwd } : { sessionId: text, cwd };

const maxPromptChars = 60;

/** One line a session under a header; a sentence when there is none. `here` is the id of the session that asks. */
export const sessionTable = (
	sessions: readonly SessionSummary[],
	none: string,
	here: string | null = null,
): string => {
	if (sessions.length === 0) return none;
	const width = Math.max(6, ...sessions.map((each) => sessionName(each).length));
	const rows = sessions.map((each) => {
		const said = (each.title ?? each.lastPrompt ?? "").replace(/\s+/g, " ").trim();
		const text = each.forkedFrom === null ? said : `(fork of ${each.forkedFrom.slice(0, 13)}) ${said}`;
		return [
			sessionName(each).padStart(width),
			localTime(each.createdAt).padEnd(20),
			String(each.cells + each.turns).padStart(5),
			(each.sessionId === here ? "here" : each.state).padEnd(6),
			text.length > maxPromptChars ? `${headOf(text, maxPromptChars)}...` : text,
		]
			.join("  ")
			.trimEnd();
	});
	return [`${"ID".padStart(width)}  ${"Start".padEnd(20)}   Cmds  State   Last prompt`, ...rows].join("\n");
};

/** `2026-11-21 04:30:00`, where the person is. */
export const localTime = (ms: number): string => {
	const date = new Date(ms);
	const two = (value: number): string => String(value).padStart(2, "0");
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};
