/** The pixels of a PNG (ISO/IEC 15948), for terminals that cannot be given the file. */
import { inflateSync } from "node:zlib";

export type Pixels = {
	readonly width: number;
	readonly height: number;
	/** Red, green, blue and opacity of each pixel, row by row. */
	readonly rgba: Uint8Array;
};

/** Larger pictures are named only: they would hold up the client. */
const maxPixels = 12_000_000;

const pngHeader = "89504e470d0a1a0a";

/** `null` for what is none, is damaged, interlaced (rare), or too large. */
export const pngPixels = (base64: string): Pixels | null => {
	try {
		return decode(Buffer.from(base64, "base64"));
	} catch {
		return null; // cut off, or with data that its check does not fit
	}
};

type Header = {
	readonly width: number;
	readonly height: number;
	readonly depth: number;
	/** Samples of a pixel. */
	readonly channels: number;
	readonly isPalette: boolean;
};

/** By colour type: grey, -, colours, palette, grey and opacity, -, colours and opacity. */
const channelsOf: readonly (number | undefined)[] = [1, undefined, 3, 1, 2, undefined, 4];

const decode = (bytes: Buffer): Pixels | null => {
	if (bytes.toString("hex", 0, 8) !== pngHeader) return null;
	let header: Header | null = null;
	let palette: Buffer = Buffer.alloc(0);
	let opacity: Buffer = Buffer.alloc(0);
	const packed: Buffer[] = [];
	for (let at = 8; at + 8 <= bytes.length; ) {
		const size = bytes.readUInt32BE(at);
		const type = bytes.toString("latin1", at + 4, at + 8);
		const chunk = bytes.subarray(at + 8, at + 8 + size);
		if (type === "IHDR") header = headerOf(chunk);
		else if (type === "PLTE") palette = chunk;
		else if (type === "tRNS") opacity = chunk;
		else if (type === "IDAT") packed.push(chunk);
		at += size + 12;
	}
	if (header === null) return null;
	const rowBytes = Math.ceil((header.width * header.channels * header.depth) / 8);
	const filtered = inflateSync(Buffer.concat(packed), { maxOutputLength: (rowBytes + 1) * header.height });
	if (filtered.length < (rowBytes + 1) * header.height) return null;
	const rows = unfilter(filtered, rowBytes, header);
	return {
		width: header.width,
		height: header.height,
		rgba: colours(rows, rowBytes, header, palette, opacity),
	};
};

const headerOf = (chunk: Buffer): Header | null => {
	const [width, height] = [chunk.readUInt32BE(0), chunk.readUInt32BE(4)];
	const [depth, type, , , interlaced] = chunk.subarray(8) as unknown as readonly number[];
	const channels = channelsOf[type!];
	const isKnown = channels !== undefined && [1, 2, 4, 8, 16].includes(depth!) && interlaced === 0;
	if (!isKnown || width === 0 || height === 0 || width * height > maxPixels) return null;
	return { width, height, depth: depth!, channels, isPalette: type === 3 };
};

/** Takes back what each row was changed by to be packed better. */
const unfilter = (filtered: Buffer, rowBytes: number, { height, channels, depth }: Header): Uint8Array => {
	const rows = new Uint8Array(rowBytes * height);
	const step = Math.max(1, (channels * depth) >> 3);
	for (let row = 0; row < height; row++) {
		const filter = filtered[row * (rowBytes + 1)]!;
		const from = row * (rowBytes + 1) + 1;
		const to = row * rowBytes;
		for (let at = 0; at < rowBytes; at++) {
			const left = at < step ? 0 : rows[to + at - step]!;
			const up = row === 0 ? 0 : rows[to + at - rowBytes]!;
			const corner = row === 0 || at < step ? 0 : rows[to + at - rowBytes - step]!;
			rows[to + at] = filtered[from + at]! + guess(filter, left, up, corner);
		}
	}
	return rows;
};

const guess = (filter: number, left: number, up: number, corner: number): number => {
	if (filter === 1) return left;
	if (filter === 2) return up;
	if (filter === 3) return (left + up) >> 1;
	if (filter !== 4) return 0;
	const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
	return a <= b && a <= c ? left : b <= c ? up : corner;
};

const colours = (
	rows: Uint8Array,
	rowBytes: number,
	{ width, height, depth, channels, isPalette }: Header,
	palette: Buffer,
	opacity: Buffer,
): Uint8Array => {
	const rgba = new Uint8Array(width * height * 4);
	const most = 2 ** Math.min(depth, 8) - 1;
	const sample = (row: number, index: number): number => {
		if (depth === 8) return rows[row * rowBytes + index]!;
		// Of two bytes the first is enough.
		if (depth === 16) return rows[row * rowBytes + index * 2]!;
		const bit = index * depth;
		return (rows[row * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & most;
	};
	for (let row = 0; row < height; row++)
		for (let column = 0; column < width; column++) {
			const to = (row * width + column) * 4;
			const first = sample(row, column * channels);
			if (isPalette) {
				for (let each = 0; each < 3; each++) rgba[to + each] = palette[first * 3 + each] ?? 0;
				rgba[to + 3] = opacity[first] ?? 255;
				continue;
			}
			const isGrey = channels < 3;
			for (let each = 0; each < 3; each++)
				rgba[to + each] = ((isGrey ? first : sample(row, column * channels + each)) * 255) / most;
			const hasOpacity = channels === 2 || channels === 4;
			rgba[to + 3] = hasOpacity ? (sample(row, column * channels + channels - 1) * 255) / most : 255;
		}
	return rgba;
};
