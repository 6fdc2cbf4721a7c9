/**
 * Draws a session's changes: what is finished goes above the tail as lines, what still grows is given as live lines for
 * the tail. Sources that run side by side (a cell, an answer) take turns by lines; a label says who goes on.
 */
import type { AnswerPart, Content, Output, TranscriptItem } from "../../../protocol/index.ts";
import { callText, toolLine } from "../../../protocol/toolLine.ts";
import type { CellView, Change } from "../../common/session/sessionView.ts";
import {
	type TextView,
	type ToolCallView,
	type TurnView,
	toolTailLines,
} from "../../common/session/turnView.ts";
import type { EditorPrompt } from "../editor/types.ts";
import { omittedText } from "../faces/plainOutput.ts";
import type { Graphics } from "../render/images.ts";
import { createMarkdownStream } from "../render/markdownStream.ts";
import type { OutputOptions } from "../render/output.ts";
import { renderPromptEcho, renderToolCall } from "../render/parts.ts";
import { sanitizeLines } from "../render/sanitize.ts";
import { paint, type Role, type Theme } from "../render/theme.ts";
import { truncateLine, wrapLine } from "../screen/styledText.ts";
import { CellOutput } from "./cellOutput.ts";
import { createThinkingStream, type TextStream } from "./thinkingStream.ts";
import { turnEndText } from "./turnEnd.ts";

export type ScrollbackOptions = {
	readonly theme: Theme;
	readonly graphics: Graphics;
	columns(): number;
	/** Puts lines above the tail. */
	commit(lines: readonly string[]): void;
	/** A program asked for an empty screen. */
	clear(): void;
	/** How another participant is named; `byName` is what they were called then. Nothing for who sits here. */
	nameOf(participantId: string | null, byName?: string): string;
	/** The number that a cell without one takes if it runs now. */
	nextNumber(): number;
	/** Whether this input was shown when it was entered. */
	isShown(item: CellView | TurnView): boolean;
};

export class Scrollback {
	readonly #options: ScrollbackOptions;
	/** Output of cells that run. */
	readonly #cells = new Map<string, CellOutput>();
	/** Characters of a running cell's output that were left out, as told last. */
	readonly #omitted = new Map<string, number>();
	/** Cells whose input stands above already. */
	readonly #shown = new Set<string>();
	/** Cells that the server has, in order; the first one is the one that runs. */
	readonly #order: CellView[] = [];
	#answer: { part: TextView; turn: TurnView; stream: TextStream } | null = null;
	readonly #tools = new Map<string, ToolCallView>();
	/** Whose lines stand above the tail last; `null` after lines of nobody's. */
	#speaker: string | null = null;
	/** Running cells and turns whose input or lines stand above. */
	readonly #spoke = new Set<string>();
	/** Lines above so far, and how many they were when an input was shown last. */
	#lines = 0;
	#inputAt = -1;
	/** Whether the newest line above is blank, or the program's first. */
	#blank = true;

	constructor(options: ScrollbackOptions) {
		this.#options = options;
	}

	/** The input as it was entered, before anything comes back. */
	showInput(text: string, prompt: EditorPrompt): void {
		this.#gap();
		this.#commit(renderPromptEcho(text.trimEnd(), prompt, this.#options.theme));
		this.#speaker = null;
		this.#inputAt = this.#lines;
	}

	/** Lines of the client's own. */
	showText(text: string, role: Role | null = null): void {
		const { theme } = this.#options;
		this.#commit(sanitizeLines(text).map((line) => (role === null ? line : paint(theme, role, line))));
	}

	/** Lines that are safe already. */
	showLines(lines: readonly string[]): void {
		this.#commit(lines);
		this.#gap();
	}

	/** A blank line, unless there is one. */
	gap(): void {
		this.#gap();
	}

	show(change: Change): void {
		switch (change.kind) {
			case "cellStarted":
				this.#order.push(change.cell);
				if (this.#options.isShown(change.cell)) this.#wasShown(change.cell.cellId);
				this.#showCurrentCell();
				return;
			case "cellOutput":
				this.#cellOutput(change);
				return;
			case "cellFinished":
				this.#cellFinished(change.cell);
				return;
			case "promptQueued":
				if (this.#options.isShown(change.turn)) this.#wasShown(change.turn.turnId);
				return;
			case "turnStarted":
				this.#turnStarted(change.turn, change.warnings);
				return;
			case "textGrew":
				this.#grow(change.turn, change.part, change.delta);
				return;
			case "textEnded":
				if (change.replaced) {
					this.#answer = null;
					this.#grow(change.turn, change.part, change.part.text);
				}
				this.#endText();
				return;
			case "toolStarted":
				this.#tools.set(change.call.callId, change.call);
				return;
			case "toolFinished":
				this.#tools.delete(change.call.callId);
				this.#speak(change.turn.turnId);
				this.#toolLine(change.call, change);
				return;
			case "steered":
				this.#speak(change.turn.turnId);
				this.#commit(this.#wrapped(`› ${flatText(change.content)}`, "aiPrompt"));
				return;
			case "turnFinished":
				this.#turnFinished(change.turn);
				return;
			case "approvalAnswered":
				this.#approvalAnswered(change);
				return;
			case "kernelAttached":
				if (!change.fresh) return;
				this.#notice(
					`New kernel: ${change.kernel.banner}. All variables are gone: Alt-r or %ipyai rerun runs the cells again.`,
					"dim",
				);
				this.#gap();
				return;
			case "kernelDetached":
				this.#endCells();
				if (change.reason === "died")
					this.#notice(
						"The kernel died. Its variables are gone; Ctrl-R or %ipyai restart starts a new one.",
						"error",
					);
				this.#gap();
				return;
			case "participants":
				this.#notice(change.text, "dim");
				return;
			case "conversationReset":
				this.#notice("The conversation begins anew.", "dim");
				return;
			case "notice":
				// The kernel's death is told with its event.
				if (!change.text.startsWith("The kernel died"))
					this.#notice(change.text, change.level === "info" ? "dim" : change.level);
				return;
			case "past":
				this.#past(change.item);
				return;
			case "toolOutput":
			case "approvalAsked":
			case "promptRemoved":
			case "turnNumbered":
			case "settings":
			case "status":
			case "overrun":
			case "lateOutput":
				return;
			default:
				change satisfies never;
		}
	}

	/** What still grows, for the tail. */
	live(columns: number): string[] {
		const lines: string[] = [];
		for (const shown of this.#cells.values()) lines.push(...shown.live(columns));
		for (const chars of this.#omitted.values()) lines.push(this.#omittedLine(chars));
		if (this.#answer !== null) lines.push(...this.#answer.stream.live());
		const { theme } = this.#options;
		for (const { name, args, output } of this.#tools.values()) {
			lines.push(renderToolCall(callText(name, args), "pending", columns, theme));
			const last = sanitizeLines(output).slice(-toolTailLines);
			lines.push(...last.map((line) => truncateLine(`   ${line}`, columns, "…")));
		}
		return lines;
	}

	/** The first cell that has not ended is the one that runs: its input is shown then. */
	#showCurrentCell(): void {
		const cell = this.#order[0];
		if (cell === undefined || this.#shown.has(cell.cellId)) return;
		this.#shown.add(cell.cellId);
		this.#gap();
		if (cell.by !== null || cell.executionCount !== null) this.#byLine(cell);
		cell.executionCount ??= this.#options.nextNumber();
		this.#echo(cell.code, cell.executionCount, "python");
		this.#speaksFirst(cell.cellId);
	}

	#echo(text: string, executionCount: number | null, kind: EditorPrompt["kind"]): void {
		const first = `In [${executionCount ?? "*"}]: `;
		this.#commit(
			renderPromptEcho(
				text.trimEnd(),
				{ first, rest: "...: ".padStart(first.length), kind },
				this.#options.theme,
			),
		);
	}

	#newStream(kind: TextView["kind"]): TextStream {
		const options = { width: this.#options.columns(), theme: this.#options.theme };
		return kind === "text" ? createMarkdownStream(options) : createThinkingStream(options);
	}

	/** The width has changed. */
	resize(): void {
		this.#answer?.stream.setWidth(this.#options.columns());
	}

	/** Names the other window whose input follows. */
	#byLine({ by, byName }: { by: string | null; byName?: string | undefined }): void {
		const name = this.#options.nameOf(by, byName);
		if (name !== "") this.#commit([paint(this.#options.theme, "dim", `${name}:`)]);
	}

	#cellOutput({ cell, output }: Extract<Change, { kind: "cellOutput" }>): void {
		if (!this.#shown.has(cell.cellId)) this.#showCurrentCell();
		let shown = this.#cells.get(cell.cellId);
		if (shown === undefined) {
			shown = new CellOutput();
			this.#cells.set(cell.cellId, shown);
		}
		if (output.kind === "omitted") {
			this.#omitted.set(cell.cellId, output.chars);
			return;
		}
		const lines = shown.take(this.#withoutClearing(output), this.#outputOptions());
		if (lines.length > 0) this.#speak(cell.cellId);
		this.#commit(lines);
	}

	/** A program that clears the screen has what it printed before taken away. */
	#withoutClearing(output: Output): Output {
		const cleared = output.kind === "stream" ? output.text.lastIndexOf("\x1b[2J") : -1;
		if (output.kind !== "stream" || cleared < 0) return output;
		this.#options.clear();
		this.#blank = true;
		return { ...output, text: output.text.slice(cleared + 4) };
	}

	#outputOptions(): OutputOptions {
		const { theme, graphics, columns } = this.#options;
		return { theme, graphics, width: columns() };
	}

	#cellFinished(cell: CellView): void {
		this.#showCurrentCell();
		const rest = this.#cells.get(cell.cellId)?.end() ?? [];
		if (rest.length > 0) this.#speak(cell.cellId);
		this.#commit(rest);
		this.#cells.delete(cell.cellId);
		const omitted = this.#omitted.get(cell.cellId);
		if (this.#omitted.delete(cell.cellId)) this.#commit([this.#omittedLine(omitted!)]);
		if (cell.status === "aborted" && this.#shown.has(cell.cellId)) {
			this.#speak(cell.cellId);
			this.#notice("Not run, because an earlier cell failed or was interrupted.", "dim");
		}
		if (cell.status === "lost")
			this.#notice("The kernel or the server went away before this cell ended.", "error");
		this.#forget(cell.cellId);
		this.#gap();
		this.#showCurrentCell();
	}

	#omittedLine(chars: number): string {
		return paint(this.#options.theme, "dim", omittedText(chars));
	}

	#endCells(): void {
		for (const shown of this.#cells.values()) this.#commit(shown.end());
		this.#cells.clear();
	}

	#turnStarted(turn: TurnView, warnings: readonly string[]): void {
		if (!this.#shown.has(turn.turnId)) {
			this.#shown.add(turn.turnId);
			this.#gap();
			this.#byLine(turn);
			this.#echo(turn.source, turn.executionCount ?? this.#options.nextNumber(), "ai");
			this.#speaksFirst(turn.turnId);
		}
		for (const warning of warnings) this.#notice(warning, "warning");
	}

	#grow(turn: TurnView, part: TextView, delta: string): void {
		if (this.#answer?.part !== part) {
			this.#endText();
			this.#answer = { part, turn, stream: this.#newStream(part.kind) };
		}
		const lines = this.#answer!.stream.append(delta);
		if (lines.length > 0) this.#speak(turn.turnId);
		this.#commit(lines);
	}

	#endText(): void {
		const answer = this.#answer;
		if (answer === null) return;
		this.#answer = null;
		const lines = answer.stream.end();
		if (lines.length > 0) this.#speak(answer.turn.turnId);
		this.#commit(lines);
		this.#gap();
	}

	#turnFinished(turn: TurnView): void {
		if (this.#answer?.turn === turn) this.#endText();
		for (const callId of turn.calls.keys()) this.#tools.delete(callId);
		const text = turnEndText(turn);
		if (text !== null) {
			this.#speak(turn.turnId);
			this.#notice(text, turn.stopReason === "failed" ? "error" : "warning");
		}
		this.#forget(turn.turnId);
		this.#gap();
	}

	#approvalAnswered({ approval, answer }: Extract<Change, { kind: "approvalAnswered" }>): void {
		const who = this.#options.nameOf(answer.by);
		// What one allowed oneself shows as the tool's own line.
		if (answer.outcome === "allow" && who === "") return;
		const by = who === "" ? "" : ` by ${who}`;
		const reason = answer.message ? `: ${answer.message}` : "";
		const text = {
			allow: `allowed${by}`,
			allowAlways: `always allowed${by}`,
			deny: `denied${by}${reason}`,
			unanswered: "refused, because nobody could answer",
			cancelled: "not run, because the prompt was stopped",
		}[answer.outcome];
		this.#speak(approval.turnId);
		this.#commit(
			this.#wrapped(`${approval.tool} ${text}`, answer.outcome.startsWith("allow") ? "success" : "warning"),
		);
	}

	#toolLine(
		call: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
		result: { readonly content: readonly Content[]; readonly isError: boolean },
	): void {
		const { theme, columns } = this.#options;
		const text = toolLine(call.name, call.args, { text: flatText(result.content), isError: result.isError });
		const line = text.replace(/^🔧 /u, "");
		this.#commit([renderToolCall(line, result.isError ? "failed" : "done", columns(), theme)]);
		this.#gap();
	}

	#past(item: TranscriptItem): void {
		if (item.kind === "cell") this.#pastCell(item);
		else this.#pastTurn(item);
	}

	#pastCell(item: Extract<TranscriptItem, { kind: "cell" }>): void {
		const wasShown = this.#shown.has(item.cellId);
		if (!wasShown) {
			this.#gap();
			this.#byLine(item);
			this.#echo(item.code, item.executionCount, "python");
		}
		const shown = new CellOutput();
		for (const output of item.outputs) this.#commit(shown.take(output, this.#outputOptions()));
		if (item.status === "running") {
			this.#cells.set(item.cellId, shown);
			this.#shown.add(item.cellId);
			this.#order.push({ ...item, status: "running" });
			return;
		}
		this.#commit(shown.end());
		this.#forget(item.cellId);
		this.#gap();
	}

	#pastTurn(item: Extract<TranscriptItem, { kind: "turn" }>): void {
		if (!this.#shown.has(item.turnId)) {
			this.#gap();
			this.#byLine(item);
			this.#echo(item.source, item.executionCount, "ai");
		}
		for (const part of item.parts) this.#pastPart(part);
		if (item.state === "running") {
			this.#shown.add(item.turnId);
			return;
		}
		const text = turnEndText(item);
		if (text !== null) this.#notice(text, item.stopReason === "failed" ? "error" : "warning");
		this.#forget(item.turnId);
		this.#gap();
	}

	#pastPart(part: AnswerPart): void {
		switch (part.kind) {
			case "text":
			case "thinking": {
				const stream = this.#newStream(part.kind);
				this.#commit([...stream.append(part.text), ...stream.end()]);
				this.#gap();
				return;
			}
			case "toolCall":
				if (part.result !== null) this.#toolLine(part, part.result);
				return;
			case "steer":
				this.#commit(this.#wrapped(`› ${flatText(part.content)}`, "aiPrompt"));
				return;
			default:
				part satisfies never;
		}
	}

	#notice(text: string, role: Role): void {
		this.#commit(this.#wrapped(text, role));
	}

	#wrapped(text: string, role: Role): string[] {
		const { theme, columns } = this.#options;
		return sanitizeLines(text).flatMap((line) =>
			wrapLine(line, columns()).map((row) => paint(theme, role, row)),
		);
	}

	/** The input was shown when it was entered; whether nothing has come between says the count of lines. */
	#wasShown(id: string): void {
		this.#shown.add(id);
		this.#spoke.add(id);
		if (this.#lines === this.#inputAt) this.#speaker = id;
	}

	#speaksFirst(id: string): void {
		this.#speaker = id;
		this.#spoke.add(id);
	}

	/** Says who goes on, when lines of two sources would run into each other. */
	#speak(id: string): void {
		if (this.#speaker === id) return;
		const goesOn = this.#spoke.has(id);
		this.#speaksFirst(id);
		if (!goesOn) return;
		const cell = this.#order.find((each) => each.cellId === id);
		const label = cell === undefined ? "the answer goes on" : `In [${cell.executionCount ?? "*"}] goes on`;
		this.#gap();
		this.#commit([paint(this.#options.theme, "dim", `· ${label} ·`)]);
	}

	#forget(id: string): void {
		this.#shown.delete(id);
		this.#spoke.delete(id);
		const at = this.#order.findIndex((each) => each.cellId === id);
		if (at >= 0) this.#order.splice(at, 1);
		if (this.#speaker === id) this.#speaker = null;
	}

	#gap(): void {
		if (!this.#blank) this.#commit([""]);
	}

	#commit(lines: readonly string[]): void {
		if (lines.length === 0) return;
		this.#blank = lines.at(-1) === "";
		this.#lines += lines.length;
		this.#options.commit(lines);
	}
}

const flatText = (content: readonly Content[]): string =>
	content.map((part) => (part.kind === "text" ? part.text : `[picture, ${part.mimeType}]`)).join(" ");
