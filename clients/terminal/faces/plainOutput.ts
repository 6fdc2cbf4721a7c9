/**
 * The session as plain text that only grows: for pipes, `-c` and `--plain`. What cells and answers say goes to `out`,
 * errors and notices to `err`. The caller cleans untrusted text through `clean`.
 */

import { textOf } from "../../../ground/text/contentText.ts";
import type { Content, OmittedOutput, Output, TranscriptItem } from "../../../protocol/index.ts";
import { callText, toolLine } from "../../../protocol/toolLine.ts";
import { omittedSince } from "../../common/session/omittedSince.ts";
import type { TextView } from "../../common/session/turnView.ts";
import type { Author, Note, Transcript } from "../../common/shell/action.ts";
import { cellNote, turnNote } from "../../common/shell/wording.ts";

export type PlainSinks = {
	out(text: string): void;
	err(text: string): void;
	/** Takes out what a terminal could act on. */
	clean(text: string): string;
	/** `person` also sees what others entered, tools as they start, who joined. */
	readonly reader: "person" | "program";
};

type Told<K extends keyof Transcript> = Parameters<Transcript[K]>[0];

export class PlainOutput implements Transcript {
	readonly #sinks: PlainSinks;
	/** The part whose text is being written; another one starts a paragraph. */
	#part: TextView | null = null;
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
		this.#line(text.trimEnd());
	}

	inputEntered(): void {}

	commandAnswered({ text, failed }: Told<"commandAnswered">): void {
		if (text.trim() === "") return;
		if (failed) this.#error(text);
		else this.#line(this.#sinks.clean(text.trimEnd()));
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
		if (this.#isForPerson) this.#line(`· ${of} goes on ·`);
		this.#output(cellId, output);
		this.#tellOmitted(cellId);
	}

	cellFinished({ cell: { cellId }, note }: { cell: { cellId: string }; note: Note | null }): void {
		this.#tellOmitted(cellId);
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
		if (this.#isForPerson) this.#paragraph(`› ${textOf(content)}`);
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
		if (author.whose === "another" && author.name !== "") this.#line(`${this.#sinks.clean(author.name)}:`);
		if (item.kind === "cell") this.#pastCell(item);
		else this.#pastTurn(item);
	}

	/** What others entered; one's own stands there as it was typed. */
	#input({ whose, name }: Author, executionCount: number | null, source: string): void {
		if (whose === "mine" || !this.#isForPerson) return;
		const { clean } = this.#sinks;
		if (name !== "") this.#line(clean(`${name}:`));
		this.#line(inputText("In", executionCount, clean(source)));
	}

	get #isForPerson(): boolean {
		return this.#sinks.reader === "person";
	}

	#grow(part: TextView, delta: string): void {
		if (this.#part !== part) {
			this.#endLine();
			if (!this.#fresh) this.#sinks.out("\n");
			this.#fresh = false;
			this.#part = part;
		}
		const text = this.#sinks.clean(delta);
		if (text === "") return;
		if (part.kind === "text") this.#sinks.out(text);
		else {
			// Thinking is a quote: each line begins with its mark.
			const quoted = text.replace(/\n(?!$)/g, "\n> ");
			this.#sinks.out(this.#atLineStart ? `> ${quoted}` : quoted);
		}
		this.#atLineStart = text.endsWith("\n");
	}

	#output(cellId: string, output: Output): void {
		if (output.kind !== "omitted") this.#tellOmitted(cellId);
		const { out, err, clean } = this.#sinks;
		switch (output.kind) {
			case "stream":
				(output.name === "stderr" ? err : out)(clean(output.text));
				if (output.name === "stdout" && output.text !== "") this.#atLineStart = output.text.endsWith("\n");
				return;
			case "displayData":
			case "updateDisplayData": {
				const text = bundleText(output.data);
				if (text !== null) this.#line(clean(text));
				return;
			}
			case "executeResult":
				this.#line(resultText(output.executionCount, clean(bundleText(output.data) ?? "")));
				return;
			case "error":
				err(`${clean(output.traceback.join("\n") || `${output.ename}: ${output.evalue}`).trimEnd()}\n`);
				return;
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

	#pastCell(item: Extract<TranscriptItem, { kind: "cell" }>): void {
		this.#line(inputText("In", item.executionCount, this.#sinks.clean(item.code)));
		for (const output of item.outputs) {
			this.#endLine();
			this.#output(item.cellId, output);
		}
		this.#endLine();
		this.cellFinished({ cell: item, note: cellNote(item.status) });
	}

	#pastTurn(item: Extract<TranscriptItem, { kind: "turn" }>): void {
		this.#line(inputText("In", item.executionCount, this.#sinks.clean(item.source)));
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
		if (!this.#fresh) this.#sinks.out("\n");
		this.#fresh = false;
		this.#line(this.#sinks.clean(text));
	}

	#line(text: string): void {
		this.#endLine();
		this.#sinks.out(`${text}\n`);
	}

	#error(text: string): void {
		this.#endLine();
		this.#sinks.err(`${this.#sinks.clean(text)}\n`);
	}

	/** What another source writes begins on a line of its own. */
	#endLine(): void {
		if (!this.#atLineStart && this.#part !== null) this.#sinks.out("\n");
		if (this.#part !== null) this.#atLineStart = true;
	}
}

/** A tool call that ended, in one line. */
export const finishedLine = (
	call: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
	result: { readonly content: readonly Content[]; readonly isError: boolean },
): string =>
	toolLine(call.name, call.args, {
		text: result.content
			.map((part) => (part.kind === "text" ? part.text : `[picture, ${part.mimeType}]`))
			.join(" "),
		isError: result.isError,
	});

/** The form of a MIME bundle that text can show; `null` when it has none. */
export const bundleText = (data: Readonly<Record<string, unknown>>): string | null => {
	for (const type of ["text/plain", "text/markdown"]) {
		const text = data[type];
		if (typeof text === "string") return text;
	}
	const picture = Object.keys(data).find((type) => type.startsWith("image/"));
	return picture === undefined ? null : `[${picture}]`;
};

/** `Out[3]: 4`; a value of several lines begins on the line below, as in IPython. */
export const resultText = (executionCount: number, text: string): string =>
	`Out[${executionCount}]: ${text.includes("\n") ? "\n" : ""}${text}`;

/** An input with its number, its further lines under `...:`. */
export const inputText = (label: "In" | "Pr", executionCount: number | null, code: string): string => {
	const first = `${label} [${executionCount ?? "*"}]: `;
	const rest = `${" ".repeat(Math.max(0, first.length - 5))}...: `;
	return first + code.trimEnd().replaceAll("\n", `\n${rest}`);
};

export const omittedText = (chars: number): string =>
	`[${chars.toLocaleString("en-US")} characters of output left out]`;
