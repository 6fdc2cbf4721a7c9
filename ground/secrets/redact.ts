/**
 * Takes secrets out of texts: those of an environment, keys that are known by their shape, and what a name or a place
 * gives away. Pure. It promises what its tests hold, and no more: a password that looks like a word is one.
 */
import { eachIssuedKey } from "./issuedKeys.ts";
import { eachKeyBlock } from "./keyBlocks.ts";
import { eachNamedSecret } from "./namedSecrets.ts";
import { type KnownSecret, knownSecrets, type Variables } from "./variables.ts";

export type { Variables } from "./variables.ts";

/** A part of a text, and what is written in its place. */
export type Finding = { readonly start: number; readonly end: number; readonly label: string };

/** The secrets in a text, in no order; they may overlap. */
export type FindSecrets = (text: string) => readonly Finding[];

export const secretFinder = (variables: Variables): FindSecrets => {
	const known = knownSecrets(variables);
	const read = (text: string, found: Finding[]): void => {
		found.push(...findKeyBlocks(text));
		const add = (start: number, end: number) => found.push({ start, end, label: "[redacted]" });
		eachIssuedKey(text, add);
		eachNamedSecret(text, add);
	};
	return (text) => {
		const found: Finding[] = [];
		for (const secret of known) findKnown(text, secret, found);
		read(text, found);
		const bare = bareLines(text);
		if (bare !== text) read(bare, found);
		return found;
	};
};

/**
 * The same places, with line breaks where the text writes them as `\n`, as reprs and JSON do, and where a number, a hash
 * or a mark stands before a line, as `grep -n`, diffs, tracebacks and views of files have it.
 */
const bareLines = (text: string): string =>
	text
		.replace(/\\[nrt]/g, "\n\n")
		.replace(/^(?:-+> ?)?[ \t]*\d{1,7}(?:\|[0-9a-f]{4}\||[:|\t-]| )[ \t]*|^[-+>|][ \t]*/gm, (mark) =>
			"\n".repeat(mark.length),
		);

/** Private keys over several lines, which may be longer than what else is read at once. */
export const findKeyBlocks: FindSecrets = (text) => {
	const found: Finding[] = [];
	eachKeyBlock(text, (start, end) => found.push({ start, end, label: "[redacted private key]" }));
	return found;
};

const findKnown = (text: string, { text: secret, name }: KnownSecret, found: Finding[]): void => {
	for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + 1)) {
		const end = start + secret.length;
		// A short one is part of longer words by chance.
		const isPart = secret.length < 12 && (isWord(text[start - 1]) || isWord(text[end]));
		if (!isPart) found.push({ start, end, label: `[redacted ${name}]` });
	}
};

const isWord = (char: string | undefined): boolean => char !== undefined && /[A-Za-z0-9]/.test(char);

/** The text without what was found. Where findings overlap, the first one's label stands for all of them. */
export const withoutFindings = (text: string, findings: readonly Finding[]): string => {
	if (findings.length === 0) return text;
	const sorted = findings.toSorted((a, b) => a.start - b.start || b.end - a.end);
	let told = "";
	let at = 0;
	for (const { start, end, label } of sorted) {
		if (start >= at) told += text.slice(at, start) + label;
		at = Math.max(at, end - start < longChars ? end : endOfRun(text, end));
	}
	return told + text.slice(at);
};

/** Rules read so far and no further; what goes on behind a long secret belongs to it. */
const longChars = 1000;
const run = /[\w+/=.~%-]*/y;

const endOfRun = (text: string, from: number): number => {
	run.lastIndex = from;
	run.exec(text);
	return run.lastIndex;
};

/** Replaces every secret in a text of a few lines. What is long, or is kept, goes through `server/redaction`. */
export type Redact = (text: string) => string;

export const createRedact = (variables: Variables): Redact => {
	const find = secretFinder(variables);
	return (text) => withoutFindings(text, find(text));
};
