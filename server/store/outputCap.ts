import type { MimeBundle, Output } from "../../protocol/index.ts";

/**
 * Bounds what one cell adds to the log. Text beyond the cap goes to a blob, and an `omitted` output stands for it;
 * that output is told again as the blob grows (each doubling, and at the end), and the latest counts. Errors have
 * room of their own: why a cell failed is kept whatever it printed.
 */
export type OutputTotals = {
	readonly textChars: number;
	readonly imageChars: number;
	readonly errorChars: number;
	readonly omittedChars: number;
	/** What the latest `omitted` output said. */
	readonly toldChars: number;
};

export const noOutput: OutputTotals = {
	textChars: 0,
	imageChars: 0,
	errorChars: 0,
	omittedChars: 0,
	toldChars: 0,
};

export type OutputCap = {
	/** Where the cell's text goes beyond the cap. */
	readonly blobId: string;
	readonly maxTextChars: number;
	/** In base64 characters, all pictures of the cell together. */
	readonly maxImageChars: number;
	readonly maxErrorChars: number;
	/** Beyond this the blob does not grow; what is left out is still counted. */
	readonly maxBlobChars: number;
};

export const defaultOutputCap: Omit<OutputCap, "blobId"> = {
	maxTextChars: 1_000_000,
	maxImageChars: 16_000_000,
	maxErrorChars: 200_000,
	maxBlobChars: 64_000_000,
};

export type CappedOutput = {
	readonly totals: OutputTotals;
	/** For the log, in order. */
	readonly outputs: readonly Output[];
	/** To append to the blob, before the outputs are committed. */
	readonly blobText: string;
};

export const capOutput = (totals: OutputTotals, output: Output, cap: OutputCap): CappedOutput => {
	const { kept, cut, used } = keepPart(totals, output, cap);
	const omittedChars = totals.omittedChars + cut.length;
	const next = { ...totals, ...used, omittedChars };
	const blobText = cut.slice(0, Math.max(0, cap.maxBlobChars - totals.omittedChars));
	const tell = omittedChars > 0 && omittedChars >= totals.toldChars * 2;
	if (!tell) return { totals: next, outputs: kept, blobText };
	return {
		totals: { ...next, toldChars: omittedChars },
		outputs: [...kept, omitted(omittedChars, cap)],
		blobText,
	};
};

/** What the log still needs when the cell ends: the final count of what was left out. */
export const finishOutput = (totals: OutputTotals, cap: OutputCap): readonly Output[] =>
	totals.omittedChars === totals.toldChars ? [] : [omitted(totals.omittedChars, cap)];

const omitted = (chars: number, { blobId }: OutputCap): Output => ({ kind: "omitted", chars, blobId });

type Kept = {
	readonly kept: readonly Output[];
	readonly cut: string;
	readonly used: Partial<OutputTotals>;
};

const keepPart = (totals: OutputTotals, output: Output, cap: OutputCap): Kept => {
	const room = cap.maxTextChars - totals.textChars;
	switch (output.kind) {
		case "stream": {
			const { text } = output;
			if (text.length <= room) return whole(output, { textChars: totals.textChars + text.length });
			const at = wholeCharacters(text, room);
			return {
				kept: at > 0 ? [{ ...output, text: text.slice(0, at) }] : [],
				cut: text.slice(at),
				used: { textChars: cap.maxTextChars },
			};
		}
		case "error": {
			const chars = output.evalue.length + sum(output.traceback.map((line) => line.length));
			const errorRoom = cap.maxErrorChars - totals.errorChars;
			const used = { errorChars: totals.errorChars + Math.min(chars, errorRoom) };
			if (chars <= errorRoom) return whole(output, used);
			return {
				kept: errorRoom > 0 ? [shortError(output, errorRoom)] : [],
				cut: `${output.traceback.join("\n")}\n`,
				used,
			};
		}
		case "displayData":
		case "updateDisplayData":
		case "executeResult":
			return keepBundle(totals, output, room, cap);
		case "clearOutput": {
			// Small, but a loop can make many.
			const textChars = totals.textChars + 32;
			return room < 32 ? { kept: [], cut: "", used: {} } : whole(output, { textChars });
		}
		case "omitted":
			return whole(output, {});
	}
};

const whole = (output: Output, used: Partial<OutputTotals>): Kept => ({ kept: [output], cut: "", used });

type Bundled = Extract<Output, { data: MimeBundle }>;

const keepBundle = (totals: OutputTotals, output: Bundled, room: number, cap: OutputCap): Kept => {
	const sizes = Object.entries(output.data).map(([type, value]) => ({
		type,
		value,
		image: type.startsWith("image/") && type !== "image/svg+xml",
		chars: typeof value === "string" ? value.length : JSON.stringify(value ?? null).length,
	}));
	const imageChars = sum(sizes.filter(({ image }) => image).map(({ chars }) => chars));
	const textChars =
		sum(sizes.filter(({ image }) => !image).map(({ chars }) => chars)) +
		JSON.stringify(output.metadata).length;
	const imagesFit = totals.imageChars + imageChars <= cap.maxImageChars;
	const textFits = textChars <= room;
	const used = {
		imageChars: totals.imageChars + (imagesFit ? imageChars : 0),
		// Once text was cut, no later text is put before it.
		textChars: textFits ? totals.textChars + textChars : cap.maxTextChars,
	};
	if (imagesFit && textFits) return whole(output, used);

	const kept = sizes.filter(({ image }) => (image ? imagesFit : textFits));
	const dropped = sizes.filter(({ image }) => (image ? !imagesFit : !textFits));
	const cut = dropped
		.map(({ type, value, image, chars }) =>
			image || typeof value !== "string" ? `[${type}, ${chars} characters]\n` : `${value}\n`,
		)
		.join("");
	if (kept.length === 0) return { kept: [], cut, used };
	const data = Object.fromEntries(kept.map(({ type, value }) => [type, value]));
	return { kept: [{ ...output, data, metadata: textFits ? output.metadata : {} }], cut, used };
};

const shortError = (output: Extract<Output, { kind: "error" }>, maxChars: number): Output => {
	const evalue = output.evalue.slice(0, Math.floor(maxChars / 4));
	const traceback: string[] = [];
	let room = maxChars - evalue.length;
	// The end of a traceback says most.
	for (const line of output.traceback.toReversed()) {
		if (line.length > room) {
			if (traceback.length === 0) traceback.push(line.slice(line.length - room));
			break;
		}
		room -= line.length;
		traceback.unshift(line);
	}
	return { ...output, evalue, traceback };
};

/** The largest length up to `maxChars` that does not split a surrogate pair. */
const wholeCharacters = (text: string, maxChars: number): number => {
	const unit = text.charCodeAt(maxChars - 1);
	return unit >= 0xd800 && unit <= 0xdbff ? maxChars - 1 : Math.max(0, maxChars);
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
