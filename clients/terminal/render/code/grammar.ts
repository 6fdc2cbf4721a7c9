/**
 * A language as it is described for colours: which characters begin comments and strings, and which words mean
 * something. What stands in a description as a regular expression is tried at one place at a time and must not repeat
 * what repeats, so that no text can hold it up.
 */
import type { Role } from "../theme.ts";
import type { Span } from "./codeReader.ts";

/** Comments, strings, and whatever else runs from an opening to a closing. */
export type TextRule = {
	readonly role: Role;
	/** A regular expression; a group named `id` may stand for `$id` in `close`. */
	readonly open: string;
	/** To the letter; empty: the end of the line. */
	readonly close: string;
	/** Whether a backslash takes the next character's meaning. */
	readonly escapes?: boolean;
	/** Whether it goes on in the next line. */
	readonly lines?: boolean;
	/** Whether the opening counts in it again; to the letter. */
	readonly nests?: string;
	/** What opens code in it, to the letter; a closing brace ends that. */
	readonly code?: string;
};

export type Words = Readonly<Partial<Record<"keyword" | "builtin" | "number", string>>>;

export type Grammar = {
	readonly texts: readonly TextRule[];
	/** Further tokens, before all others: a regular expression and its role. */
	readonly tokens?: readonly (readonly [string, Role])[];
	/** A regular expression; letters, digits and `_` unless told. */
	readonly name?: string;
	/** By what they are, with blanks between. */
	readonly words: Words;
	readonly ignoresCase?: boolean;
	/** Whether a name that begins with a capital is a type. */
	readonly capitalTypes?: boolean;
	/** Keywords behind which the name of a type or of a function stands. */
	readonly names?: Readonly<Partial<Record<"type" | "function", string>>>;
	/** What stands behind a key, be it a name or a string. */
	readonly keyEnd?: string;
	/** Whether a slash may begin a regular expression. */
	readonly slashes?: boolean;
	/** A regular expression for what announces lines of text from the next line on, up to a line of its `id`. */
	readonly heredoc?: string;
	/** The spans that a line begins with where nothing is open. */
	readonly head?: (line: string) => readonly Span[];
};
