import { crc32, deflateSync, inflateSync } from "node:zlib";

/** Larger pictures than this are not worked on: it would hold up everything else. */
const maxPixels = 16_000_000;

/**
 * A PNG (base64) whose longer side is at most `maxSide`: smaller ones come back as they are, and so do kinds that
 * plots do not have (interlaced, other than eight bits) and what is no PNG. Averages what falls together.
 */
export const shrinkPng = (data: string, maxSide: number): string => {
	const bytes = Buffer.from(data, "base64");
	const header = readHeader(bytes);
	if (!header || Math.max(header.width, header.height) <= maxSide) return data;
	const channels = channelsOf(header);
	if (channels === null || header.width * header.height > maxPixels) return data;
	try {
		const pixels = unfilter(inflateSync(readChunks(bytes, "IDAT")), header, channels);
		const scale = maxSide / Math.max(header.width, header.height);
		const width = Math.max(1, Math.round(header.width * scale));
		const height = Math.max(1, Math.round(header.height * scale));
		const rows = average(pixels, header, channels, width, height);
		return writePng(rows, width, height, header.colorType).toString("base64");
	} catch {
		// A damaged picture is the provider's to judge.
		return data;
	}
};

type Header = {
	readonly width: number;
	readonly height: number;
	readonly depth: number;
	readonly colorType: number;
	readonly interlaced: boolean;
};

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const readHeader = (bytes: Buffer): Header | null => {
	if (bytes.length < 33 || !bytes.subarray(0, 8).equals(signature)) return null;
	return {
		width: bytes.readUInt32BE(16),
		height: bytes.readUInt32BE(20),
		depth: bytes.readUInt8(24),
		colorType: bytes.readUInt8(25),
		interlaced: bytes.readUInt8(28) !== 0,
	};
};

/** Grey, RGB, grey with alpha, RGBA; palettes cannot be averaged. */
const channelsOf = ({ depth, colorType, interlaced }: Header): number | null =>
	depth !== 8 || interlaced
		? null
		: (({ 0: 1, 2: 3, 4: 2, 6: 4 } as Record<number, number>)[colorType] ?? null);

const readChunks = (bytes: Buffer, wanted: string): Buffer => {
	const found: Buffer[] = [];
	for (let at = 8; at + 8 <= bytes.length; ) {
		const length = bytes.readUInt32BE(at);
		if (bytes.toString("latin1", at + 4, at + 8) === wanted)
			found.push(bytes.subarray(at + 8, at + 8 + length));
		at += length + 12;
	}
	return Buffer.concat(found);
};

/** Undoes the per-row prediction: https://www.w3.org/TR/png-3/#9Filters */
const unfilter = (raw: Buffer, { width, height }: Header, channels: number): Uint8Array => {
	const stride = width * channels;
	if (raw.length < (stride + 1) * height) throw new RangeError("too little picture");
	const pixels = new Uint8Array(stride * height);
	for (let y = 0; y < height; y++) {
		const filter = raw[y * (stride + 1)] as number;
		const source = y * (stride + 1) + 1;
		const row = y * stride;
		for (let x = 0; x < stride; x++) {
			const left = x >= channels ? (pixels[row + x - channels] as number) : 0;
			const up = y > 0 ? (pixels[row + x - stride] as number) : 0;
			const corner = x >= channels && y > 0 ? (pixels[row + x - stride - channels] as number) : 0;
			pixels[row + x] = (raw[source + x] as number) + predict(filter, left, up, corner);
		}
	}
	return pixels;
};

const predict = (filter: number, left: number, up: number, corner: number): number => {
	switch (filter) {
		case 1:
			return left;
		case 2:
			return up;
		case 3:
			return (left + up) >> 1;
		case 4: {
			const toLeft = Math.abs(up - corner);
			const toUp = Math.abs(left - corner);
			const toCorner = Math.abs(left + up - 2 * corner);
			return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
		}
		default:
			return 0;
	}
};

/** Rows ready for compression, each after its filter byte (none). */
const average = (
	pixels: Uint8Array,
	{ width: fromWidth, height: fromHeight }: Header,
	channels: number,
	width: number,
	height: number,
): Buffer => {
	const rows = Buffer.alloc((width * channels + 1) * height);
	for (let y = 0; y < height; y++) {
		const top = Math.floor((y * fromHeight) / height);
		const bottom = Math.max(top + 1, Math.floor(((y + 1) * fromHeight) / height));
		for (let x = 0; x < width; x++) {
			const start = Math.floor((x * fromWidth) / width);
			const end = Math.max(start + 1, Math.floor(((x + 1) * fromWidth) / width));
			const count = (bottom - top) * (end - start);
			for (let channel = 0; channel < channels; channel++) {
				let sum = 0;
				for (let fromY = top; fromY < bottom; fromY++)
					for (let fromX = start; fromX < end; fromX++)
						sum += pixels[(fromY * fromWidth + fromX) * channels + channel] as number;
				rows[y * (width * channels + 1) + 1 + x * channels + channel] = Math.round(sum / count);
			}
		}
	}
	return rows;
};

const writePng = (rows: Buffer, width: number, height: number, colorType: number): Buffer => {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, colorType, 0, 0, 0], 8);
	return Buffer.concat([
		signature,
		chunk("IHDR", header),
		chunk("IDAT", deflateSync(rows, { level: 6 })),
		chunk("IEND", Buffer.alloc(0)),
	]);
};

const chunk = (name: string, body: Buffer): Buffer => {
	const named = Buffer.concat([Buffer.from(name, "latin1"), body]);
	const framed = Buffer.alloc(named.length + 8);
	framed.writeUInt32BE(body.length, 0);
	named.copy(framed, 4);
	framed.writeUInt32BE(crc32(named), named.length + 4);
	return framed;
};
