/**
 * The output of a running cell. Its lines go above for good as they come, until the cell says that it shows something
 * anew: by `clear_output`, or by a display with an id that can be updated. From then on they are kept in the tail,
 * where they can be replaced, and go above when the cell ends.
 */
import type { ScreenText } from "../../../ground/text/screenText.ts";
import type { Output } from "../../../protocol/index.ts";
import type { Graphics } from "../render/images.ts";
import { type OutputOptions, renderOutput } from "../render/output.ts";
import { createOutputStream } from "../render/outputStream.ts";
import { wrapCells } from "../screen/styledText.ts";

/** Lines that are kept at most; a cell that goes on printing beyond them is not one that redraws. */
const maxKept = 500;

type Kept = {
	readonly displayId: string | undefined;
	readonly lines: readonly ScreenText[];
	/** The same for the tail, where pictures are named instead of drawn. */
	readonly live: readonly ScreenText[];
};

export class CellOutput {
	readonly #stream = createOutputStream();
	#kept: Kept[] | null = null;
	/** What is kept goes as soon as something else comes. */
	#clearsNext = false;

	/** Gives the lines that go above now. */
	take(output: Output, options: OutputOptions): ScreenText[] {
		switch (output.kind) {
			case "stream":
				this.#clearIfDue();
				return this.#add(text(this.#stream.write(output.text)));
			case "clearOutput":
				return this.#clear(output.wait);
			case "updateDisplayData":
				if (this.#update(output, options)) return [];
				break;
			case "displayData":
				if (output.displayId !== undefined) this.#kept ??= [];
				break;
			default:
				break;
		}
		this.#clearIfDue();
		if (this.#kept === null) return [...this.#stream.end(), ...renderOutput(output, options)];
		return [...this.#add(text(this.#stream.end())), ...this.#add(render(output, options))];
	}

	/** The rows that can still change. */
	live(width: number): ScreenText[] {
		const kept = (this.#kept ?? []).flatMap(({ live }) => live.flatMap((line) => wrapCells(line, width)));
		return [...kept, ...this.#stream.live(width)];
	}

	/** A question stands where the output is: gives what was printed of its line, and goes on below the answer. */
	askHere(): ScreenText[] {
		return this.#stream.end();
	}

	/** Nothing more comes: gives the lines that go above. */
	end(): ScreenText[] {
		const lines = [...(this.#kept ?? []).flatMap((entry) => entry.lines), ...this.#stream.end()];
		this.#kept = null;
		return lines;
	}

	#clear(wait: boolean): ScreenText[] {
		this.#kept ??= [];
		const unfinished = this.#stream.end();
		if (wait) this.#add(text(unfinished));
		else this.#kept = [];
		this.#clearsNext = wait;
		return [];
	}

	#clearIfDue(): void {
		if (this.#clearsNext) this.#kept = [];
		this.#clearsNext = false;
	}

	#update(output: Extract<Output, { kind: "updateDisplayData" }>, options: OutputOptions): boolean {
		const at = this.#kept?.findIndex(({ displayId }) => displayId === output.displayId) ?? -1;
		if (at < 0) return false;
		this.#kept![at] = render(output, options);
		return true;
	}

	#add(entry: Kept): ScreenText[] {
		if (this.#kept === null) return [...entry.lines];
		if (entry.lines.length > 0) this.#kept.push(entry);
		const count = this.#kept.reduce((sum, { lines }) => sum + lines.length, 0);
		if (count <= maxKept) return [];
		const lines = this.#kept.flatMap((each) => each.lines);
		this.#kept = null;
		return lines;
	}
}

const text = (lines: readonly ScreenText[]): Kept => ({ displayId: undefined, lines, live: lines });

const isOfText = (graphics: Graphics): boolean => graphics === null || graphics.startsWith("blocks");

const render = (output: Output, options: OutputOptions): Kept => {
	const lines = renderOutput(output, options);
	return {
		displayId: "displayId" in output ? output.displayId : undefined,
		lines,
		live: isOfText(options.graphics) ? lines : renderOutput(output, { ...options, graphics: null }),
	};
};
