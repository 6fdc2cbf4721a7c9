/** What grows of answers: the text that comes in, and the calls that run. */
import { type ScreenText, styled } from "../../../ground/text/screenText.ts";
import { callText } from "../../../protocol/toolLine.ts";
import {
	type TextView,
	type ToolCallView,
	type TurnView,
	toolTailLines,
} from "../../common/session/turnView.ts";
import { renderToolCall } from "../render/parts.ts";
import { sanitizeLines } from "../render/sanitize.ts";
import { truncateLine } from "../screen/styledText.ts";
import { createTextStream, type Paper } from "./answerLines.ts";
import type { TextStream } from "./thinkingStream.ts";

export type OpenAnswerOptions = {
	paper(): Paper;
	/** Lines of this turn's are finished. */
	add(turnId: string, lines: readonly ScreenText[]): void;
	/** A text has ended. */
	ended(): void;
};

export class OpenAnswer {
	readonly #options: OpenAnswerOptions;
	#text: { readonly part: TextView; readonly turn: TurnView; readonly stream: TextStream } | null = null;
	readonly #calls = new Map<string, ToolCallView>();

	constructor(options: OpenAnswerOptions) {
		this.#options = options;
	}

	grow(turn: TurnView, part: TextView, delta: string): void {
		if (this.#text?.part !== part) {
			this.end();
			this.#text = { part, turn, stream: createTextStream(part.kind, this.#options.paper()) };
		}
		this.#options.add(turn.turnId, this.#text.stream.append(delta));
	}

	/** The text is another one than came in. */
	replace(turn: TurnView, part: TextView): void {
		this.#text = null;
		this.grow(turn, part, part.text);
	}

	end(): void {
		const text = this.#text;
		if (text === null) return;
		this.#text = null;
		this.#options.add(text.turn.turnId, text.stream.end());
		this.#options.ended();
	}

	/** Ends the text if it is this turn's. */
	endOf(turn: TurnView): void {
		if (this.#text?.turn === turn) this.end();
	}

	callStarted(call: ToolCallView): void {
		this.#calls.set(call.callId, call);
	}

	callEnded(callId: string): void {
		this.#calls.delete(callId);
	}

	setWidth(columns: number): void {
		this.#text?.stream.setWidth(columns);
	}

	/** For the tail. */
	live(columns: number): ScreenText[] {
		const lines = this.#text === null ? [] : this.#text.stream.live();
		const { theme } = this.#options.paper();
		for (const { name, args, output } of this.#calls.values()) {
			lines.push(renderToolCall(callText(name, args), "pending", columns, theme));
			const last = sanitizeLines(output).slice(-toolTailLines);
			lines.push(...last.map((line) => truncateLine(styled`   ${line}`, columns)));
		}
		return lines;
	}
}
