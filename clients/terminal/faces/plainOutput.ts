/**
 * The session as plain text that only grows: for pipes, `-c` and `--plain`. What cells and answers say goes to `out`,
 * errors and notices to `err`. The caller cleans untrusted text through `clean`.
 */
import type { Content, Output, TranscriptItem } from "../../../protocol/index.ts";
import { callText, toolLine } from "../../../protocol/toolLine.ts";
import type { Change } from "../../common/session/sessionView.ts";
import type { TextView } from "../../common/session/turnView.ts";
import { turnEndText } from "../output/turnEnd.ts";

export type PlainSinks = {
	out(text: string): void;
	err(text: string): void;
	/** Takes out what a terminal could act on. */
	clean(text: string): string;
	/** Show what a batch leaves out: whose input it was, tools as they start, who joined. */
	readonly interactive: boolean;
};

export class PlainOutput {
	readonly #sinks: PlainSinks;
	/** The part whose text is being written; another one starts a paragraph. */
	#part: TextView | null = null;
	#atLineStart = true;
	#omitted = 0;
	/** Nothing was written since the turn began: no blank line is needed before the first part. */
	#fresh = true;

	constructor(sinks: PlainSinks) {
		this.#sinks = sinks;
	}

	/** A text of the client's own. */
	print(text: string): void {
		this.#line(text.trimEnd());
	}

	show(change: Change): void {
		switch (change.kind) {
			case "cellOutput":
				this.#endLine();
				this.#output(change.output);
				return;
			case "cellFinished":
				this.#tellOmitted();
				if (change.cell.status === "aborted")
					this.#error("Not run, because an earlier cell failed or was interrupted.");
				if (change.cell.status === "lost")
					this.#error("The kernel or the server went away before this cell ended.");
				for (const payload of change.payloads)
					if (payload.kind === "page") this.#line(this.#sinks.clean(payload.text).trimEnd());
				return;
			case "turnStarted":
				this.#fresh = true;
				for (const warning of change.warnings) this.#error(warning);
				return;
			case "textGrew":
				this.#grow(change.part, change.delta);
				return;
			case "textEnded":
				if (change.replaced) {
					this.#part = null;
					this.#grow(change.part, change.part.text);
				}
				this.#endLine();
				this.#part = null;
				return;
			case "toolStarted":
				if (this.#sinks.interactive) this.#paragraph(`⏳ ${callText(change.call.name, change.call.args)}`);
				return;
			case "toolFinished":
				this.#paragraph(finishedLine(change.call, change));
				return;
			case "turnFinished": {
				this.#endLine();
				const text = turnEndText(change.turn);
				if (text !== null) this.#error(text);
				return;
			}
			case "approvalAnswered":
				if (change.answer.outcome === "unanswered")
					this.#error(
						`Nobody could allow ${change.approval.tool} here. ${change.answer.message ?? ""}`.trimEnd(),
					);
				return;
			case "kernelDetached":
				if (change.reason === "died") this.#error("The kernel died.");
				return;
			case "participants":
				if (this.#sinks.interactive) this.#line(change.text);
				return;
			case "notice":
				if (change.level !== "info" || this.#sinks.interactive) this.#error(change.text);
				return;
			case "past":
				this.#past(change.item);
				return;
			case "cellStarted":
			case "promptQueued":
			case "promptRemoved":
			case "turnNumbered":
			case "toolOutput":
			case "steered":
			case "approvalAsked":
			case "kernelAttached":
			case "settings":
			case "conversationReset":
			case "status":
			case "overrun":
			case "lateOutput":
				return;
			default:
				change satisfies never;
		}
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

	#output(output: Output): void {
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
				// Told again as it grows; the latest stands at the cell's end.
				this.#omitted = output.chars;
				return;
			case "clearOutput":
				return;
			default:
				output satisfies never;
		}
	}

	#past(item: TranscriptItem): void {
		if (item.kind === "cell") {
			this.#line(inputText("In", item.executionCount, this.#sinks.clean(item.code)));
			for (const output of item.outputs) {
				this.#endLine();
				this.#output(output);
			}
			this.#endLine();
			this.#tellOmitted();
			return;
		}
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
		const text = turnEndText(item);
		if (text !== null) this.#error(text);
	}

	#tellOmitted(): void {
		if (this.#omitted > 0) this.#error(omittedText(this.#omitted));
		this.#omitted = 0;
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
