/**
 * Takes secrets out of what is written to files: by our own rules and by those that secretlint keeps. Long texts are
 * read in pieces, so that nobody waits.
 */
import { setImmediate as pause } from "node:timers/promises";
import {
	type Finding,
	findKeyBlocks,
	secretFinder,
	type Variables,
	withoutFindings,
} from "../../ground/secrets/redact.ts";
import { findByKeptRules } from "./keptRules.ts";

/** Replaces every secret in some texts. */
export type RedactTexts = (texts: readonly string[]) => Promise<readonly string[]>;

/** Nothing is taken out. */
export const keepAll: RedactTexts = async (texts) => texts;

export const createRedaction = (variables: Variables): RedactTexts => {
	const find = secretFinder(variables);
	return async (texts) => {
		const findings = texts.map((text): Finding[] => [...findKeyBlocks(text)]);
		await pause();
		for (const batch of batchesOf(texts)) {
			const read = batch.map(({ index, from, until }) => texts[index]!.slice(from, until));
			const joined = read.join(between);
			const found = [...find(joined), ...(await findByKeptRules(joined))];
			let start = 0;
			for (const [at, piece] of batch.entries()) {
				for (const each of found) keepPart(each, start, piece, findings[piece.index]!);
				start += read[at]!.length + between.length;
			}
			await pause();
		}
		return texts.map((text, index) => withoutFindings(text, findings[index]!));
	};
};

/** The same values with every text in them redacted, names of fields too; and how many texts held a secret. */
export const redactValues = async <T>(
	values: readonly T[],
	redact: RedactTexts,
): Promise<{ readonly values: readonly T[]; readonly withheld: number }> => {
	const texts: string[] = [];
	for (const value of values) mapTexts(value, (text) => texts.push(text));
	const told = await redact(texts);
	const withheld = told.filter((text, index) => text !== texts[index]).length;
	const next = told.values();
	return { values: values.map((value) => mapTexts(value, () => next.next().value!)) as T[], withheld };
};

/** Texts are read together up to so many characters at once: a call of the rules costs more than a short text. */
const batchChars = 24 * 1024;
/** A secret that begins before the end of a piece is read to its end, and not taken for another one's beginning. */
const aheadChars = 8 * 1024;
const behindChars = 256;
/** Pictures and the like are long, and one word of base64: no key is. */
const pictureChars = 4096;
const picture = /^[A-Za-z0-9+/]+={0,2}\n?$/;

/** No rule reads across it. */
const between = "\n\0\n";

type Piece = {
	readonly index: number;
	/** Read from here until there. */
	readonly from: number;
	readonly until: number;
	/** What begins here, and before the next piece, counts. */
	readonly at: number;
	readonly end: number;
};

function* batchesOf(texts: readonly string[]): Generator<Piece[]> {
	let batch: Piece[] = [];
	let chars = 0;
	for (const [index, text] of texts.entries()) {
		const { length } = text;
		if (length > pictureChars && picture.test(text)) continue;
		for (let at = 0; at < length; at += batchChars) {
			const end = at + batchChars >= length ? length + 1 : at + batchChars;
			const from = Math.max(0, at - behindChars);
			const until = Math.min(length, end + aheadChars);
			if (chars > 0 && chars + until - from > batchChars) {
				yield batch;
				batch = [];
				chars = 0;
			}
			batch.push({ index, from, until, at, end });
			chars += until - from;
		}
	}
	if (batch.length > 0) yield batch;
}

/** Keeps what of a finding lies in the piece that was read from `start` on. */
const keepPart = (found: Finding, start: number, { from, until, at, end }: Piece, kept: Finding[]): void => {
	const first = found.start - start + from;
	const last = found.end - start + from;
	if (first < from || first >= end || first > until || (first < at && from > 0)) return;
	kept.push({ start: first, end: Math.min(last, until), label: found.label });
};

const mapTexts = (value: unknown, change: (text: string) => unknown): unknown => {
	if (typeof value === "string") return change(value);
	if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, each]) => [mapTexts(key, change), mapTexts(each, change)]),
	);
};
