/**
 * Bounds what one cell adds to the log: its beginning, values and errors are kept, then what came last; the middle goes
 * to a blob, and one `omitted` output, told again as it grows, stands for it. Pure.
 */
import { cutMiddle } from "../../ground/text/cutMiddle.ts";
import { wholeCut, wholeCutAfter } from "../../ground/text/wholeCharacters.ts";
import type { MimeBundle, OmittedOutput, Output } from "../../protocol/index.ts";

export type OutputTotals = {
	readonly textChars: number;
	readonly imageChars: number;
	readonly valueChars: number;
	readonly errorChars: number;
	/** Printed beyond the cap, the tail included. */
	readonly cutChars: number;
	readonly tail: readonly Printed[];
	readonly blobChars: number;
	/** In the log, what was cleared since included. */
	readonly loggedChars: number;
	/** The next output takes away what there is. */
	readonly clearsNext: boolean;
};

type Printed = { readonly name: "stdout" | "stderr"; readonly text: string };

export const noOutput: OutputTotals = {
	textChars: 0,
	imageChars: 0,
	valueChars: 0,
	errorChars: 0,
	cutChars: 0,
	tail: [],
	blobChars: 0,
	loggedChars: 0,
	clearsNext: false,
};

export type OutputCap = {
	readonly maxTextChars: number;
	/** In base64 characters, all pictures of the cell together. */
	readonly maxImageChars: number;
	/** Values and errors have room of their own: what a cell came to is kept whatever it printed. */
	readonly maxValueChars: number;
	readonly maxErrorChars: number;
	/** A value or error for which less room than this is left counts as printed. */
	readonly minChars: number;
	readonly maxTailChars: number;
	/** Beyond this the blob does not grow; what is left out is still counted. */
	readonly maxBlobChars: number;
	/** A cell that shows its output anew, again and again, does so until it has added this much to the log. */
	readonly maxLoggedChars: number;
};

export const defaultOutputCap: OutputCap = {
	maxTextChars: 1_000_000,
	maxImageChars: 16_000_000,
	maxValueChars: 1_000_000,
	maxErrorChars: 200_000,
	minChars: 2000,
	maxTailChars: 20_000,
	maxBlobChars: 64_000_000,
	maxLoggedChars: 256_000_000,
};

export type CappedOutput = {
	readonly totals: OutputTotals;
	/** For the log, in order. */
	readonly outputs: readonly Output[];
	/** To append to the blob, before the outputs are committed. */
	readonly blobText: string;
};

export const capOutput = (before: OutputTotals, output: Output, cap: OutputCap): CappedOutput => {
	if (output.kind === "clearOutput") return clear(before, output, cap);
	const start = before.clearsNext && output.kind !== "updateDisplayData" ? emptied(before) : before;
	const { kept, printed, aside = "", used } = keep(start, output, cap);
	const cut = sum(printed.map(({ text }) => text.length));
	const blobText = (printed.map(({ text }) => text).join("") + aside).slice(
		0,
		Math.max(0, cap.maxBlobChars - start.blobChars),
	);
	return {
		totals: {
			...start,
			...used,
			cutChars: start.cutChars + cut,
			tail: addToTail(start.tail, printed, cap.maxTailChars),
			blobChars: start.blobChars + blobText.length,
			loggedChars: start.loggedChars + sum(kept.map(sizeOf)),
		},
		outputs: kept,
		blobText,
	};
};

/** The same with a blob of so many characters, which end with `tail`: more of it was written than the log says. */
export const grownTo = (totals: OutputTotals, blobChars: number, tail: string): OutputTotals => ({
	...totals,
	blobChars,
	cutChars: totals.cutChars + blobChars - totals.blobChars,
	tail: [{ name: "stdout", text: tail }],
});

/** What stands for the middle now; `null` while nothing was left out. */
export const omittedOutput = (
	{ cutChars, blobChars, tail }: OutputTotals,
	blobId: string,
	{ maxTailChars }: OutputCap,
): OmittedOutput | null => {
	if (cutChars + blobChars === 0) return null;
	const newest = newestOf(tail, maxTailChars);
	const chars = cutChars - sum(newest.map(({ text }) => text.length));
	return { kind: "omitted", chars, blobId, tail: newest };
};

type Kept = {
	readonly kept: readonly Output[];
	/** What goes on as if it were printed, beyond the cap. */
	readonly printed: readonly Printed[];
	/** For the blob alone: the whole of what is kept shortened. */
	readonly aside?: string;
	readonly used: Partial<OutputTotals>;
};

const keep = (
	totals: OutputTotals,
	output: Exclude<Output, { kind: "clearOutput" }>,
	cap: OutputCap,
): Kept => {
	switch (output.kind) {
		case "stream":
			return keepStream(totals, output, cap);
		case "displayData":
			return keepDisplay(totals, output, cap);
		case "updateDisplayData":
			// It takes the place of what was shown.
			return { kept: totals.loggedChars < cap.maxLoggedChars ? [output] : [], printed: [], used: {} };
		case "executeResult":
			return keepValue(totals, output, cap);
		case "error":
			return keepError(totals, output, cap);
		case "omitted":
			return { kept: [output], printed: [], used: {} };
	}
};

const keepStream = (
	totals: OutputTotals,
	output: Extract<Output, { kind: "stream" }>,
	cap: OutputCap,
): Kept => {
	const { name, text } = output;
	const room = cap.maxTextChars - totals.textChars;
	if (text.length <= room)
		return { kept: [output], printed: [], used: { textChars: totals.textChars + text.length } };
	const at = wholeCut(text, room);
	return {
		kept: at > 0 ? [{ ...output, text: text.slice(0, at) }] : [],
		printed: [{ name, text: text.slice(at) }],
		// Once text was cut, no later text is put before it.
		used: { textChars: cap.maxTextChars },
	};
};

type Bundled = Extract<Output, { data: MimeBundle }>;

const keepDisplay = (totals: OutputTotals, output: Bundled, cap: OutputCap): Kept => {
	const { images, texts, imageChars, textChars } = parts(output);
	const imagesFit = totals.imageChars + imageChars <= cap.maxImageChars;
	const textFits = textChars <= cap.maxTextChars - totals.textChars;
	const used = {
		imageChars: totals.imageChars + (imagesFit ? imageChars : 0),
		textChars: textFits ? totals.textChars + textChars : cap.maxTextChars,
	};
	if (imagesFit && textFits) return { kept: [output], printed: [], used };
	const kept = { ...(imagesFit ? images : {}), ...(textFits ? texts : {}) };
	const metadata = textFits ? output.metadata : {};
	return {
		kept: Object.keys(kept).length > 0 ? [{ ...output, data: kept, metadata }] : [],
		printed: asPrinted([...(imagesFit ? [] : pictureNotes(images)), ...(textFits ? [] : [plainOf(texts)])]),
		used,
	};
};

const keepValue = (
	totals: OutputTotals,
	output: Extract<Output, { kind: "executeResult" }>,
	cap: OutputCap,
): Kept => {
	const { images, texts, imageChars, textChars } = parts(output);
	const imagesFit = totals.imageChars + imageChars <= cap.maxImageChars;
	const room = cap.maxValueChars - totals.valueChars;
	const used = { imageChars: totals.imageChars + (imagesFit ? imageChars : 0) };
	const noted = asPrinted(imagesFit ? [] : pictureNotes(images));
	if (textChars <= room) {
		const data = imagesFit ? output.data : texts;
		return {
			kept: [{ ...output, data }],
			printed: noted,
			used: { ...used, valueChars: totals.valueChars + textChars },
		};
	}
	const plain = plainOf(texts);
	const isShort = room < cap.minChars;
	const data = {
		...(isShort ? {} : { "text/plain": cutMiddle(plain, room).text }),
		...(imagesFit ? images : {}),
	};
	return {
		kept: Object.keys(data).length > 0 ? [{ ...output, data, metadata: {} }] : [],
		printed: isShort ? [...noted, ...asPrinted([plain])] : noted,
		aside: isShort ? "" : `${plain}\n`,
		used: { ...used, valueChars: isShort ? totals.valueChars : cap.maxValueChars },
	};
};

const keepError = (
	totals: OutputTotals,
	output: Extract<Output, { kind: "error" }>,
	cap: OutputCap,
): Kept => {
	const chars = sizeOf(output);
	const room = cap.maxErrorChars - totals.errorChars;
	if (chars <= room) return { kept: [output], printed: [], used: { errorChars: totals.errorChars + chars } };
	const text = `${output.traceback.join("\n") || `${output.ename}: ${output.evalue}`}\n`;
	if (room < cap.minChars) return { kept: [], printed: [{ name: "stderr", text }], used: {} };
	return {
		kept: [shortError(output, room)],
		printed: [],
		aside: text,
		used: { errorChars: cap.maxErrorChars },
	};
};

const clear = (
	totals: OutputTotals,
	output: Extract<Output, { kind: "clearOutput" }>,
	cap: OutputCap,
): CappedOutput => {
	// Small, but a loop can make many.
	const loggedChars = totals.loggedChars + 32;
	if (loggedChars > cap.maxLoggedChars) return { totals, outputs: [], blobText: "" };
	const next = output.wait ? { ...totals, clearsNext: true } : emptied(totals);
	return { totals: { ...next, loggedChars }, outputs: [output], blobText: "" };
};

const emptied = ({ loggedChars }: OutputTotals): OutputTotals => ({ ...noOutput, loggedChars });

const parts = ({ data, metadata }: Bundled) => {
	const isImage = (type: string) => type.startsWith("image/") && type !== "image/svg+xml";
	const entries = Object.entries(data);
	const images = Object.fromEntries(entries.filter(([type]) => isImage(type)));
	const texts = Object.fromEntries(entries.filter(([type]) => !isImage(type)));
	return {
		images,
		texts,
		imageChars: sum(Object.values(images).map(charsOf)),
		textChars: sum(Object.values(texts).map(charsOf)) + JSON.stringify(metadata).length,
	};
};

const charsOf = (value: unknown): number =>
	typeof value === "string" ? value.length : JSON.stringify(value ?? null).length;

/** The form of a bundle that text can show. */
const plainOf = (texts: MimeBundle): string => {
	const text = texts["text/plain"] ?? texts["text/markdown"];
	if (typeof text === "string") return text;
	return Object.entries(texts)
		.map(([type, value]) => `[${type}, ${charsOf(value)} characters]`)
		.join("\n");
};

const pictureNotes = (images: MimeBundle): string[] =>
	Object.entries(images).map(([type, value]) => `[${type}, ${charsOf(value)} characters]`);

const asPrinted = (lines: readonly string[]): Printed[] =>
	lines.filter((line) => line !== "").map((line) => ({ name: "stdout", text: `${line}\n` }));

const addToTail = (
	tail: readonly Printed[],
	printed: readonly Printed[],
	maxChars: number,
): readonly Printed[] => {
	if (printed.length === 0) return tail;
	const joined: Printed[] = [...tail];
	for (const next of printed) {
		const last = joined.at(-1);
		if (last?.name === next.name) joined[joined.length - 1] = { ...last, text: last.text + next.text };
		else joined.push(next);
	}
	// Cut now and then, so that many small pieces cost little.
	return sum(joined.map(({ text }) => text.length)) > 2 * maxChars ? newestOf(joined, maxChars) : joined;
};

/** The last `maxChars` of it, from the beginning of a line where one is near. */
const newestOf = (tail: readonly Printed[], maxChars: number): Printed[] => {
	const newest: Printed[] = [];
	let room = maxChars;
	for (const { name, text } of tail.toReversed()) {
		if (text.length <= room) {
			newest.unshift({ name, text });
			room -= text.length;
			continue;
		}
		const rest = text.slice(wholeCutAfter(text, text.length - room));
		const line = rest.indexOf("\n") + 1;
		if (rest !== "")
			newest.unshift({ name, text: line > 0 && line < rest.length / 2 ? rest.slice(line) : rest });
		break;
	}
	return newest;
};

const shortError = (output: Extract<Output, { kind: "error" }>, maxChars: number): Output => {
	const evalue = output.evalue.slice(0, wholeCut(output.evalue, Math.floor(maxChars / 4)));
	const traceback: string[] = [];
	let room = maxChars - evalue.length;
	// The end of a traceback says most.
	for (const line of output.traceback.toReversed()) {
		if (line.length > room) {
			if (traceback.length === 0) traceback.push(line.slice(wholeCutAfter(line, line.length - room)));
			break;
		}
		room -= line.length;
		traceback.unshift(line);
	}
	return { ...output, evalue, traceback };
};

const sizeOf = (output: Output): number => {
	switch (output.kind) {
		case "stream":
			return output.text.length;
		case "error":
			return output.evalue.length + sum(output.traceback.map((line) => line.length));
		case "displayData":
		case "updateDisplayData":
		case "executeResult":
			return sum(Object.values(output.data).map(charsOf)) + JSON.stringify(output.metadata).length;
		case "omitted":
		case "clearOutput":
			return 32;
	}
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
