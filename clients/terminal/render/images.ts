/**
 * Pictures in terminals that can show them: kitty's and iTerm2's protocols take a PNG's base64 as it is; others get
 * sixels, or characters that look like it.
 */
import { execFileSync } from "node:child_process";
import { crc32 } from "node:zlib";
import { plainText } from "../../../ground/text/plainText.ts";
import { joined, type PlainText, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { type BlockRun, halfBlocks } from "../../common/pictures/halfBlocks.ts";
import { cleanBase64, kittySequences, pngSize, type Size } from "../../common/pictures/kittyGraphics.ts";
import { maxPlaceholders, placeholders } from "../../common/pictures/placeholders.ts";
import { cellsOf, usualCell } from "../../common/pictures/scale.ts";
import { sixelImage } from "../../common/pictures/sixel.ts";
import { throughTmux, tmuxFacts, tmuxFormat } from "../../common/pictures/tmux.ts";

/** `kittyInTmux`: placeholders, which tmux moves as text. `blocks`: half blocks, in all colours or in the 256. */
export type Graphics = "kitty" | "kittyInTmux" | "iterm2" | "sixel" | "blocks" | "blocks256" | null;

type Environment = Readonly<Record<string, string | undefined>>;

/** By the variables that terminals set, and in tmux by what `askTmux` answers to `tmuxFormat`. */
export const detectGraphics = (env: Environment, askTmux: () => string): Graphics => {
	const term = env.TERM ?? "";
	if (term === "dumb" || env.NO_COLOR) return null;
	if (env.TMUX) {
		const { passes, terminal, hasSixel } = tmuxFacts(askTmux());
		if (passes && /kitty|ghostty/i.test(terminal)) return "kittyInTmux";
		return hasSixel ? "sixel" : blocksOf(env);
	}
	if (env.STY) return blocksOf(env);
	if (env.KITTY_WINDOW_ID || env.GHOSTTY_RESOURCES_DIR || /^xterm-(kitty|ghostty)$/.test(term))
		return "kitty";
	if (env.TERM_PROGRAM === "iTerm.app" || env.TERM_PROGRAM === "WezTerm" || env.WEZTERM_PANE) return "iterm2";
	if (env.KONSOLE_VERSION && Number(env.KONSOLE_VERSION) >= 220400) return "kitty";
	if (/^(foot|mlterm|yaft)/.test(term) || env.TERM_PROGRAM === "contour") return "sixel";
	return blocksOf(env);
};

const blocksOf = ({ TERM = "", COLORTERM = "" }: Environment): Graphics => {
	if (/truecolor|24bit/.test(COLORTERM)) return "blocks";
	return /256color/.test(TERM) ? "blocks256" : null;
};

/** What tmux says; empty where it does not answer. */
export const askTmux = (): string => {
	try {
		return execFileSync("tmux", ["display-message", "-p", tmuxFormat], {
			encoding: "utf8",
			timeout: 500,
			stdio: ["ignore", "pipe", "ignore"],
		});
	} catch {
		return ""; // an older one, or one of another machine
	}
};

export type ImageOptions = {
	readonly graphics: Graphics;
	/** Cells that the picture may take. */
	readonly columns: number;
};

/** Pictures of characters are no higher. */
const maxBlockRows = 30;
/** No terminal's window is. */
const maxSixelRows = 60;

/** Lines that show the picture, or one that names it. */
export const renderImage = (mimeType: string, base64: string, options: ImageOptions): ScreenText[] => {
	const data = cleanBase64(base64);
	const size = mimeType === "image/png" ? pngSize(base64) : null;
	const name = words`[${plainText(mimeType)}${size ? words` ${size.width}x${size.height}` : words``}]`;
	const { graphics, columns } = options;
	if (graphics === null || data === null) return [name];
	if (graphics === "iterm2") return [iterm2Image(data, size, options)];
	if (size === null) return [name];
	if (graphics === "kitty") return [kittyImage(data, size, options)];
	if (graphics === "kittyInTmux") return placedImage(data, size, options);
	if (graphics === "sixel") {
		const most = { width: columns * usualCell.width, height: maxSixelRows * usualCell.height };
		return [sixelImage(data, most) ?? name];
	}
	const rows = halfBlocks(data, { width: columns, height: maxBlockRows });
	return rows?.map((runs) => joined(runs.map((run) => colouredRun(run, graphics)))) ?? [name];
};

/** In a terminal whose cells are 8 pixels wide; the picture's height follows its width. */
const cellsWide = ({ width }: Size, { columns }: ImageOptions): number =>
	Math.max(1, Math.min(columns, Math.ceil(width / 8)));

/** Replies are off. */
const kittyImage = (data: PlainText, size: Size, options: ImageOptions): ScreenText =>
	joined(kittySequences(words`f=100,a=T,q=2,c=${cellsWide(size, options)}`, data));

/** The picture is told to the terminal around tmux, and stands where its placeholders are. */
const placedImage = (data: PlainText, size: Size, { columns }: ImageOptions): ScreenText[] => {
	const most = { width: Math.min(columns, maxPlaceholders), height: maxPlaceholders };
	const { width, height } = cellsOf(size, most);
	// The same picture has the same id; ids below belong to terminals of 256 colours.
	const id = (crc32(data) & 0xffffff) | 0x10000;
	const keys = words`a=T,U=1,f=100,i=${id},c=${width},r=${height},q=2`;
	const told = joined(kittySequences(keys, data).map(throughTmux));
	return Array.from({ length: height }, (_, row) => {
		const line = styled`\x1b[38;2;${rgb(id)}m${placeholders(row, width)}\x1b[39m`;
		return row === 0 ? joined([told, line]) : line;
	});
};

const iterm2Image = (data: PlainText, size: Size | null, options: ImageOptions): ScreenText => {
	const width = size ? words`;width=${cellsWide(size, options)}` : words``;
	const bytes = Math.floor((data.length * 3) / 4) - (data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0);
	return styled`\x1b]1337;File=inline=1;size=${bytes}${width};preserveAspectRatio=1:${data}\x07`;
};

const colouredRun = ({ text, fg, bg }: BlockRun, graphics: "blocks" | "blocks256"): ScreenText => {
	const code = (kind: 38 | 48, colour: number): ScreenText => {
		if (colour < 0) return styled``;
		return graphics === "blocks"
			? styled`\x1b[${kind};2;${rgb(colour)}m`
			: styled`\x1b[${kind};5;${near(colour)}m`;
	};
	return fg < 0 && bg < 0 ? text : styled`${code(38, fg)}${code(48, bg)}${text}\x1b[39;49m`;
};

const rgb = (colour: number): PlainText =>
	words`${(colour >> 16) & 255};${(colour >> 8) & 255};${colour & 255}`;

/** The nearest of the 6×6×6 colours. */
const near = (colour: number): number => {
	const step = (shift: number): number => Math.round((((colour >> shift) & 255) * 5) / 255);
	return 16 + 36 * step(16) + 6 * step(8) + step(0);
};
