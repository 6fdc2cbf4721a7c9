/** Pictures as terminals without a protocol of their own for them get them. */
import { expect, test } from "vitest";
import { halfBlocks } from "../../../clients/common/pictures/halfBlocks.ts";
import { pngPixels } from "../../../clients/common/pictures/pngPixels.ts";
import { cellsOf } from "../../../clients/common/pictures/scale.ts";
import { sixelImage } from "../../../clients/common/pictures/sixel.ts";

/** PNGs that Pillow wrote, and its pixels of them. */
const pngs = [
	[
		"colours",
		"iVBORw0KGgoAAAANSUhEUgAAAAUAAAAECAIAAADJUWIXAAAAIUlEQVR4nGNkYGAwQkIsDDYMDAwicATna0AQMt+GgcEGAFygAxrKvIEIAAAAAElFTkSuQmCC",
		"000000ff320000ff640000ff960000ffc80000ff003c00ff323c14ff643c28ff963c3cffc83c50ff007800ff327828ff647850ff967878ffc878a0ff00b400ff32b43cff64b478ff96b4b4ffc8b4f0ff",
	],
	[
		"colours and opacity",
		"iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAI0lEQVR4nGP4z8Dwn+E/QwMDw38GBkYmZhZODvYTv37/+QsAaYwJVTmLzz0AAAAASUVORK5CYII=",
		"ff0000ff00ff00800000ff0001020304090807c8fafbfcfd",
	],
	[
		"a palette of which a colour is open",
		"iVBORw0KGgoAAAANSUhEUgAAAAUAAAAEAgMAAAA7XR3TAAAADFBMVEWWlpYZlhlkPChkAACNOr90AAAAAXRSTlMAQObYZgAAABRJREFUeJxj/H+QMUuMIYKB6QcDABo4A5U5GgGrAAAAAElFTkSuQmCC",
		"640000ff640000ff640000ff640000ff640000ff199619ff643c28ff643c28ff643c28ff643c28ff199619ff199619ff643c28ff9696960096969600199619ff199619ff969696009696960096969600",
	],
	[
		"one bit a pixel",
		"iVBORw0KGgoAAAANSUhEUgAAAAsAAAACAQAAAACm2BtDAAAADklEQVR4nGMMfc0S+g0ABw0CkaUfeCkAAAAASUVORK5CYII=",
		"000000ffffffffff000000ffffffffff000000ffffffffff000000ffffffffff000000ffffffffff000000ffffffffff000000ffffffffff000000ffffffffff000000ffffffffff000000ffffffffff000000ffffffffff",
	],
	[
		"grey and opacity",
		"iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAQAAADYv8WvAAAAEklEQVR4nGPg+n8ihYGB4T8jABIrAzYhaaYHAAAAAElFTkSuQmCC",
		"0a0a0affc8c8c86400000000ffffff01",
	],
	[
		"16 bits a sample",
		"iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAAAAACB2fwVAAAADUlEQVR4nGMQMvnPAAAC5wFGf/uMQgAAAABJRU5ErkJggg==",
		"121212ffffffffff",
	],
] as const;

test.each(pngs)("a PNG of %s is read to the pixel", (_, base64, rgba) => {
	expect(Buffer.from(pngPixels(base64)!.rgba).toString("hex")).toBe(rgba);
});

test("what is no whole PNG, or says that it is huge, is none", () => {
	const [, whole] = pngs[0];
	const bytes = Buffer.from(whole, "base64");
	const changed = (at: number, ...values: number[]): string => {
		const copy = Buffer.from(bytes);
		copy.set(values, at);
		return copy.toString("base64");
	};
	expect(pngPixels("")).toBeNull();
	expect(pngPixels(Buffer.from("GIF89a").toString("base64"))).toBeNull();
	for (let cut = 8; cut < bytes.length - 16; cut++)
		expect(pngPixels(bytes.subarray(0, cut).toString("base64"))).toBeNull();
	expect(pngPixels(changed(16, 0x7f, 0xff, 0xff, 0xff))).toBeNull();
	// Less data than the header promises, and more.
	expect(pngPixels(changed(20, 0, 0, 0, 200))).toBeNull();
	expect(pngPixels(changed(20, 0, 0, 0, 1))).toBeNull();
	expect(pngPixels(changed(28, 1))).toBeNull();
});

/** Rows as text: each run's characters with its colours. */
const drawn = (base64: string, width: number, height: number): string[] =>
	halfBlocks(base64, { width, height })!.map((runs) =>
		runs.map(({ text, fg, bg }) => `${text}(${fg.toString(16)},${bg.toString(16)})`).join(""),
	);

test("each cell is two pixels above each other; what is open stays so", () => {
	const [, base64] = pngs[1];
	expect(cellsOf({ width: 3, height: 2 }, { width: 80, height: 20 })).toEqual({ width: 1, height: 1 });
	expect(drawn(base64, 80, 20)).toMatchInlineSnapshot(`
		[
		  "▀(aa5500,8e8e8f)",
		]
	`);
	expect(drawn(base64, 1, 1)[0]).toMatch(/^[▀▄]/);
});

test("a large picture takes the cells there are, in its shape", () => {
	const most = { width: 60, height: 20 };
	expect(cellsOf({ width: 640, height: 480 }, most)).toEqual({ width: 54, height: 20 });
	expect(cellsOf({ width: 2000, height: 100 }, most)).toEqual({ width: 60, height: 2 });
});

test("sixels tell size, colours, and each band of six rows", () => {
	const [, base64] = pngs[3];
	expect(sixelImage(base64, { width: 100, height: 100 })).toBe(
		'\x1bP0;1;0q"1;1;11;2#0;2;0;0;0#215;2;100;100;100#0@A@A@A@A@A@$#215A@A@A@A@A@A\x1b\\',
	);
	expect(sixelImage(base64, { width: 5, height: 100 })).toContain('"1;1;5;1');
	expect(sixelImage("nothing", { width: 5, height: 100 })).toBeNull();
});
