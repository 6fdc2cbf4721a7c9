/** Lets a person choose a session: a list that typing narrows, and below it how the chosen one ended. */
import { plainRows } from "../../../ground/text/plainText.ts";
import { type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import type { SessionSummary, TranscriptItem } from "../../../protocol/index.ts";
import { localTime, sessionName } from "../../../protocol/sessionList.ts";
import type { ServerConnection } from "../../common/server/connection.ts";
import { createPicker } from "../asking/picker.ts";
import { createTheme } from "../render/terminalTheme.ts";
import { paint } from "../render/theme.ts";
import { createProcessTerminal, type KeyboardTerminal } from "../screen/processTerminal.ts";
import { createScreen } from "../screen/screen.ts";
import { truncateLine } from "../screen/styledText.ts";

const previewItems = 6;
const maxPreviewLines = 8;

/** `null` when the person leaves it. The list is gone from the screen afterwards. */
export const pickSession = (
	sessions: readonly SessionSummary[],
	title: string,
	server: Pick<ServerConnection, "request">,
	terminal: KeyboardTerminal = createProcessTerminal(),
): Promise<SessionSummary | null> =>
	new Promise((resolve) => {
		const theme = createTheme(process.env);
		const screen = createScreen(terminal);
		const picker = createPicker(title, sessions.map(toItem), theme);
		const previews = new Map<string, readonly ScreenText[]>();
		const draw = (): void => {
			const { columns, rows } = screen;
			const preview = (picker.selected && previews.get(picker.selected.sessionId)) || [];
			const list = picker.render(columns, Math.max(3, rows - maxPreviewLines - 2));
			const below = preview.map((line) => paint(theme, "dim", truncateLine(styled`  ${line}`, columns)));
			screen.setTail([...list, ...(below.length > 0 ? [words``, ...below] : [])], null);
		};
		const load = (): void => {
			const session = picker.selected;
			if (session === null || previews.has(session.sessionId)) return;
			previews.set(session.sessionId, []);
			const { sessionId } = session;
			server.request("session/transcript", { sessionId, before: null, limit: previewItems }).then(
				({ items }) => {
					previews.set(sessionId, items.flatMap(previewLines).slice(-maxPreviewLines));
					draw();
				},
				// A session of another program's is read only when it is opened.
				() => previews.set(sessionId, plainRows(session.lastPrompt ?? "").slice(0, 1)),
			);
		};
		let ended = false;
		const end = (session: SessionSummary | null): void => {
			// Stopping the terminal tells the rest of an unfinished key.
			if (ended) return;
			ended = true;
			stopResize();
			screen.setTail([], null);
			screen.dispose();
			terminal.stop();
			resolve(session);
		};
		const stopResize = screen.onResize(draw);
		terminal.start((key) => {
			const chosen = picker.handleKey(key);
			if (chosen !== undefined) return end(chosen);
			load();
			draw();
		});
		load();
		draw();
	});

const toItem = (session: SessionSummary) => {
	const count = session.cells + session.turns;
	const state = session.state === "live" ? ", running" : "";
	return {
		value: session,
		label: `${sessionName(session).padStart(6)}  ${localTime(session.updatedAt).slice(0, 16)}`,
		about:
			`${session.title ?? session.lastPrompt ?? ""}  (${count} ${count === 1 ? "input" : "inputs"}${state})`.trim(),
	};
};

/** Inputs as typed and the beginning of answers. */
const previewLines = (item: TranscriptItem): ScreenText[] => {
	const count = item.executionCount ?? words` `;
	if (item.kind === "cell") return [styled`In [${count}]: ${firstLine(item.code)}`];
	const answer = item.parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("");
	const lines = plainRows(answer.trim()).filter((line) => line.trim() !== "");
	return [styled`AI [${count}]: ${firstLine(item.source)}`, ...lines.slice(0, 2)];
};

const firstLine = (text: string): ScreenText => {
	const [first = words``, ...rest] = plainRows(text.trim());
	return rest.length > 0 ? styled`${first} …` : first;
};
