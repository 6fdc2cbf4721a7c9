/** Text that a kernel printed, as lines of coloured chunks that are safe to show. */
import { type Run, TerminalText } from "../../ground/text/terminalText.ts";

/**
 * A run of text in one style. A style is `""` or words joined by commas: `bold italic underline reverse dim`,
 * `fg=N` and `bg=N` with a colour of the 256, or `fg=#rrggbb`; `picture=ID` for placeholders. `lua/ipyai/highlights.lua` makes groups of them.
 */
export type Chunk = Run;
export type Line = readonly Chunk[];

/** Text may come in pieces that are cut anywhere. */
export class TerminalLines {
	readonly #finished: Line[] = [];
	readonly #text: TerminalText;

	/** `base` is the style of text that has no colour of its own. */
	constructor(base = "") {
		let sgr = noSgr;
		const colours = (parameters: string) => {
			sgr = applySgr(sgr, parameters);
			return styleOf(sgr) || base;
		};
		this.#text = new TerminalText(base, colours, () => this.#finished.pop());
	}

	/** The lines so far. A finished one is the same object as before; the last may not be finished, and are copies. */
	get lines(): readonly Line[] {
		return [...this.#finished, ...this.#text.rest.map((line) => [...line])];
	}

	/** The first or the last of the lines, without going through all of them. */
	part(count: number, end: "head" | "tail"): readonly Line[] {
		const { rest } = this.#text;
		if (end === "head") return [...this.#finished.slice(0, count), ...rest].slice(0, count);
		return [...this.#finished.slice(-count), ...rest].slice(-count);
	}

	get count(): number {
		return this.#finished.length + this.#text.rest.length;
	}

	write(text: string): void {
		for (const line of this.#text.write(text)) this.#finished.push(line);
	}
}

/** A whole text as lines. */
export const terminalLines = (text: string, base = ""): readonly Line[] => {
	const lines = new TerminalLines(base);
	lines.write(text);
	return lines.lines;
};

type Sgr = { readonly attributes: readonly string[]; readonly fg: string; readonly bg: string };

const noSgr: Sgr = { attributes: [], fg: "", bg: "" };

const attributeNames: Readonly<Record<number, string>> = {
	1: "bold",
	2: "dim",
	3: "italic",
	4: "underline",
	7: "reverse",
};

const attributeEnds: Readonly<Record<number, readonly string[]>> = {
	22: ["bold", "dim"],
	23: ["italic"],
	24: ["underline"],
	27: ["reverse"],
};

const applySgr = (before: Sgr, parameters: string): Sgr => {
	let { attributes, fg, bg } = before;
	const numbers = parameters.split(/[;:]/).map(Number);
	for (let index = 0; index < numbers.length; index++) {
		const number = numbers[index]!;
		const name = attributeNames[number];
		const ends = attributeEnds[number];
		if (number === 0) ({ attributes, fg, bg } = noSgr);
		else if (name) attributes = [...new Set([...attributes, name])].sort();
		else if (ends) attributes = attributes.filter((each) => !ends.includes(each));
		else if (number >= 30 && number <= 37) fg = `${number - 30}`;
		else if (number >= 40 && number <= 47) bg = `${number - 40}`;
		else if (number >= 90 && number <= 97) fg = `${number - 82}`;
		else if (number >= 100 && number <= 107) bg = `${number - 92}`;
		else if (number === 39) fg = "";
		else if (number === 49) bg = "";
		else if (number === 38 || number === 48) {
			const [color, taken] = extendedColor(numbers.slice(index + 1));
			if (number === 38) fg = color;
			else bg = color;
			index += taken;
		}
	}
	return { attributes, fg, bg };
};

const extendedColor = ([mode, ...rest]: readonly number[]): [color: string, taken: number] => {
	const byte = (value: number | undefined): number => Math.min(255, Math.max(0, value || 0));
	if (mode === 5) return [`${byte(rest[0])}`, 2];
	const hex = rest.slice(0, 3).map((each) => byte(each).toString(16).padStart(2, "0"));
	return mode === 2 && hex.length === 3 ? [`#${hex.join("")}`, 4] : ["", rest.length + 1];
};

const styleOf = ({ attributes, fg, bg }: Sgr): string =>
	[...attributes, ...(fg ? [`fg=${fg}`] : []), ...(bg ? [`bg=${bg}`] : [])].join(",");
