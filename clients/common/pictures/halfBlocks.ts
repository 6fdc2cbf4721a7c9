/** A picture of characters, for any terminal with colours: each cell is two pixels, the half block's and its ground's. */
import { type PlainText, repeated, words } from "../../../ground/text/screenText.ts";
import type { Size } from "./kittyGraphics.ts";
import { pngPixels } from "./pngPixels.ts";
import { cellsOf, scaled } from "./scale.ts";

/** Equal cells beside each other; a colour is `0xrrggbb`, or -1 for none. */
export type BlockRun = { readonly text: PlainText; readonly fg: number; readonly bg: number };

/** Rows of it, no more than `most` cells; `null` for what is no PNG that can be read. */
export const halfBlocks = (base64: string, most: Size): BlockRun[][] | null => {
	const pixels = pngPixels(base64);
	if (pixels === null) return null;
	const cells = cellsOf(pixels, most);
	const { colours } = scaled(pixels, { width: cells.width, height: cells.height * 2 });
	return Array.from({ length: cells.height }, (_, row) => {
		const runs: BlockRun[] = [];
		for (let column = 0; column < cells.width; ) {
			const top = colours[row * 2 * cells.width + column]!;
			const bottom = colours[(row * 2 + 1) * cells.width + column]!;
			let count = 1;
			while (
				column + count < cells.width &&
				colours[row * 2 * cells.width + column + count] === top &&
				colours[(row * 2 + 1) * cells.width + column + count] === bottom
			)
				count++;
			runs.push(blockRun(top, bottom, count));
			column += count;
		}
		return runs;
	});
};

const blockRun = (top: number, bottom: number, count: number): BlockRun => {
	if (top < 0 && bottom < 0) return { text: repeated(words` `, count), fg: -1, bg: -1 };
	if (top < 0) return { text: repeated(words`▄`, count), fg: bottom, bg: -1 };
	return { text: repeated(words`▀`, count), fg: top, bg: bottom };
};
