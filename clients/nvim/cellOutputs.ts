/** What a cell showed so far, as lines: streams grow, displays are updated, `clear_output` empties it. */

import { pictureName } from "../../ground/text/contentText.ts";
import { htmlText } from "../../ground/text/htmlText.ts";
import { type PlainText, words } from "../../ground/text/screenText.ts";
import type { Output } from "../../protocol/index.ts";
import { pngSize } from "../common/pictures/kittyGraphics.ts";
import { omittedText } from "../common/session/omittedText.ts";
import type { Pictures } from "./pictures.ts";
import { type Line, TerminalLines, terminalLines } from "./terminalLines.ts";

type Part =
	| { readonly kind: "stream"; readonly name: string; readonly text: TerminalLines; readonly raw: Output[] }
	| { readonly kind: "lines"; readonly displayId: string | null; lines: readonly Line[]; raw: Output };

/** Of a long output an editor shows a part. */
export type Preview = {
	readonly lines: readonly Line[];
	readonly total: number;
	/** Which end is shown: the tail while it grows or when it ends in an error. */
	readonly end: "head" | "tail";
};

export class CellOutputs {
	readonly #pictures: Pictures | null;
	#parts: Part[] = [];
	#clearNext = false;

	/** Without `pictures` they are named. */
	constructor(pictures: Pictures | null = null) {
		this.#pictures = pictures;
	}

	/** Takes an output; false when nothing of this cell changed. */
	add(output: Output): boolean {
		if (output.kind === "clearOutput") {
			if (output.wait) this.#clearNext = true;
			else this.#parts = [];
			return !output.wait;
		}
		if (output.kind === "updateDisplayData") return this.#update(output);
		if (this.#clearNext) this.#parts = [];
		this.#clearNext = false;
		if (output.kind === "stream") this.#stream(output);
		else {
			const displayId = output.kind === "displayData" ? (output.displayId ?? null) : null;
			const lines = outputLines(output, this.#pictures);
			const before = output.kind === "omitted" ? this.#omitted : undefined;
			if (before) Object.assign(before, { lines, raw: output });
			else this.#parts.push({ kind: "lines", displayId, lines, raw: output });
		}
		return true;
	}

	/** What stands for the middle is told again as it grows. */
	get #omitted(): Part | undefined {
		return this.#parts.find((part) => part.kind === "lines" && part.raw.kind === "omitted");
	}

	/** The outputs themselves, updated and cleared as they were. */
	get raw(): readonly Output[] {
		return this.#parts.flatMap(({ raw }) => raw);
	}

	get lines(): readonly Line[] {
		return this.#parts.flatMap(linesOf);
	}

	preview(maxLines: number, end: "head" | "tail"): Preview {
		const total = this.#parts.reduce((sum, part) => sum + countOf(part), 0);
		const parts = end === "head" ? this.#parts : this.#parts.toReversed();
		const lines: Line[] = [];
		for (const part of parts) {
			const wanted = maxLines - lines.length;
			if (wanted <= 0) break;
			if (part.kind === "stream")
				lines.splice(end === "head" ? lines.length : 0, 0, ...part.text.part(wanted, end));
			else if (end === "head") lines.push(...part.lines.slice(0, wanted));
			else lines.unshift(...part.lines.slice(-wanted));
		}
		return { lines, total, end };
	}

	#stream(output: Extract<Output, { kind: "stream" }>): void {
		const { name, text } = output;
		const last = this.#parts.at(-1);
		if (last?.kind === "stream" && last.name === name) {
			last.text.write(text);
			last.raw.push(output);
			return;
		}
		const lines = new TerminalLines(name === "stderr" ? words`stderr` : words``);
		lines.write(text);
		this.#parts.push({ kind: "stream", name, text: lines, raw: [output] });
	}

	#update({ displayId, data, metadata }: Extract<Output, { kind: "updateDisplayData" }>): boolean {
		let found = false;
		for (const part of this.#parts) {
			if (part.kind !== "lines" || part.displayId !== displayId) continue;
			part.lines = bundleLines(data, this.#pictures);
			part.raw = { kind: "displayData", data, metadata, displayId };
			found = true;
		}
		return found;
	}
}

const linesOf = (part: Part): readonly Line[] => (part.kind === "stream" ? part.text.lines : part.lines);
const countOf = (part: Part): number => (part.kind === "stream" ? part.text.count : part.lines.length);

type WholeOutput = Exclude<Output, { kind: "stream" | "clearOutput" | "updateDisplayData" }>;

const outputLines = (output: WholeOutput, pictures: Pictures | null): readonly Line[] => {
	switch (output.kind) {
		case "displayData":
		case "executeResult":
			return bundleLines(output.data, pictures);
		case "error":
			return terminalLines(output.traceback.join("\n") || `${output.ename}: ${output.evalue}`, words`error`);
		case "omitted":
			return [
				...(output.chars > 0 ? [[[omittedText(output.chars), words`note`]] as Line] : []),
				...(output.tail ?? []).flatMap(({ name, text }) =>
					terminalLines(text, name === "stderr" ? words`stderr` : words``),
				),
			];
		default:
			return output satisfies never;
	}
};

/**
 * A picture that can be shown stands for its text; of texts Markdown goes before plain text, and that before HTML, unless
 * it only names an object.
 */
const bundleLines = (data: Readonly<Record<string, unknown>>, pictures: Pictures | null): readonly Line[] => {
	const text = (type: string): string | null => {
		const value = data[type];
		if (Array.isArray(value)) return value.join("");
		return typeof value === "string" ? value : null;
	};
	const picture = Object.keys(data).find((type) => type.startsWith("image/"));
	const drawn = picture === undefined ? null : (pictures?.lines(picture, text(picture) ?? "") ?? null);
	if (drawn !== null) return drawn;
	const plain = text("text/plain");
	const html = plain === null || namesObject.test(plain) ? htmlText(text("text/html") ?? "") : null;
	const shown = text("text/markdown") ?? html ?? plain ?? text("text/latex");
	const named = picture === undefined ? words`` : pictureNote(picture, text(picture) ?? "");
	return [
		...(named === "" ? [] : [[[named, words`note`]] as Line]),
		...(shown === null ? [] : terminalLines(shown)),
		...(named === "" && shown === null
			? terminalLines(`[${Object.keys(data).join(", ")}]`, words`note`)
			: []),
	];
};

/** As Python writes an object that has no text of its own. */
const namesObject = /^<[^<>\n]* (object|at 0x[\da-f]+)>$/i;

const pictureNote = (type: string, base64: string): PlainText => {
	const size = type === "image/png" ? pngSize(base64) : null;
	return size === null ? pictureName(type) : words`[image/png, ${size.width}×${size.height}]`;
};
