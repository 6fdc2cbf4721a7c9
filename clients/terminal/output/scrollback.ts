/**
 * Draws a session's changes: what is finished goes above the tail as lines, what still grows is given as live lines for
 * the tail. Sources that run side by side (a cell, an answer) take turns by lines; a label says who goes on.
 */
import { contentText } from "../../../ground/text/contentText.ts";
import { plainRows, rowText } from "../../../ground/text/plainText.ts";
import { type PlainText, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import type { AnswerPart, Content, OmittedOutput, Output, TranscriptItem } from "../../../protocol/index.ts";
import { callText, toolLine } from "../../../protocol/toolLine.ts";
import { omittedSince } from "../../common/session/omittedSince.ts";
import { omittedText } from "../../common/session/omittedText.ts";
import {
	type TextView,
	type ToolCallView,
	type TurnView,
	toolTailLines,
} from "../../common/session/turnView.ts";
import type { Author, Note, Transcript } from "../../common/shell/action.ts";
import { idOf, sourceOf } from "../../common/shell/entries.ts";
import { cellNote, changesText, turnNote } from "../../common/shell/wording.ts";
import type { Graphics } from "../render/images.ts";
import { createMarkdownStream } from "../render/markdownStream.ts";
import type { OutputOptions } from "../render/output.ts";
import { renderPromptEcho, renderToolCall } from "../render/parts.ts";
import { type InputPrompt, inputPrompt } from "../render/prompt.ts";
import { sanitizeLines } from "../render/sanitize.ts";
import { paint, type Role, type Theme } from "../render/theme.ts";
import { truncateLine, wrapLine } from "../screen/styledText.ts";
import { CellOutput } from "./cellOutput.ts";
import { createThinkingStream, type TextStream } from "./thinkingStream.ts";

export type ScrollbackOptions = {
	readonly theme: Theme;
	readonly graphics: Graphics;
	columns(): number;
	/** Puts lines above the tail. */
	commit(lines: readonly ScreenText[]): void;
	/** A program asked for an empty screen. */
	clear(): void;
	/** The prompt before an input, with its number. */
	prompt(number: number): InputPrompt;
	/** The number that a cell without one takes if it runs now. */
	nextNumber(): number;
};

type Told<K extends keyof Transcript> = Parameters<Transcript[K]>[0];
type ShownCell = Pick<Told<"cellStarted">, "cell" | "author">;

/** So much of what a cell prints beyond what is kept is shown while it runs. */
const omittedTailLines = 8;

export class Scrollback implements Transcript {
	readonly #options: ScrollbackOptions;
	/** Output of cells that run. */
	readonly #cells = new Map<string, CellOutput>();
	/** Characters of a running cell's output that were left out, as told last. */
	readonly #omitted = new Map<string, OmittedOutput>();
	/** What of it stands above. */
	readonly #omittedAbove = new Map<string, OmittedOutput>();
	/** Cells whose input stands above already. */
	readonly #shown = new Set<string>();
	/** Cells that the server has, in order; the first one is the one that runs. */
	readonly #order: ShownCell[] = [];
	/** What comes of cells that have ended, and the names of those. */
	readonly #late = new Map<string, string>();
	#answer: { part: TextView; turn: TurnView; stream: TextStream } | null = null;
	readonly #tools = new Map<string, ToolCallView>();
	/** Whose lines stand above the tail last; `null` after lines of nobody's. */
	#speaker: string | null = null;
	/** Running cells and turns whose input or lines stand above, and those of which lines do. */
	readonly #spoke = new Set<string>();
	readonly #said = new Set<string>();
	/** Lines above so far, and how many they were when an input was shown last. */
	#lines = 0;
	#inputAt = -1;
	/** Whether the newest line above is blank, or the program's first. */
	#blank = true;

	constructor(options: ScrollbackOptions) {
		this.#options = options;
	}

	/** Lines of the client's own. */
	showText(text: string, role: Role | null = null): void {
		const { theme } = this.#options;
		this.#commit(plainRows(text).map((line) => (role === null ? line : paint(theme, role, line))));
	}

	show(lines: readonly ScreenText[]): void {
		this.#commit(lines);
	}

	/** A blank line, unless there is one. */
	gap(): void {
		if (!this.#blank) this.#commit([words``]);
	}

	inputEntered({ text, number, what }: Told<"inputEntered">): void {
		const prompt = this.#options.prompt(number);
		this.#paragraph();
		this.#input(text, what === "prompt" ? { ...prompt, kind: "ai" } : prompt);
		this.#speaker = null;
		this.#inputAt = this.#lines;
	}

	commandAnswered({ text, failed }: Told<"commandAnswered">): void {
		if (text !== "") this.showText(text, failed ? "error" : null);
		this.gap();
	}

	rejected({ entry, reason }: Told<"rejected">): void {
		if (!entry.echoed) {
			const what = entry.entry.kind === "prompt" ? "prompt" : "python";
			this.inputEntered({
				kind: "inputEntered",
				text: sourceOf(entry.entry),
				number: this.#options.nextNumber(),
				what,
			});
		}
		this.showText(reason, "error");
		this.gap();
	}

	cellStarted({ cell, author, entry }: Told<"cellStarted">): void {
		this.#order.push({ cell, author });
		if (entry?.echoed) this.#wasShown(cell.cellId);
		this.#showCurrentCell();
	}

	cellOutput({ cell, output }: Told<"cellOutput">): void {
		if (!this.#shown.has(cell.cellId)) this.#showCurrentCell();
		this.#output(cell.cellId, output);
	}

	/** It stands where it came, below the name of its cell. */
	lateOutput({ cellId, of, output }: Told<"lateOutput">): void {
		const id = `late ${cellId}`;
		this.#late.set(id, of);
		this.#output(id, output);
	}

	cellFinished({ cell, note }: Told<"cellFinished">): void {
		this.#showCurrentCell();
		this.#endOutput(cell.cellId);
		if (note !== null && (note.level === "error" || this.#shown.has(cell.cellId))) {
			this.#speak(cell.cellId);
			this.notice(note);
		}
		this.#forget(cell.cellId);
		this.gap();
		this.#showCurrentCell();
	}

	promptQueued({ turn, entry }: Told<"promptQueued">): void {
		if (entry?.echoed) this.#wasShown(turn.turnId);
	}

	promptEdited(): void {}
	promptRemoved(): void {}
	turnNumbered(): void {}

	turnStarted({ turn, author, warnings }: Told<"turnStarted">): void {
		if (!this.#shown.has(turn.turnId)) {
			this.#shown.add(turn.turnId);
			this.#paragraph();
			this.#byLine(author);
			this.#echo(turn.source, turn.executionCount ?? this.#options.nextNumber(), "ai");
			this.#speaksFirst(turn.turnId);
		}
		for (const text of warnings) this.notice({ level: "warning", text });
	}

	textGrew({ turn, part, delta }: Told<"textGrew">): void {
		if (this.#answer?.part !== part) {
			this.#endText();
			this.#answer = { part, turn, stream: this.#newStream(part.kind) };
		}
		const lines = this.#answer!.stream.append(delta);
		if (lines.length > 0) this.#speak(turn.turnId);
		this.#commit(lines);
	}

	textEnded({ turn, part, replaced }: Told<"textEnded">): void {
		if (replaced) {
			this.#answer = null;
			this.textGrew({ kind: "textGrew", turn, part, delta: part.text });
		}
		this.#endText();
	}

	toolStarted({ call }: Told<"toolStarted">): void {
		this.#tools.set(call.callId, call);
	}

	toolOutput(): void {}

	toolFinished({ turn, call, content, isError, isTold }: Told<"toolFinished">): void {
		this.#tools.delete(call.callId);
		if (isTold) return;
		this.#speak(turn.turnId);
		this.#toolLine(call, { content, isError });
	}

	steered({ turn, content }: Told<"steered">): void {
		this.#speak(turn.turnId);
		this.#commit(this.#wrapped(`› ${contentText(content)}`, "aiPrompt"));
	}

	turnChanges({ turn, changes }: Told<"turnChanges">): void {
		if (this.#answer?.turn === turn) this.#endText();
		this.#speak(turn.turnId);
		this.#commit(this.#wrapped(changesText(changes), "dim"));
	}

	turnFinished({ turn, note }: Told<"turnFinished">): void {
		if (this.#answer?.turn === turn) this.#endText();
		for (const callId of turn.calls.keys()) this.#tools.delete(callId);
		if (note !== null) {
			this.#speak(turn.turnId);
			this.notice(note);
		}
		this.#forget(turn.turnId);
		this.gap();
	}

	approvalAnswered({ approval, note }: Told<"approvalAnswered">): void {
		this.#speak(approval.turnId);
		this.notice(note);
	}

	notice({ level, text }: Note): void {
		this.#commit(this.#wrapped(text, level === "info" ? "dim" : level));
	}

	past({ item, author, entry }: Told<"past">): void {
		const id = idOf(item);
		if (entry?.echoed) this.#shown.add(id);
		if (!this.#shown.has(id)) {
			this.#paragraph();
			if (author.whose === "another") this.#byLine(author);
			const kind = item.kind === "cell" ? "python" : "ai";
			this.#echo(item.kind === "cell" ? item.code : item.source, item.executionCount, kind);
		}
		if (item.kind === "cell") this.#pastCell(item, author);
		else this.#pastTurn(item);
	}

	/** What still grows, for the tail. */
	live(columns: number): ScreenText[] {
		const lines: ScreenText[] = [];
		for (const shown of this.#cells.values()) lines.push(...shown.live(columns));
		for (const [id, now] of this.#omitted) {
			const omitted = omittedSince(this.#omittedAbove.get(id), now);
			if (omitted === null) continue;
			if (omitted.chars > 0) lines.push(this.#omittedLine(omitted.chars));
			const newest = sanitizeLines((omitted.tail ?? []).map(({ text }) => text).join(""));
			lines.push(...newest.slice(-omittedTailLines).map((line) => truncateLine(line, columns)));
		}
		if (this.#answer !== null) lines.push(...this.#answer.stream.live());
		const { theme } = this.#options;
		for (const { name, args, output } of this.#tools.values()) {
			lines.push(renderToolCall(callText(name, args), "pending", columns, theme));
			const last = sanitizeLines(output).slice(-toolTailLines);
			lines.push(...last.map((line) => truncateLine(styled`   ${line}`, columns)));
		}
		return lines;
	}

	/** The first cell that has not ended is the one that runs: its input is shown then. */
	#showCurrentCell(): void {
		const [current] = this.#order;
		if (current === undefined || this.#shown.has(current.cell.cellId)) return;
		const { cell, author } = current;
		this.#shown.add(cell.cellId);
		this.#paragraph();
		this.#byLine(author);
		cell.executionCount ??= this.#options.nextNumber();
		this.#echo(cell.code, cell.executionCount, "python");
		this.#speaksFirst(cell.cellId);
	}

	#echo(text: string, executionCount: number | null, kind: InputPrompt["kind"]): void {
		this.#input(text, inputPrompt(executionCount, kind));
	}

	#input(text: string, prompt: InputPrompt): void {
		this.#commit(renderPromptEcho(text.trimEnd(), prompt, this.#options.theme));
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
	#byLine({ whose, name }: Author): void {
		if (whose !== "mine" && name !== "")
			this.#commit([paint(this.#options.theme, "dim", words`${rowText(name)}:`)]);
	}

	#output(id: string, output: Output): void {
		let shown = this.#cells.get(id);
		if (shown === undefined) {
			shown = new CellOutput();
			this.#cells.set(id, shown);
		}
		if (output.kind === "omitted") {
			this.#omitted.set(id, output);
			return;
		}
		// A value or an error stands below what was printed before it.
		this.#commitOmitted(id, shown);
		const lines = shown.take(this.#withoutClearing(output), this.#outputOptions());
		if (lines.length > 0) this.#speak(id);
		this.#commit(lines);
	}

	#endOutput(id: string): void {
		const shown = this.#cells.get(id) ?? new CellOutput();
		this.#commitOmitted(id, shown);
		const rest = shown.end();
		if (rest.length > 0) this.#speak(id);
		this.#commit(rest);
		for (const each of [this.#cells, this.#omitted, this.#omittedAbove]) each.delete(id);
	}

	#commitOmitted(id: string, shown: CellOutput): void {
		const now = this.#omitted.get(id);
		const omitted = now ? omittedSince(this.#omittedAbove.get(id), now) : null;
		if (!now || omitted === null) return;
		this.#omittedAbove.set(id, now);
		const note = omitted.chars > 0 ? [...shown.end(), this.#omittedLine(omitted.chars)] : [];
		const options = this.#outputOptions();
		const tail = (omitted.tail ?? []).flatMap((each) => shown.take({ kind: "stream", ...each }, options));
		if (note.length + tail.length > 0) this.#speak(id);
		this.#commit([...note, ...tail]);
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

	/** An input comes next. */
	#paragraph(): void {
		this.#endLate();
		this.gap();
	}

	/** Something else comes: the open line of late output goes above as it is. */
	#endLate(): void {
		const id = this.#speaker ?? "";
		if (!this.#late.has(id)) return;
		this.#endOutput(id);
		this.#late.delete(id);
		this.#forget(id);
	}

	#omittedLine(chars: number): ScreenText {
		return paint(this.#options.theme, "dim", omittedText(chars));
	}

	#endText(): void {
		const answer = this.#answer;
		if (answer === null) return;
		this.#answer = null;
		const lines = answer.stream.end();
		if (lines.length > 0) this.#speak(answer.turn.turnId);
		this.#commit(lines);
		this.gap();
	}

	#toolLine(
		call: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
		result: { readonly content: readonly Content[]; readonly isError: boolean },
	): void {
		const { theme, columns } = this.#options;
		const text = toolLine(call.name, call.args, {
			text: contentText(result.content),
			isError: result.isError,
		});
		const line = text.replace(/^🔧 /u, "");
		this.#commit([renderToolCall(line, result.isError ? "failed" : "done", columns(), theme)]);
		this.gap();
	}

	#pastCell(item: Extract<TranscriptItem, { kind: "cell" }>, author: Author): void {
		const shown = new CellOutput();
		for (const output of item.outputs) this.#commit(shown.take(output, this.#outputOptions()));
		if (item.status === "running") {
			this.#cells.set(item.cellId, shown);
			this.#shown.add(item.cellId);
			this.#order.push({ cell: { ...item, status: "running" }, author });
			return;
		}
		this.#commit(shown.end());
		const note = cellNote(item.status);
		if (note !== null) this.notice(note);
		this.#forget(item.cellId);
		this.gap();
	}

	#pastTurn(item: Extract<TranscriptItem, { kind: "turn" }>): void {
		for (const part of item.parts) this.#pastPart(part);
		if (item.state === "running") {
			this.#shown.add(item.turnId);
			return;
		}
		const note = turnNote(item);
		if (note !== null) this.notice(note);
		this.#forget(item.turnId);
		this.gap();
	}

	#pastPart(part: AnswerPart): void {
		switch (part.kind) {
			case "text":
			case "thinking": {
				const stream = this.#newStream(part.kind);
				this.#commit([...stream.append(part.text), ...stream.end()]);
				this.gap();
				return;
			}
			case "toolCall":
				if (part.result !== null) this.#toolLine(part, part.result);
				return;
			case "steer":
				this.#commit(this.#wrapped(`› ${contentText(part.content)}`, "aiPrompt"));
				return;
			case "changes":
				this.#commit(this.#wrapped(changesText(part.changes), "dim"));
				return;
			default:
				part satisfies never;
		}
	}

	#wrapped(text: string, role: Role): ScreenText[] {
		const { theme, columns } = this.#options;
		return plainRows(text).flatMap((line) => wrapLine(line, columns()).map((row) => paint(theme, role, row)));
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
		if (this.#speaker !== id) this.#label(id);
		this.#said.add(id);
	}

	#label(id: string): void {
		this.#endLate();
		const isKnown = this.#spoke.has(id) || this.#late.has(id);
		const goesOn = this.#said.has(id) || this.#late.has(id) ? words` goes on` : words``;
		this.#speaksFirst(id);
		if (!isKnown) return;
		this.gap();
		this.#commit([paint(this.#options.theme, "dim", words`· ${this.#nameOf(id)}${goesOn} ·`)]);
	}

	#nameOf(id: string): PlainText {
		const cell = this.#order.find((each) => each.cell.cellId === id)?.cell;
		if (cell !== undefined) return words`In [${cell.executionCount ?? words`*`}]`;
		return rowText(this.#late.get(id) ?? "the answer");
	}

	#forget(id: string): void {
		this.#shown.delete(id);
		this.#spoke.delete(id);
		this.#said.delete(id);
		const at = this.#order.findIndex(({ cell }) => cell.cellId === id);
		if (at >= 0) this.#order.splice(at, 1);
		if (this.#speaker === id) this.#speaker = null;
	}

	#commit(lines: readonly ScreenText[]): void {
		if (lines.length === 0) return;
		this.#blank = lines.at(-1) === "";
		this.#lines += lines.length;
		this.#options.commit(lines);
	}
}
