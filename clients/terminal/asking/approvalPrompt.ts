/** The approval that waits for the person: its card in the tail, and the keys that answer it. */
import { type ScreenText, words } from "../../../ground/text/screenText.ts";
import { askedCall } from "../../../protocol/askedCall.ts";
import type { Approval } from "../../common/session/sessionView.ts";
import { type ApprovalView, type Approval as Card, renderApproval } from "../render/approval.ts";
import { paint, type Theme } from "../render/theme.ts";

/** An approval as the card shows it. */
export const approvalCard = (approval: Approval): Card => {
	const { title, text, language, notes } = askedCall(approval);
	const { always } = approval;
	return { tool: title, code: text, language, notes, ...(always === null ? {} : { always }) };
};

/** A card that has just come up takes no single keys: they were meant for the line. */
const guardMs = 600;

export type ApprovalAnswer = "allow" | "allowAlways" | "deny";

export class ApprovalPrompt {
	readonly approval: Approval;
	readonly #since: number;
	#scroll = 0;
	#view: ApprovalView | null = null;

	constructor(approval: Approval, now: number) {
		this.approval = approval;
		this.#since = now;
	}

	/**
	 * What a key means here: an answer, `used` for a key that moves the card, `null` for one that isn't the card's.
	 * Single keys count only while the line is empty; with Alt they always do.
	 */
	key(id: string, lineIsEmpty: boolean, now: number): ApprovalAnswer | "used" | null {
		const isFree = lineIsEmpty && now - this.#since > guardMs;
		const letter = /^alt\+[yan]$/.test(id) ? id.at(-1) : isFree && /^[yan]$/.test(id) ? id : null;
		if (letter === "y") return "allow";
		if (letter === "a") return this.approval.always === null ? "used" : "allowAlways";
		if (letter === "n") return "deny";
		const maxScroll = this.#view?.maxScroll ?? 0;
		if (!isFree || maxScroll === 0 || (id !== "up" && id !== "down")) return null;
		this.#scroll = Math.max(0, Math.min(this.#scroll + (id === "up" ? -1 : 1), maxScroll));
		return "used";
	}

	/** The card in at most `maxRows` rows, with a blank one below. */
	lines(options: { width: number; maxRows: number; theme: Theme; lineIsEmpty: boolean }): ScreenText[] {
		const { width, theme } = options;
		const hint = options.lineIsEmpty
			? []
			: [paint(theme, "dim", words`Alt-y, Alt-a, Alt-n answer while you type`)];
		const maxRows = Math.max(4, options.maxRows - hint.length - 1);
		this.#view = renderApproval(approvalCard(this.approval), {
			width,
			maxRows,
			scroll: this.#scroll,
			theme,
		});
		return [...this.#view.lines, ...hint, words``];
	}
}
