/** A picture as sixels (DEC STD 070): bands of six rows, each colour of a band told once. */
import { plainText } from "../../../ground/text/plainText.ts";
import { type ScreenText, styled } from "../../../ground/text/screenText.ts";
import type { Size } from "./kittyGraphics.ts";
import { pngPixels } from "./pngPixels.ts";
import { scaled } from "./scale.ts";

/** Six steps of each of red, green and blue: what terminals with the least registers have. */
const steps = 6;

/** No larger than `most` pixels; `null` for what is no PNG that can be read. */
export const sixelImage = (base64: string, most: Size): ScreenText | null => {
	const pixels = pngPixels(base64);
	if (pixels === null) return null;
	const scale = Math.min(1, most.width / pixels.width, most.height / pixels.height);
	const size = {
		width: Math.max(1, Math.round(pixels.width * scale)),
		height: Math.max(1, Math.round(pixels.height * scale)),
	};
	const { colours } = scaled(pixels, size);
	const registers = colours.map((colour) => (colour < 0 ? -1 : registerOf(colour)));
	const used = [...new Set(registers)].filter((register) => register >= 0);
	const palette = used.map((register) => `#${register};2;${partsOf(register).join(";")}`).join("");
	const bands: string[] = [];
	for (let top = 0; top < size.height; top += 6) bands.push(bandOf(registers, size, top));
	// What is printable needs no cleaning; this says so to the types.
	return styled`\x1bP0;1;0q${plainText(`"1;1;${size.width};${size.height}${palette}${bands.join("-")}`)}\x1b\\`;
};

const registerOf = (colour: number): number => {
	const step = (shift: number): number => Math.round((((colour >> shift) & 255) * (steps - 1)) / 255);
	return (step(16) * steps + step(8)) * steps + step(0);
};

/** Red, green and blue in hundredths. */
const partsOf = (register: number): number[] =>
	[Math.floor(register / steps / steps), Math.floor(register / steps) % steps, register % steps].map((step) =>
		Math.round((step * 100) / (steps - 1)),
	);

const bandOf = (registers: Int32Array, { width, height }: Size, top: number): string => {
	const masks = new Map<number, Uint8Array>();
	for (let bit = 0; bit < 6 && top + bit < height; bit++)
		for (let column = 0; column < width; column++) {
			const register = registers[(top + bit) * width + column]!;
			if (register < 0) continue;
			const mask = masks.get(register) ?? new Uint8Array(width);
			mask[column]! |= 1 << bit;
			masks.set(register, mask);
		}
	return [...masks].map(([register, mask]) => `#${register}${packed(mask)}`).join("$");
};

/** Equal columns beside each other are counted. */
const packed = (mask: Uint8Array): string => {
	let text = "";
	for (let at = 0; at < mask.length; ) {
		let count = 1;
		while (mask[at + count] === mask[at]) count++;
		const character = String.fromCharCode(63 + mask[at]!);
		text += count > 3 ? `!${count}${character}` : character.repeat(count);
		at += count;
	}
	return text;
};
