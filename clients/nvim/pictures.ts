/**
 * Pictures in a buffer: text of placeholders, which stand for the parts of a picture wherever Neovim draws them
 * (kitty's protocol, "Unicode placeholders"). The picture itself goes to the terminal when it is first shown.
 */
import { plainText } from "../../ground/text/plainText.ts";
import { type PlainText, type ScreenText, words } from "../../ground/text/screenText.ts";
import { cleanBase64, kittySequences, pngSize, type Size } from "../common/kittyGraphics.ts";
import type { Line } from "./terminalLines.ts";

export type PictureOptions = {
	/** Cells that a picture may take. */
	readonly columns: number;
	readonly rows: number;
	/** A cell in pixels, where the terminal tells. */
	readonly cell?: Size;
	/** Ids to give, which Neovim writes as the placeholders' colour. */
	readonly firstId: number;
	readonly lastId: number;
};

type Picture = { readonly data: PlainText; readonly columns: number; readonly rows: number };

/** As most terminals have it: cells are twice as high as wide. */
const usualCell: Size = { width: 8, height: 16 };
/** Those that went to the terminal and were shown stay there when they are forgotten here. */
const keptPictures = 200;

export class Pictures {
	/** `null`: the terminal shows none. */
	options: PictureOptions | null = null;
	readonly #pictures = new Map<number, Picture>();
	#given = 0;

	/** The placeholders of a picture; `null` when it cannot be shown. */
	lines(mimeType: string, base64: string): readonly Line[] | null {
		const { options } = this;
		const data = mimeType === "image/png" && options !== null ? cleanBase64(base64) : null;
		const size = data === null ? null : pngSize(data);
		if (options === null || data === null || size === null) return null;
		const most = {
			columns: Math.min(options.columns, marks.length),
			rows: Math.min(options.rows, marks.length),
		};
		const cell = options.cell ?? usualCell;
		const scale = Math.min(
			1,
			(most.columns * cell.width) / size.width,
			(most.rows * cell.height) / size.height,
		);
		const columns = clamp(Math.ceil((size.width * scale) / cell.width), most.columns);
		const rows = clamp(Math.ceil((size.height * scale) / cell.height), most.rows);
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
		return kittySequences(words`a=T,U=1,f=100,i=${id},c=${columns},r=${rows},q=2`, data);
	}
}

const clamp = (value: number, most: number): number => Math.max(1, Math.min(most, value));

const placeholders = (row: number, columns: number): PlainText =>
	plainText(
		Array.from({ length: columns }, (_, column) => `\u{10eeee}${marks[row]}${marks[column]}`).join(""),
	);

/** The combining marks that count rows and columns, in the protocol's order; more than a window shows. */
const marks: readonly string[] = [
	[0x305],
	[0x30d, 0x30e],
	[0x310],
	[0x312],
	[0x33d, 0x33f],
	[0x346],
	[0x34a, 0x34c],
	[0x350, 0x352],
	[0x357],
	[0x35b],
	[0x363, 0x36f],
	[0x483, 0x487],
	[0x592, 0x595],
	[0x597, 0x599],
	[0x59c, 0x5a1],
	[0x5a8, 0x5a9],
	[0x5ab, 0x5ac],
	[0x5af],
	[0x5c4],
	[0x610, 0x617],
	[0x657, 0x65b],
	[0x65d, 0x65e],
	[0x6d6, 0x6dc],
	[0x6df, 0x6e2],
	[0x6e4],
	[0x6e7, 0x6e8],
	[0x6eb, 0x6ec],
	[0x730],
	[0x732, 0x733],
	[0x735, 0x736],
	[0x73a],
	[0x73d],
	[0x73f, 0x741],
	[0x743],
	[0x745],
	[0x747],
	[0x749, 0x74a],
	[0x7eb, 0x7f1],
	[0x7f3],
].flatMap(([first, last = first]) =>
	Array.from({ length: last! - first! + 1 }, (_, index) => String.fromCodePoint(first! + index)),
);
