import { crc32, deflateSync, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { shrinkPng } from "../../../server/context/shrinkPng.ts";

/** An RGBA picture whose rows use every filter, from what a row and column are painted with. */
const paint = (
	width: number,
	height: number,
	color: (x: number, y: number) => [number, number, number, number],
	header: Partial<{ depth: number; interlaced: number }> = {},
): string => {
	const stride = width * 4;
	const pixels = Buffer.alloc(stride * height);
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) pixels.set(color(x, y), y * stride + x * 4);
	const rows = Buffer.alloc((stride + 1) * height);
	for (let y = 0; y < height; y++) {
		const filter = y % 5;
		rows[y * (stride + 1)] = filter;
		for (let x = 0; x < stride; x++) {
			const at = (dx: number, dy: number) =>
				x - dx < 0 || y - dy < 0 ? 0 : pixels[(y - dy) * stride + x - dx]!;
			const [left, up, corner] = [at(4, 0), at(0, 1), at(4, 1)];
			const guess = left + up - corner;
			const near = [left, up, corner].reduce((best, one) =>
				Math.abs(guess - one) < Math.abs(guess - best) ? one : best,
			);
			rows[y * (stride + 1) + 1 + x] =
				pixels[y * stride + x]! - [0, left, up, (left + up) >> 1, near][filter]!;
		}
	}
	const chunk = (name: string, body: Buffer) => {
		const named = Buffer.concat([Buffer.from(name), body]);
		const ends = Buffer.alloc(8);
		ends.writeUInt32BE(body.length, 0);
		ends.writeUInt32BE(crc32(named), 4);
		return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
	};
	const ihdr = Buffer.alloc(13);
	ihdr.writeUInt32BE(width, 0);
	ihdr.writeUInt32BE(height, 4);
	ihdr.set([header.depth ?? 8, 6, 0, 0, header.interlaced ?? 0], 8);
	const compressed = deflateSync(rows);
	return Buffer.concat([
		Buffer.from("89504e470d0a1a0a", "hex"),
		chunk("IHDR", ihdr),
		chunk("IDAT", compressed.subarray(0, 20)),
		chunk("IDAT", compressed.subarray(20)),
		chunk("IEND", Buffer.alloc(0)),
	]).toString("base64");
};

/** Size and first colour of each row, of a picture without filters. */
const look = (data: string): string => {
	const bytes = Buffer.from(data, "base64");
	const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
	const rows = inflateSync(bytes.subarray(41, 41 + bytes.readUInt32BE(33)));
	const colors = Array.from({ length: height }, (_, y) =>
		rows.subarray(y * (width * 4 + 1) + 1, y * (width * 4 + 1) + 5).toString("hex"),
	);
	return `${width}x${height} ${colors.join(" ")}`;
};

test("averages a large picture down to the limit", () => {
	const striped = paint(16, 8, (_, y) => (y < 4 ? [255, 0, 0, 255] : [0, 0, 255, 255]));
	expect(look(shrinkPng(striped, 4))).toBe("4x2 ff0000ff 0000ffff");
	const fine = paint(8, 2, (x) => (x % 2 ? [200, 100, 0, 255] : [0, 100, 0, 255]));
	expect(look(shrinkPng(fine, 4))).toBe("4x1 646400ff");
	const wild = paint(7, 10, (x, y) => [(x * 37 + y * 101) % 256, (x * y * 7) % 256, 9, 255]);
	expect(look(shrinkPng(wild, 5))).toMatch(/^4x5 /);
});

test("leaves alone what is small, of another kind, or no picture", () => {
	const small = paint(4, 4, () => [1, 2, 3, 4]);
	expect(shrinkPng(small, 4)).toBe(small);
	const interlaced = paint(8, 8, () => [1, 2, 3, 4], { interlaced: 1 });
	expect(shrinkPng(interlaced, 4)).toBe(interlaced);
	const damaged = Buffer.from(
		paint(8, 8, () => [1, 2, 3, 4]),
		"base64",
	)
		.subarray(0, 45)
		.toString("base64");
	expect(shrinkPng(damaged, 4)).toBe(damaged);
	expect(shrinkPng("AAAA", 4)).toBe("AAAA");
});
