/**
 * Text that may be shown. What others wrote (models, files, names, kernels, servers) is a `string`; cleaning, and words
 * that stand in our own sources, make these types, and nothing else does. Whatever shows something takes one of them,
 * so that text nobody has cleaned is a type error.
 */

import { wholeCut } from "./wholeCharacters.ts";

declare const shown: unique symbol;

/** What a terminal takes: printable characters, colours, and the sequences of our own modules. */
export type ScreenText = string & { readonly [shown]: "terminal" | "anywhere" };

/** What any screen and any editor takes: printable characters, tabs and newlines. */
export type PlainText = string & { readonly [shown]: "anywhere" };

/** `T` with cleaned texts where it has any; words that a type itself names stay. */
export type Cleaned<T> = T extends string
	? string extends T
		? PlainText
		: T
	: T extends object
		? { readonly [K in keyof T]: Cleaned<T[K]> }
		: T;

/** Words of ours, with texts that are safe already in between. */
export const words = (
	literals: TemplateStringsArray,
	...values: readonly (PlainText | number)[]
): PlainText => filled(literals, values) as PlainText;

/** Sequences of ours, or words with coloured texts in between. */
export const styled = (
	literals: TemplateStringsArray,
	...values: readonly (ScreenText | number)[]
): ScreenText => filled(literals, values) as ScreenText;

const filled = (literals: TemplateStringsArray, values: readonly (string | number)[]): string => {
	let text = literals[0]!;
	for (let index = 0; index < values.length; index++) text += values[index]! + literals[index + 1]!;
	return text;
};

/** The parts, one behind the other. */
export const joined = <T extends ScreenText>(parts: readonly T[], separator?: T): T =>
	parts.join(separator ?? "") as T;

/** The rows of a text. */
export const rowsOf = <T extends ScreenText>(text: T): T[] => text.split("\n") as T[];

/** The text so many times. */
export const repeated = <T extends ScreenText>(text: T, count: number): T => text.repeat(count) as T;

/** A part of a text, with whole characters at both ends. */
export const partOf = (text: PlainText, from: number, to = text.length): PlainText =>
	text.slice(wholeCut(text, from), wholeCut(text, to)) as PlainText;

/** The parts of a text that match, and those between them: by turns, the first one between. */
export const splitBy = (text: PlainText, pattern: RegExp): PlainText[] => text.split(pattern) as PlainText[];

/** With each escape twice, as it stands inside of a sequence that hands it on. */
export const escapesDoubled = (text: ScreenText): ScreenText =>
	text.replaceAll("\x1b", "\x1b\x1b") as ScreenText;

/** The text without blanks at both ends, or at its end. */
export const trimmed = <T extends ScreenText>(text: T): T => text.trim() as T;
export const trimmedEnd = <T extends ScreenText>(text: T): T => text.trimEnd() as T;
