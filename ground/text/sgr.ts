/** Colours that text of others may have: what its `ESC[...m` sequences add up to. Nothing in them hides text. */
import { plainText } from "./plainText.ts";
import { type ScreenText, styled } from "./screenText.ts";

export type Sgr = {
	readonly attributes: readonly Attribute[];
	/** `N` of the 256 colours, `#rrggbb`, or empty for the usual one. */
	readonly fg: string;
	readonly bg: string;
};

export type Attribute = "bold" | "dim" | "italic" | "reverse" | "strike" | "underline";

export const noSgr: Sgr = { attributes: [], fg: "", bg: "" };

const starts: Readonly<Record<number, Attribute>> = {
	1: "bold",
	2: "dim",
	3: "italic",
	4: "underline",
	7: "reverse",
	9: "strike",
	21: "underline",
};

const ends: Readonly<Record<number, readonly Attribute[]>> = {
	22: ["bold", "dim"],
	23: ["italic"],
	24: ["underline"],
	27: ["reverse"],
	29: ["strike"],
};

/** The style after a sequence with these parameters. */
export const applySgr = (before: Sgr, parameters: string): Sgr => {
	let sgr = before;
	const parts = parameters.split(";");
	for (let index = 0; index < parts.length; index++) {
		const [code = 0, ...inner] = parts[index]!.split(":").map(Number);
		if (code !== 38 && code !== 48 && code !== 58) {
			sgr = code === 4 && inner[0] === 0 ? applyCode(sgr, 24) : applyCode(sgr, code);
			continue;
		}
		// A colour's numbers stand in the same parameter, or are the next ones.
		const [color, taken] = colorOf(inner.length > 0 ? inner : parts.slice(index + 1, index + 5).map(Number));
		if (inner.length === 0) index += taken;
		if (code === 38) sgr = { ...sgr, fg: color };
		else if (code === 48) sgr = { ...sgr, bg: color };
	}
	return sgr;
};

const applyCode = (sgr: Sgr, code: number): Sgr => {
	if (code === 0) return noSgr;
	const { attributes } = sgr;
	const started = starts[code];
	const ended = ends[code];
	if (started) return { ...sgr, attributes: [...new Set([...attributes, started])].sort() };
	if (ended) return { ...sgr, attributes: attributes.filter((each) => !ended.includes(each)) };
	const color = code % 10;
	const tens = code - color;
	if (tens === 30 || tens === 90) {
		if (color < 8) return { ...sgr, fg: `${tens === 90 ? color + 8 : color}` };
		return color === 9 && tens === 30 ? { ...sgr, fg: "" } : sgr;
	}
	if (tens === 40 || tens === 100) {
		if (color < 8) return { ...sgr, bg: `${tens === 100 ? color + 8 : color}` };
		return color === 9 && tens === 40 ? { ...sgr, bg: "" } : sgr;
	}
	return sgr;
};

/** The colour behind 38 or 48, and how many numbers tell it. */
const colorOf = ([mode, ...rest]: readonly number[]): [color: string, taken: number] => {
	const byte = (value: number | undefined): number => Math.min(255, Math.max(0, value || 0));
	if (mode === 5) return [`${byte(rest[0])}`, 2];
	// Between colons a number for the colour space may stand first.
	const rgb = (rest.length > 3 ? rest.slice(1) : rest).slice(0, 3);
	if (mode !== 2 || rgb.length < 3) return ["", 1];
	return [`#${rgb.map((each) => byte(each).toString(16).padStart(2, "0")).join("")}`, 4];
};

/** The one sequence that brings a terminal from no style to this one; nothing for none. */
export const sgrSequence = ({ attributes, fg, bg }: Sgr): ScreenText => {
	const codes = [...attributes.map((each) => codeOf[each]), ...colorCodes(fg, 30), ...colorCodes(bg, 40)];
	return codes.length === 0 ? styled`` : styled`\x1b[${plainText(codes.join(";"))}m`;
};

const codeOf = { bold: 1, dim: 2, italic: 3, underline: 4, reverse: 7, strike: 9 } as const;

const colorCodes = (color: string, base: 30 | 40): number[] => {
	if (color === "") return [];
	if (color.startsWith("#"))
		return [base + 8, 2, ...[1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))];
	const number = Number(color);
	return number < 8 ? [base + number] : number < 16 ? [base + 52 + number] : [base + 8, 5, number];
};
