/** Pictures made as large as cells of a terminal allow. */
import type { Size } from "./kittyGraphics.ts";
import type { Pixels } from "./pngPixels.ts";

/** As most terminals have it: cells are twice as high as wide. */
export const usualCell: Size = { width: 8, height: 16 };

/** How many cells a picture takes, of no more than `most`: in its size, or as much smaller as it must be. */
export const cellsOf = (size: Size, most: Size, cell: Size = usualCell): Size => {
	const scale = Math.min(
		1,
		(most.width * cell.width) / size.width,
		(most.height * cell.height) / size.height,
	);
	const clamp = (value: number, limit: number): number => Math.max(1, Math.min(limit, Math.ceil(value)));
	return {
		width: clamp((size.width * scale) / cell.width, most.width),
		height: clamp((size.height * scale) / cell.height, most.height),
	};
};

/** Colours row by row, `0xrrggbb`; -1 where the picture is open. */
export type Colours = Size & { readonly colours: Int32Array };

/** Each pixel is the mean of those it stands for. */
export const scaled = ({ width, height, rgba }: Pixels, to: Size): Colours => {
	const colours = new Int32Array(to.width * to.height);
	for (let row = 0; row < to.height; row++)
		for (let column = 0; column < to.width; column++) {
			const [left, right] = span(column, to.width, width);
			const [top, bottom] = span(row, to.height, height);
			let [red, green, blue, opacity] = [0, 0, 0, 0];
			for (let y = top; y < bottom; y++)
				for (let x = left; x < right; x++) {
					const at = (y * width + x) * 4;
					const weight = rgba[at + 3]!;
					red += rgba[at]! * weight;
					green += rgba[at + 1]! * weight;
					blue += rgba[at + 2]! * weight;
					opacity += weight;
				}
			const isOpen = opacity < ((right - left) * (bottom - top) * 255) / 2;
			const mean = (sum: number): number => Math.round(sum / opacity);
			colours[row * to.width + column] = isOpen ? -1 : (mean(red) << 16) | (mean(green) << 8) | mean(blue);
		}
	return { ...to, colours };
};

/** The pixels that one of `count` stands for, at least one. */
const span = (index: number, count: number, size: number): readonly [number, number] => {
	const from = Math.min(size - 1, Math.floor((index * size) / count));
	return [from, Math.max(from + 1, Math.floor(((index + 1) * size) / count))];
};
