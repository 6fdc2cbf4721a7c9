/**
 * Text that a kernel printed, as lines of coloured chunks that are safe to show: of all control sequences only colours
 * act, and carriage returns, backspaces and erasing a line, so that a progress bar is its last state.
 */

/**
 * A run of text in one style. A style is `""` or words joined by commas: `bold italic underline reverse dim`,
 * `fg=N` and `bg=N` with a colour of the 256, or `fg=#rrggbb`; `lua/ipyai/highlights.lua` makes groups of them.
 */
export type Chunk = readonly [text: string, style: string];
export type Line = readonly Chunk[];

/** Text may come in pieces that are cut anywhere. */
export class TerminalLines {
	readonly #base: string;
	readonly #finished: Line[] = [];
	#chunks: [string, string][] = [];
	/** The line by characters, once something in it was overwritten; `#at` is the place in it. */
	#cells: [string, string][] | null = null;
	#at = 0;
	#sgr: Sgr = noSgr;
	#style: string;
	/** The beginning of a sequence whose end has not come. */
	#held = "";

	/** `base` is the style of text that has no colour of its own. */
	constructor(base = "") {
		this.#base = base;
		this.#style = base;
	}

	/** The lines so far; the last may not be finished. */
	get lines(): readonly Line[] {
		const rest = this.#rest();
		return rest.length === 0 ? this.#finished : [...this.#finished, rest];
	}

	/** The first or the last of the lines, without going through all of them. */
	part(count: number, end: "head" | "tail"): readonly Line[] {
		if (end === "head") return this.#finished.length >= count ? this.#finished.slice(0, count) : this.lines;
		const rest = this.#rest();
		if (rest.length === 0) return this.#finished.slice(-count);
		return count === 1 ? [rest] : [...this.#finished.slice(1 - count), rest];
	}

	get count(): number {
		return this.#finished.length + (this.#rest().length === 0 ? 0 : 1);
	}

	write(text: string): void {
		const input = this.#held + text;
		const usable = input.length - unfinished(input);
		this.#held = input.slice(usable);
		for (const [piece] of input.slice(0, usable).matchAll(pieces)) {
			if (piece === "\n" || piece === "\r\n") this.#endLine();
			else if (piece === "\r") this.#moveTo(0);
			else if (piece === "\b") this.#moveTo(Math.max(0, this.#spread().length - 1));
			else if (piece === "\t") this.#put("    ");
			else if (piece[0] === "\x1b" || piece[0] === "\x9b") this.#sequence(piece);
			else this.#put(visible(piece));
		}
	}

	#rest(): Line {
		if (this.#cells === null) return this.#chunks;
		const line: [string, string][] = [];
		for (const [text, style] of this.#cells) {
			const last = line.at(-1);
			if (last?.[1] === style) last[0] += text;
			else line.push([text, style]);
		}
		return line;
	}

	#endLine(): void {
		this.#finished.push(this.#rest());
		this.#chunks = [];
		this.#cells = null;
		this.#at = 0;
	}

	#put(text: string): void {
		if (text === "") return;
		if (this.#cells === null) {
			const last = this.#chunks.at(-1);
			if (last?.[1] === this.#style) last[0] += text;
			else this.#chunks.push([text, this.#style]);
			return;
		}
		for (const { segment } of segmenter.segment(text)) this.#cells[this.#at++] = [segment, this.#style];
	}

	#spread(): [string, string][] {
		if (this.#cells === null) {
			this.#cells = this.#chunks.flatMap(([text, style]) =>
				[...segmenter.segment(text)].map(({ segment }): [string, string] => [segment, style]),
			);
			this.#at = this.#cells.length;
		}
		return this.#cells.slice(0, this.#at);
	}

	#moveTo(column: number): void {
		this.#spread();
		this.#at = Math.min(column, this.#cells!.length);
	}

	#sequence(piece: string): void {
		const match = /^(?:\x1b\[|\x9b)([\d;:]*)([mK])$/.exec(piece);
		if (!match) return;
		if (match[2] === "m") {
			this.#sgr = applySgr(this.#sgr, match[1]!);
			this.#style = styleOf(this.#sgr) || this.#base;
		} else if (match[1] === "" || match[1] === "0") {
			this.#spread();
			this.#cells!.length = this.#at;
		} else if (match[1] === "2") {
			this.#spread();
			this.#cells = this.#cells!.slice(0, this.#at).map(() => [" ", ""]);
		}
	}
}

/** A whole text as lines. */
export const terminalLines = (text: string, base = ""): readonly Line[] => {
	const lines = new TerminalLines(base);
	lines.write(text);
	return lines.lines;
};

/** Text of others for a buffer: no escape sequences, no control characters but newlines and tabs. */
export const plainText = (text: string): string =>
	/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\p{Cs}/u.test(text)
		? [...text.matchAll(pieces)]
				.map(([piece]) =>
					piece === "\r\n" ? "\n" : /^[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(piece) ? "" : visible(piece),
				)
				.join("")
		: text;

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const special = "\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufeff\\p{Cs}";

/** Line ends, sequences of 7 and 8 bit, strings with any terminator or none in the line, controls, runs of text. */
const pieces = new RegExp(
	[
		"\\r\\n",
		"[\\n\\r\\b\\t]",
		"(?:\\x1b\\[|\\x9b)[\\x30-\\x3f]*[\\x20-\\x2f]*[\\x40-\\x7e]?",
		"(?:\\x1b[\\]P_^X]|[\\x9d\\x90\\x9f\\x9e\\x98])[^\\x07\\x1b\\x9c\\n]*(?:\\x07|\\x1b\\\\|\\x9c)?",
		"\\x1b[\\x20-\\x2f]*[\\x30-\\x7e]?",
		`[${special}]`,
		`[^${special}]+`,
	].join("|"),
	"gu",
);

/** Controls that mean nothing here vanish; those that reorder text are shown. */
const visible = (piece: string): string => {
	if (/^[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]/.test(piece)) return "";
	if (/^[\u202a-\u202e\u2066-\u2069]/.test(piece))
		return `<U+${piece.codePointAt(0)!.toString(16).toUpperCase()}>`;
	if (/^[\u2028\u2029]/.test(piece)) return " ";
	return /^\p{Cs}/u.test(piece) ? "�" : piece;
};

/** Units at the end that may be the beginning of a sequence, a pair of surrogates or CR LF. */
const unfinished = (text: string): number =>
	/(?:\r|[\ud800-\udbff]|(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*|(?:\x1b[\]P_^X]|[\x9d\x90\x9f\x9e\x98])[^\x07\x1b\x9c\n]{0,4096}\x1b?|\x1b[\x20-\x2f]*)$/.exec(
		text,
	)?.[0].length ?? 0;

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
