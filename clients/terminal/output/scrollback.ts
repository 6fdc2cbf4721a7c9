/**
 * Draws a session's changes: what is finished goes above the tail as lines, what still grows is given as live lines for
 * the tail. Sources that run side by side (a cell, an answer) take turns by lines; a label says who goes on.
 */
import { plainRows, rowText } from "../../../ground/text/plainText.ts";
import { type PlainText, type ScreenText, words } from "../../../ground/text/screenText.ts";
import type { TranscriptItem } from "../../../protocol/index.ts";
import type { Author, Note, Transcript } from "../../common/shell/action.ts";
import { idOf, sourceOf } from "../../common/shell/entries.ts";
import { cellNote, changesText, turnNote } from "../../common/shell/wording.ts";
import type { Graphics } from "../render/images.ts";
import type { OutputOptions } from "../render/output.ts";
import { renderPromptEcho } from "../render/parts.ts";
import { type InputPrompt, inputPrompt } from "../render/prompt.ts";
import { paint, type Role, type Theme } from "../render/theme.ts";
import { type Paper, partLines, sentenceLines, steerLines, toolLines } from "./answerLines.ts";
import { CellOutput } from "./cellOutput.ts";
import { LinesAbove } from "./linesAbove.ts";
import { OpenAnswer } from "./openAnswer.ts";
import { OpenOutputs } from "./openOutputs.ts";
import { Speakers } from "./speakers.ts";

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

export class Scrollback implements Transcript {
	readonly #options: ScrollbackOptions;
	readonly #above: LinesAbove;
	readonly #speakers: Speakers;
	readonly #outputs: OpenOutputs;
	readonly #answer: OpenAnswer;
	/** Cells and turns whose input stands above already. */
	readonly #shown = new Set<string>();
	/** Cells that the server has, in order; the first one is the one that runs. */
	readonly #order: ShownCell[] = [];
	/** What comes of cells that have ended, and the names of those. */
	readonly #late = new Map<string, string>();

	constructor(options: ScrollbackOptions) {
		this.#options = options;
		this.#above = new LinesAbove((lines) => options.commit(lines));
		this.#speakers = new Speakers({
			theme: options.theme,
			above: this.#above,
			interrupted: (id) => this.#endLate(id),
			nameOf: (id) => this.#nameOf(id),
		});
		this.#outputs = new OpenOutputs({
			outputOptions: () => this.#outputOptions(),
			clear: () => {
				options.clear();
				this.#above.cleared();
			},
			add: (id, lines) => this.#add(id, lines),
		});
		this.#answer = new OpenAnswer({
			paper: () => this.#paper,
			add: (id, lines) => this.#add(id, lines),
			ended: () => this.gap(),
		});
	}

	/** Lines of the client's own. */
	showText(text: string, role: Role | null = null): void {
		const { theme } = this.#options;
		this.#above.add(plainRows(text).map((line) => (role === null ? line : paint(theme, role, line))));
	}

	show(lines: readonly ScreenText[]): void {
		this.#above.add(lines);
	}

	/** A blank line, unless there is one. */
	gap(): void {
		this.#above.gap();
	}

	inputEntered({ text, number, what }: Told<"inputEntered">): void {
		const prompt = this.#options.prompt(number);
		this.#paragraph();
		this.#input(text, what === "prompt" ? { ...prompt, kind: "ai" } : prompt);
		this.#speakers.inputEntered();
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
		this.#outputs.take(cell.cellId, output);
	}

	/** It stands where it came, below the name of its cell. */
	lateOutput({ cellId, of, output }: Told<"lateOutput">): void {
		const id = `late ${cellId}`;
		this.#late.set(id, of);
		this.#outputs.take(id, output);
	}

	/** What a running cell has printed of the line on which it asks something. */
	askHere(cellId: string): readonly ScreenText[] {
		return this.#outputs.askHere(cellId);
	}

	cellFinished({ cell, note }: Told<"cellFinished">): void {
		this.#showCurrentCell();
		this.#outputs.end(cell.cellId);
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
			this.#speakers.begins(turn.turnId);
		}
		for (const text of warnings) this.notice({ level: "warning", text });
	}

	textGrew({ turn, part, delta }: Told<"textGrew">): void {
		this.#answer.grow(turn, part, delta);
	}

	textEnded({ turn, part, replaced }: Told<"textEnded">): void {
		if (replaced) this.#answer.replace(turn, part);
		this.#answer.end();
	}

	toolStarted({ call }: Told<"toolStarted">): void {
		this.#answer.callStarted(call);
	}

	toolOutput(): void {}

	toolFinished({ turn, call, content, isError, isTold }: Told<"toolFinished">): void {
		this.#answer.callEnded(call.callId);
		if (isTold) return;
		this.#add(turn.turnId, toolLines(call, { content, isError }, this.#paper));
		this.gap();
	}

	steered({ turn, content }: Told<"steered">): void {
		this.#add(turn.turnId, steerLines(content, this.#paper));
	}

	turnChanges({ turn, changes }: Told<"turnChanges">): void {
		this.#answer.endOf(turn);
		this.#add(turn.turnId, sentenceLines(changesText(changes), "dim", this.#paper));
	}

	turnFinished({ turn, note }: Told<"turnFinished">): void {
		this.#answer.endOf(turn);
		for (const callId of turn.calls.keys()) this.#answer.callEnded(callId);
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
		this.#above.add(sentenceLines(text, level === "info" ? "dim" : level, this.#paper));
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
		return [...this.#outputs.live(columns), ...this.#answer.live(columns)];
	}

	/** The width has changed. */
	resize(): void {
		this.#answer.setWidth(this.#options.columns());
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
		this.#speakers.begins(cell.cellId);
	}

	#echo(text: string, executionCount: number | null, kind: InputPrompt["kind"]): void {
		this.#input(text, inputPrompt(executionCount, kind));
	}

	#input(text: string, prompt: InputPrompt): void {
		this.#above.add(renderPromptEcho(text.trimEnd(), prompt, this.#options.theme));
	}

	/** Names the other window whose input follows. */
	#byLine({ whose, name }: Author): void {
		if (whose !== "mine" && name !== "")
			this.#above.add([paint(this.#options.theme, "dim", words`${rowText(name)}:`)]);
	}

	get #paper(): Paper {
		const { theme, columns } = this.#options;
		return { theme, width: columns() };
	}

	#outputOptions(): OutputOptions {
		const { theme, graphics, columns } = this.#options;
		return { theme, graphics, width: columns() };
	}

	/** An input comes next. */
	#paragraph(): void {
		this.#speakers.interrupt();
		this.gap();
	}

	/** Something else comes: the open line of late output goes above as it is. */
	#endLate(id: string): void {
		if (!this.#late.has(id)) return;
		this.#outputs.end(id);
		this.#late.delete(id);
		this.#forget(id);
	}

	#pastCell(item: Extract<TranscriptItem, { kind: "cell" }>, author: Author): void {
		const shown = new CellOutput();
		for (const output of item.outputs) this.#above.add(shown.take(output, this.#outputOptions()));
		if (item.status === "running") {
			this.#outputs.goesOn(item.cellId, shown);
			this.#shown.add(item.cellId);
			this.#order.push({ cell: { ...item, status: "running" }, author });
			return;
		}
		this.#above.add(shown.end());
		const note = cellNote(item.status);
		if (note !== null) this.notice(note);
		this.#forget(item.cellId);
		this.gap();
	}

	#pastTurn(item: Extract<TranscriptItem, { kind: "turn" }>): void {
		for (const part of item.parts) {
			const lines = partLines(part, this.#paper);
			this.#above.add(lines);
			if (lines.length > 0 && part.kind !== "steer" && part.kind !== "changes") this.gap();
		}
		if (item.state === "running") {
			this.#shown.add(item.turnId);
			return;
		}
		const note = turnNote(item);
		if (note !== null) this.notice(note);
		this.#forget(item.turnId);
		this.gap();
	}

	/** The input was shown when it was entered. */
	#wasShown(id: string): void {
		this.#shown.add(id);
		this.#speakers.inputIs(id);
	}

	#speak(id: string): void {
		this.#speakers.speaks(id, this.#late.has(id));
	}

	/** Lines of this one's. */
	#add(id: string, lines: readonly ScreenText[]): void {
		if (lines.length > 0) this.#speak(id);
		this.#above.add(lines);
	}

	#nameOf(id: string): PlainText {
		const cell = this.#order.find((each) => each.cell.cellId === id)?.cell;
		if (cell !== undefined) return words`In [${cell.executionCount ?? words`*`}]`;
		return rowText(this.#late.get(id) ?? "the answer");
	}

	#forget(id: string): void {
		this.#shown.delete(id);
		this.#speakers.forget(id);
		const at = this.#order.findIndex(({ cell }) => cell.cellId === id);
		if (at >= 0) this.#order.splice(at, 1);
	}
}
