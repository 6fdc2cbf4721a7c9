/** The card that asks whether a tool may run: its code in full, a window of it at a time, then the choices. */
import { exposedRow, exposedText, withoutTabs } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { truncateLine, wrapCells } from "../screen/styledText.ts";
import { highlightCode } from "./highlight.ts";
import { paint, type Theme } from "./theme.ts";

export type Approval = {
	readonly tool: string;
	/** What would run; shown as it is. */
	readonly code: string;
	/** `python`, `bash`, `json`. */
	readonly language: string;
	/** What the person should know besides, for example that variables changed since. */
	readonly notes?: readonly string[];
	/** What "always" would mean for this tool; without it there is no such choice. */
	readonly always?: string;
};

export type ApprovalView = {
	readonly lines: ScreenText[];
	/** The largest `scroll` that still moves the window. */
	readonly maxScroll: number;
};

/** The card in at most `maxRows` rows. `scroll` is the first row of the code that shows. */
export const renderApproval = (
	approval: Approval,
	{ width, maxRows, scroll = 0, theme }: { width: number; maxRows: number; scroll?: number; theme: Theme },
): ApprovalView => {
	const code = withoutTabs(exposedText(approval.code));
	const rows = highlightCode(code, approval.language, theme).flatMap((line) =>
		wrapCells(styled`  ${line}`, width),
	);
	const notes = (approval.notes ?? []).map((note) =>
		paint(theme, "warning", truncateLine(exposedRow(note), width)),
	);
	const always = approval.always ? [words`[a]lways ${exposedRow(approval.always)}`] : [];
	const choices = joined([words`[y]es`, ...always, words`[n]o`], words`  `);
	const fixed = 2 + notes.length;
	const all = rows.length <= maxRows - fixed;
	const room = Math.max(1, maxRows - fixed - (all ? 0 : 1));
	const maxScroll = Math.max(0, rows.length - room);
	const from = Math.max(0, Math.min(scroll, maxScroll));
	const hint = words`  lines ${from + 1}-${Math.min(from + room, rows.length)} of ${rows.length}, Up and Down show the others`;
	return {
		lines: [
			paint(theme, "strong", truncateLine(words`${exposedRow(approval.tool)} wants to run:`, width)),
			...rows.slice(from, from + room),
			...(all ? [] : [paint(theme, "dim", truncateLine(hint, width))]),
			...notes,
			truncateLine(choices, width),
		],
		maxScroll,
	};
};
