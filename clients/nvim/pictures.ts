/**
 * Pictures in a buffer. In terminals with kitty's protocol: text of placeholders, which stand for the parts of a picture
 * wherever Neovim draws them; the picture itself goes to the terminal when it is first shown. Elsewhere half blocks.
 */
import { plainText } from "../../ground/text/plainText.ts";
import { type PlainText, type ScreenText, words } from "../../ground/text/screenText.ts";
import { halfBlocks } from "../common/pictures/halfBlocks.ts";
import { cleanBase64, kittySequences, pngSize, type Size } from "../common/pictures/kittyGraphics.ts";
import { maxPlaceholders, placeholders } from "../common/pictures/placeholders.ts";
import { cellsOf } from "../common/pictures/scale.ts";
import { throughTmux } from "../common/pictures/tmux.ts";
import type { Line } from "./terminalLines.ts";

export type PictureOptions = {
	readonly kind: "kitty" | "blocks";
	/** Cells that a picture may take. */
	readonly columns: number;
	readonly rows: number;
	/** A cell in pixels, where the terminal tells. */
	readonly cell?: Size;
	/** Ids to give, which Neovim writes as the placeholders' colour. */
	readonly firstId: number;
	readonly lastId: number;
	/** Neovim is in a tmux that hands sequences on. */
	readonly tmux?: boolean;
};

type Picture = { readonly data: PlainText; readonly columns: number; readonly rows: number };

/** Those that went to the terminal and were shown stay there when they are forgotten here. */
const keptPictures = 200;

export class Pictures {
	/** `null`: the terminal shows none. */
	options: PictureOptions | null = null;
	readonly #pictures = new Map<number, Picture>();
	#given = 0;

	/** A picture as text; `null` when it cannot be shown. */
	lines(mimeType: string, base64: string): readonly Line[] | null {
		const { options } = this;
		const data = mimeType === "image/png" && options !== null ? cleanBase64(base64) : null;
		const size = data === null ? null : pngSize(data);
		if (options === null || data === null || size === null) return null;
		if (options.kind === "blocks") return blockLines(data, options);
		const most = {
			width: Math.min(options.columns, maxPlaceholders),
			height: Math.min(options.rows, maxPlaceholders),
		};
		const { width: columns, height: rows } = cellsOf(size, most, options.cell);
		const id = options.firstId + (this.#given++ % (options.lastId - options.firstId + 1));
		this.#pictures.delete(id);
		this.#pictures.set(id, { data, columns, rows });
		for (const old of this.#pictures.keys())
			if (this.#pictures.size > keptPictures) this.#pictures.delete(old);
		return Array.from({ length: rows }, (_, row) => [
			[placeholders(row, columns), words`picture=${id}`] as const,
		]);
	}

	/** What tells the terminal a picture, in pieces; empty when it is forgotten. Replies are off. */
	sequences(id: number): readonly ScreenText[] {
		const picture = this.#pictures.get(id);
		if (!picture) return [];
		const { data, columns, rows } = picture;
		const sequences = kittySequences(words`a=T,U=1,f=100,i=${id},c=${columns},r=${rows},q=2`, data);
		return this.options?.tmux ? sequences.map(throughTmux) : sequences;
	}
}

const blockLines = (data: PlainText, { columns, rows }: PictureOptions): readonly Line[] | null =>
	halfBlocks(data, { width: columns, height: rows })?.map((runs) =>
		runs.map(({ text, fg, bg }) => {
			const style = [...(fg < 0 ? [] : [`fg=${hex(fg)}`]), ...(bg < 0 ? [] : [`bg=${hex(bg)}`])];
			return [text, plainText(style.join(","))] as const;
		}),
	) ?? null;

/** Of few colours: each pair becomes a highlight group, of which Neovim has 20,000. */
const hex = (colour: number): string => {
	const parts = [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
	const isGrey = Math.max(...parts) - Math.min(...parts) < 24;
	const step = isGrey ? 17 : 85;
	const near = parts.map((part) => Math.round((isGrey ? parts[1]! : part) / step) * step);
	return `#${near.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
};
