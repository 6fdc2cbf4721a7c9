/** Pictures in terminals that can show them: kitty's and iTerm2's protocols take a PNG's base64 as it is. */
import { plainText } from "../../../ground/text/plainText.ts";
import { joined, type PlainText, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { cleanBase64, kittySequences, pngSize, type Size } from "../../common/kittyGraphics.ts";

export type Graphics = "kitty" | "iterm2" | null;

type Environment = Readonly<Record<string, string | undefined>>;

/** By the variables that terminals set. Inside of tmux and screen pictures do not get through. */
export const detectGraphics = (env: Environment): Graphics => {
	if (env.TMUX || env.STY || env.TERM === "dumb") return null;
	if (env.KITTY_WINDOW_ID || env.GHOSTTY_RESOURCES_DIR || /^xterm-(kitty|ghostty)$/.test(env.TERM ?? ""))
		return "kitty";
	if (env.TERM_PROGRAM === "iTerm.app" || env.TERM_PROGRAM === "WezTerm" || env.WEZTERM_PANE) return "iterm2";
	if (env.KONSOLE_VERSION && Number(env.KONSOLE_VERSION) >= 220400) return "kitty";
	return null;
};

export type ImageOptions = {
	readonly graphics: Graphics;
	/** Cells that the picture may take. */
	readonly columns: number;
};

/** A line that shows the picture, or one that names it. */
export const renderImage = (mimeType: string, base64: string, options: ImageOptions): ScreenText[] => {
	const data = cleanBase64(base64);
	const size = mimeType === "image/png" ? pngSize(base64) : null;
	const name = words`[${plainText(mimeType)}${size ? words` ${size.width}x${size.height}` : words``}]`;
	if (!options.graphics || data === null) return [name];
	if (options.graphics === "iterm2") return [iterm2Image(data, size, options)];
	return mimeType === "image/png" && size ? [kittyImage(data, size, options)] : [name];
};

/** In a terminal whose cells are 8 pixels wide; the picture's height follows its width. */
const cellsWide = ({ width }: Size, { columns }: ImageOptions): number =>
	Math.max(1, Math.min(columns, Math.ceil(width / 8)));

/** Replies are off. */
const kittyImage = (data: PlainText, size: Size, options: ImageOptions): ScreenText =>
	joined(kittySequences(words`f=100,a=T,q=2,c=${cellsWide(size, options)}`, data));

const iterm2Image = (data: PlainText, size: Size | null, options: ImageOptions): ScreenText => {
	const width = size ? words`;width=${cellsWide(size, options)}` : words``;
	const bytes = Math.floor((data.length * 3) / 4) - (data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0);
	return styled`\x1b]1337;File=inline=1;size=${bytes}${width};preserveAspectRatio=1:${data}\x07`;
};
