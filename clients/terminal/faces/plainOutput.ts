/**
 * The session as text that only grows: for pipes, `-c` and `--plain`. What cells and answers say goes to `out`, errors and
 * notices to `err`.
 */
import { contentText, pictureName } from "../../../ground/text/contentText.ts";
import { PlainStream, plainText } from "../../../ground/text/plainText.ts";
import {
	joined,
	type PlainText,
	rowsOf,
	type ScreenText,
	styled,
	words,
} from "../../../ground/text/screenText.ts";
import { SettledStream } from "../../../ground/text/terminalText.ts";
import type { Content, OmittedOutput, Output, TranscriptItem } from "../../../protocol/index.ts";
import { callText, toolLine } from "../../../protocol/toolLine.ts";
import { omittedSince } from "../../common/session/omittedSince.ts";
import { omittedText } from "../../common/session/omittedText.ts";
import type { TextView } from "../../common/session/turnView.ts";
import type { Author, Note, Transcript } from "../../common/shell/action.ts";
import { cellNote, changesText, turnNote } from "../../common/shell/wording.ts";
import { ColouredStream } from "../output/colouredStream.ts";
import { inputPrompt } from "../render/prompt.ts";
import { stripStyles } from "../screen/styledText.ts";

export type PlainSinks = {
	out(text: ScreenText): void;
	err(text: ScreenText): void;
	/**
	 * What of a cell's own output stays: on a `terminal` its colours, and lines that it writes over; elsewhere the `text`
	 * of its lines as they were when they ended.
	 */
	readonly shows: "terminal" | "text";
	/** `person` also sees what others entered, tools as they start, who joined. */
	readonly reader: "person" | "program";
};

type Printed = ColouredStream | SettledStream;

type Told<K extends keyof Transcript> = Parameters<Transcript[K]>[0];

export class PlainOutput implements Transcript {
	readonly #sinks: PlainSinks;
	/** The part whose text is being written; another one starts a paragraph. */
	#part: TextView | null = null;
	#partText = new PlainStream();
	/** What cells print, by cell and stream. */
	readonly #printed = new Map<string, Printed>();
	#atLineStart = true;
	/** Of long outputs the middle as it stands, and as it was told. */
	readonly #omitted = new Map<string, OmittedOutput>();
	readonly #omittedTold = new Map<string, OmittedOutput>();
	/** Nothing was written since the turn began: no blank line is needed before the first part. */
	#fresh = true;

	constructor(sinks: PlainSinks) {
		this.#sinks = sinks;
	}

	/** A text of the client's own. */
	print(text: string): void {
		this.#line(plainText(text.trimEnd()));
	}

	/** What a cell has printed of a line that is not finished: before something is asked. */
	flush(): void {
		for (const id of [...this.#printed.keys()]) this.#endPrinted(id);
	}

	inputEntered(): void {}

	commandAnswered({ text, failed }: Told<"commandAnswered">): void {
		if (text.trim() === "") return;
		if (failed) this.#error(text);
		else this.print(text);
	}

	rejected({ reason }: Told<"rejected">): void {
		this.#error(reason);
	}

	cellStarted({ cell, author }: Told<"cellStarted">): void {
		this.#input(author, cell.executionCount, cell.code);
	}

	cellOutput({ cell, output }: Told<"cellOutput">): void {
		this.#endLine();
		this.#output(cell.cellId, output);
	}

	lateOutput({ cellId, of, output }: Told<"lateOutput">): void {
		this.#endLine();
		if (this.#isForPerson) this.print(`· ${of} goes on ·`);
		this.#output(cellId, output);
		this.#tellOmitted(cellId);
		this.#endPrinted(cellId);
	}

	cellFinished({ cell: { cellId }, note }: { cell: { cellId: string }; note: Note | null }): void {
		this.#tellOmitted(cellId);
		this.#endPrinted(cellId);
		if (note !== null) this.#error(note.text);
	}

	promptQueued(): void {}
	promptEdited(): void {}
	promptRemoved(): void {}
	turnNumbered(): void {}

	turnStarted({ turn, author, warnings }: Told<"turnStarted">): void {
		this.#input(author, turn.executionCount, turn.source);
		this.#fresh = true;
		for (const warning of warnings) this.#error(warning);
	}

	textGrew({ part, delta }: Told<"textGrew">): void {
		this.#grow(part, delta);
	}

	textEnded({ part, replaced }: Told<"textEnded">): void {
		if (replaced) {
			this.#part = null;
			this.#grow(part, part.text);
		}
		this.#endLine();
		this.#part = null;
	}

	toolStarted({ call }: Told<"toolStarted">): void {
		if (this.#isForPerson) this.#paragraph(`⏳ ${callText(call.name, call.args)}`);
	}

	toolOutput(): void {}

	toolFinished({ call, content, isError, isTold }: Told<"toolFinished">): void {
		if (!isTold) this.#paragraph(finishedLine(call, { content, isError }));
	}

	steered({ content }: Told<"steered">): void {
		if (this.#isForPerson) this.#paragraph(`› ${contentText(content)}`);
	}

	turnChanges({ changes }: Told<"turnChanges">): void {
		if (this.#isForPerson) this.#paragraph(changesText(changes));
	}

	turnFinished({ note }: Pick<Told<"turnFinished">, "note">): void {
		this.#endLine();
		if (note !== null) this.#error(note.text);
	}

	approvalAnswered({ note }: Told<"approvalAnswered">): void {
		this.notice(note);
	}

	notice({ level, text }: Note): void {
		if (level !== "info" || this.#isForPerson) this.#error(text);
	}

	past({ item, author }: Told<"past">): void {
		if (author.whose === "another" && author.name !== "") this.print(`${author.name}:`);
		if (item.kind === "cell") this.#pastCell(item);
		else this.#pastTurn(item);
	}

	/** What others entered; one's own stands there as it was typed. */
	#input({ whose, name }: Author, executionCount: number | null, source: string): void {
		if (whose === "mine" || !this.#isForPerson) return;
		if (name !== "") this.print(`${name}:`);
		this.#line(inputText(executionCount, source));
	}

	get #isForPerson(): boolean {
		return this.#sinks.reader === "person";
	}

	#grow(part: TextView, delta: string): void {
		if (this.#part !== part) {
			this.#endLine();
			if (!this.#fresh) this.#sinks.out(words`\n`);
			this.#fresh = false;
			this.#part = part;
			this.#partText = new PlainStream();
		}
		const text = this.#partText.write(delta);
		if (text === "") return;
		this.#sinks.out(part.kind === "text" ? text : this.#quoted(text));
		this.#atLineStart = text.endsWith("\n");
	}

	/** Thinking is a quote: each line begins with its mark. */
	#quoted(text: PlainText): PlainText {
		const rows = rowsOf(text);
		const end = rows.at(-1) === "" ? [rows.pop()!] : [];
		const marked = rows.map((row, index) => (index === 0 && !this.#atLineStart ? row : words`> ${row}`));
		return joined([...marked, ...end], words`\n`);
	}

	#output(cellId: string, output: Output): void {
		if (output.kind !== "omitted") this.#tellOmitted(cellId);
		switch (output.kind) {
			case "stream":
				this.#print(cellId, output.name, output.text);
				return;
			case "displayData":
			case "updateDisplayData": {
				this.#endPrinted(cellId);
				const text = bundleText(output.data);
				if (text !== null) this.#line(this.#whole(text));
				return;
			}
			case "executeResult":
				this.#endPrinted(cellId);
				this.#line(resultText(output.executionCount, this.#whole(bundleText(output.data) ?? "")));
				return;
			case "error": {
				this.#endPrinted(cellId);
				const text = output.traceback.join("\n") || `${output.ename}: ${output.evalue}`;
				this.#sinks.err(styled`${this.#whole(text.trimEnd())}\n`);
				return;
			}
			case "omitted":
				// Told again as it grows: what counts is what it was before something else.
				this.#omitted.set(cellId, output);
				return;
			case "clearOutput":
				return;
			default:
				output satisfies never;
		}
	}

	#print(cellId: string, name: "stdout" | "stderr", text: string): void {
		const id = `${cellId} ${name}`;
		const other = `${cellId} ${name === "stdout" ? "stderr" : "stdout"}`;
		this.#endPrinted(other);
		const printed = this.#printed.get(id) ?? this.#newPrinted();
		this.#printed.set(id, printed);
		this.#tell(name, printed.write(text));
	}

	/** Nothing more comes of these, for now: what was held back is told. */
	#endPrinted(about: string): void {
		for (const [id, printed] of this.#printed)
			if (id.startsWith(about)) {
				this.#printed.delete(id);
				this.#tell(id.endsWith("stderr") ? "stderr" : "stdout", printed.end());
			}
	}

	#tell(name: "stdout" | "stderr", text: ScreenText): void {
		if (text === "") return;
		this.#sinks[name === "stderr" ? "err" : "out"](text);
		if (name === "stdout") this.#atLineStart = stripStyles(text).endsWith("\n");
	}

	#newPrinted(): Printed {
		return this.#sinks.shows === "terminal" ? new ColouredStream() : new SettledStream();
	}

	#whole(text: string): ScreenText {
		const printed = this.#newPrinted();
		return joined<ScreenText>([printed.write(text), printed.end()]);
	}

	#pastCell(item: Extract<TranscriptItem, { kind: "cell" }>): void {
		this.#line(inputText(item.executionCount, item.code));
		for (const output of item.outputs) {
			this.#endLine();
			this.#output(item.cellId, output);
		}
		this.#endLine();
		this.cellFinished({ cell: item, note: cellNote(item.status) });
	}

	#pastTurn(item: Extract<TranscriptItem, { kind: "turn" }>): void {
		this.#line(inputText(item.executionCount, item.source));
		this.#fresh = true;
		for (const part of item.parts) {
			if (part.kind === "text" || part.kind === "thinking") {
				this.#grow({ ...part }, part.text);
				this.#endLine();
				this.#part = null;
			} else if (part.kind === "toolCall" && part.result !== null)
				this.#paragraph(finishedLine(part, part.result));
		}
		this.turnFinished({ note: turnNote(item) });
	}

	#tellOmitted(cellId: string): void {
		const now = this.#omitted.get(cellId);
		if (!now) return;
		this.#omitted.delete(cellId);
		const omitted = omittedSince(this.#omittedTold.get(cellId), now);
		if (omitted === null) return;
		this.#omittedTold.set(cellId, now);
		if (omitted.chars > 0) this.#error(omittedText(omitted.chars));
		for (const each of omitted.tail ?? []) this.#output(cellId, { kind: "stream", ...each });
	}

	#paragraph(text: string): void {
		this.#endLine();
		if (!this.#fresh) this.#sinks.out(words`\n`);
		this.#fresh = false;
		this.#line(plainText(text));
	}

	#line(text: ScreenText): void {
		this.#endLine();
		this.#sinks.out(styled`${text}\n`);
	}

	#error(text: string): void {
		this.#endLine();
		this.#sinks.err(words`${plainText(text)}\n`);
	}

	/** What another source writes begins on a line of its own. */
	#endLine(): void {
		if (!this.#atLineStart && this.#part !== null) this.#sinks.out(words`\n`);
		if (this.#part !== null) this.#atLineStart = true;
	}
}

/** A tool call that ended, in one line. */
const finishedLine = (
	call: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
	{ content, isError }: { readonly content: readonly Content[]; readonly isError: boolean },
): string => toolLine(call.name, call.args, { text: contentText(content), isError });

/** The form of a MIME bundle that text can show; `null` when it has none. */
const bundleText = (data: Readonly<Record<string, unknown>>): string | null => {
	for (const type of ["text/plain", "text/markdown"]) {
		const text = data[type];
		if (typeof text === "string") return text;
	}
	const picture = Object.keys(data).find((type) => type.startsWith("image/"));
	return picture === undefined ? null : pictureName(picture);
};

/** `Out[3]: 4`; a value of several lines begins on the line below, as in IPython. */
const resultText = (executionCount: number, text: ScreenText): ScreenText =>
	styled`Out[${executionCount}]: ${text.includes("\n") ? words`\n` : words``}${text}`;

/** An input with its number, its further lines under `...:`. */
export const inputText = (executionCount: number | null, code: string): PlainText => {
	const { first, rest } = inputPrompt(executionCount, "python");
	const rows = rowsOf(plainText(code.trimEnd()));
	return joined(
		rows.map((row, index) => words`${index === 0 ? first : rest}${row}`),
		words`\n`,
	);
};
