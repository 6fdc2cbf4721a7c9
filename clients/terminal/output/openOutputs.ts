/** The outputs of cells that run, and of those that go on behind their end; what was left out of them is told between. */
import type { ScreenText } from "../../../ground/text/screenText.ts";
import type { OmittedOutput, Output } from "../../../protocol/index.ts";
import { omittedSince } from "../../common/session/omittedSince.ts";
import { omittedText } from "../../common/session/omittedText.ts";
import type { OutputOptions } from "../render/output.ts";
import { sanitizeLines } from "../render/sanitize.ts";
import { paint } from "../render/theme.ts";
import { truncateLine } from "../screen/styledText.ts";
import { CellOutput } from "./cellOutput.ts";

/** So much of what a cell prints beyond what is kept is shown while it runs. */
const omittedTailLines = 8;

export type OpenOutputsOptions = {
	outputOptions(): OutputOptions;
	/** A program asked for an empty screen. */
	clear(): void;
	/** Lines of this cell's are finished. */
	add(id: string, lines: readonly ScreenText[]): void;
};

export class OpenOutputs {
	readonly #options: OpenOutputsOptions;
	readonly #cells = new Map<string, CellOutput>();
	/** What was left out of a cell's output, as told last. */
	readonly #omitted = new Map<string, OmittedOutput>();
	/** What of it stands above. */
	readonly #omittedAbove = new Map<string, OmittedOutput>();

	constructor(options: OpenOutputsOptions) {
		this.#options = options;
	}

	/** A cell of the past that runs on. */
	goesOn(id: string, shown: CellOutput): void {
		this.#cells.set(id, shown);
	}

	take(id: string, output: Output): void {
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
		this.#addOmitted(id, shown);
		const { add, outputOptions } = this.#options;
		add(id, shown.take(this.#withoutClearing(output), outputOptions()));
	}

	/** What a cell has printed of the line on which it asks something. */
	askHere(id: string): readonly ScreenText[] {
		return this.#cells.get(id)?.askHere() ?? [];
	}

	end(id: string): void {
		const shown = this.#cells.get(id) ?? new CellOutput();
		this.#addOmitted(id, shown);
		this.#options.add(id, shown.end());
		for (const each of [this.#cells, this.#omitted, this.#omittedAbove]) each.delete(id);
	}

	/** What still grows, for the tail. */
	live(columns: number): ScreenText[] {
		const lines = [...this.#cells.values()].flatMap((shown) => shown.live(columns));
		for (const [id, now] of this.#omitted) {
			const omitted = omittedSince(this.#omittedAbove.get(id), now);
			if (omitted === null) continue;
			if (omitted.chars > 0) lines.push(this.#omittedLine(omitted.chars));
			const newest = sanitizeLines((omitted.tail ?? []).map(({ text }) => text).join(""));
			lines.push(...newest.slice(-omittedTailLines).map((line) => truncateLine(line, columns)));
		}
		return lines;
	}

	#addOmitted(id: string, shown: CellOutput): void {
		const now = this.#omitted.get(id);
		const omitted = now ? omittedSince(this.#omittedAbove.get(id), now) : null;
		if (!now || omitted === null) return;
		this.#omittedAbove.set(id, now);
		const note = omitted.chars > 0 ? [...shown.end(), this.#omittedLine(omitted.chars)] : [];
		const options = this.#options.outputOptions();
		const tail = (omitted.tail ?? []).flatMap((each) => shown.take({ kind: "stream", ...each }, options));
		this.#options.add(id, [...note, ...tail]);
	}

	/** A program that clears the screen has what it printed before taken away. */
	#withoutClearing(output: Output): Output {
		const cleared = output.kind === "stream" ? output.text.lastIndexOf("\x1b[2J") : -1;
		if (output.kind !== "stream" || cleared < 0) return output;
		this.#options.clear();
		return { ...output, text: output.text.slice(cleared + 4) };
	}

	#omittedLine(chars: number): ScreenText {
		return paint(this.#options.outputOptions().theme, "dim", omittedText(chars));
	}
}
