import { type PlainText, partOf, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { isPlain } from "../../../ground/text/textPieces.ts";

/** Pictures by kitty's graphics protocol: a PNG's base64 goes to the terminal as it is. */

export type Size = { readonly width: number; readonly height: number };

/** The size in a PNG's first chunk; `null` when it is no PNG. */
export const pngSize = (base64: string): Size | null => {
	const bytes = Buffer.from(base64.slice(0, 44), "base64");
	if (bytes.length < 24 || bytes.readUInt32BE(0) !== 0x89504e47) return null;
	return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
};

/** Base64 without blanks; `null` for anything else, which could act on a terminal. */
export const cleanBase64 = (data: string): PlainText | null => {
	const clean = data.replace(/\s+/g, "");
	return /^[A-Za-z0-9+/]+=*$/.test(clean) && isPlain(clean) ? clean : null;
};

/** The sequences of one command: chunks of 4096 bytes, as the protocol asks. `keys` stand in the first. */
export const kittySequences = (keys: PlainText, data: PlainText): ScreenText[] => {
	const sequences: ScreenText[] = [];
	for (let at = 0; at < data.length; at += 4096) {
		const lead = at === 0 ? words`${keys},` : words``;
		const more = at + 4096 < data.length ? 1 : 0;
		sequences.push(styled`\x1b_G${lead}m=${more};${partOf(data, at, at + 4096)}\x1b\\`);
	}
	return sequences;
};
