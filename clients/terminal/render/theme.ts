import { plainText } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText, styled } from "../../../ground/text/screenText.ts";

/**
 * Colours by what a piece of text is, never by number at the place of use. A theme holds the SGR parameters of each
 * role, for code those of monokai; an empty one paints nothing, so `NO_COLOR` and dumb terminals need no second code path.
 */
export type Role =
	| "keyword"
	| "string"
	| "number"
	| "comment"
	| "builtin"
	| "function"
	| "type"
	| "decorator"
	| "operator"
	| "variable"
	| "heading"
	| "strong"
	| "emphasis"
	| "strike"
	| "inlineCode"
	| "fence"
	| "quote"
	| "link"
	| "rule"
	| "bullet"
	| "dim"
	| "ghost"
	| "error"
	| "warning"
	| "success"
	| "inPrompt"
	| "inNumber"
	| "aiPrompt"
	| "outPrompt"
	| "outNumber"
	| "selected"
	| "match"
	| "tool";

/** SGR parameters by role, without the `ESC[` and `m`. */
export type Styles = Readonly<Record<Role, string>>;

export type Theme = {
	/** False: no SGR at all. */
	readonly colors: boolean;
	readonly styles: Styles;
};

/** A theme that can change while things are drawn with it: what is drawn later has the new colours. */
export type ChangeableTheme = Theme & { use(styles: Styles): void };

/** The text in the role's colours, closed at its end. */
export const paint = (theme: Theme, role: Role, text: ScreenText): ScreenText =>
	text === "" ? text : inStyle(theme.styles[role], text);

/** The text with these SGR parameters, closed at its end. */
export const inStyle = (parameters: string, text: ScreenText): ScreenText =>
	parameters === "" ? text : joined([opening(parameters), text, closing]);

const closing = styled`\x1b[0m`;
const openings = new Map<string, ScreenText>();

/** Of these there are few: combinations of a theme's styles. */
const opening = (parameters: string): ScreenText => {
	let found = openings.get(parameters);
	if (found === undefined) {
		found = styled`\x1b[${plainText(parameters)}m`;
		openings.set(parameters, found);
	}
	return found;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The theme for a terminal, by `NO_COLOR` and `TERM`; code in monokai until it is told otherwise. */
export const createTheme = (env: Environment): ChangeableTheme => {
	if (env.NO_COLOR || env.TERM === "dumb" || !env.TERM) return { ...plainTheme, use: () => {} };
	let current = stylesFor("monokai");
	return {
		colors: true,
		get styles() {
			return current;
		},
		use: (styles) => {
			current = styles;
		},
	};
};

/** The themes that are built in. `ansi-dark` and `ansi-light` take the terminal's own sixteen colours for code. */
export const stylesFor = (name: "monokai" | "ansi-dark" | "ansi-light"): Styles =>
	name === "monokai"
		? darkStyles
		: { ...darkStyles, ...(name === "ansi-light" ? ansiLightStyles : ansiDarkStyles) };

const darkStyles: Styles = {
	keyword: "38;5;197",
	string: "38;5;186",
	number: "38;5;141",
	comment: "38;5;101",
	builtin: "38;5;81",
	function: "38;5;148",
	type: "4;38;5;148",
	decorator: "38;5;148",
	operator: "38;5;197",
	variable: "",
	heading: "1;38;5;111",
	strong: "1",
	emphasis: "3",
	strike: "9",
	inlineCode: "38;5;186",
	fence: "2",
	quote: "38;5;145",
	link: "4;38;5;74",
	rule: "2",
	bullet: "38;5;111",
	dim: "2",
	ghost: "2;38;5;245",
	error: "31",
	warning: "33",
	success: "32",
	inPrompt: "32",
	inNumber: "1;32",
	aiPrompt: "35",
	outPrompt: "31",
	outNumber: "1;31",
	selected: "7",
	match: "1;33",
	tool: "38;5;145",
};

const ansiDarkStyles: Partial<Styles> = {
	keyword: "94",
	string: "33",
	number: "36",
	comment: "2",
	builtin: "96",
	function: "92",
	type: "4;92",
	decorator: "95",
	operator: "",
	inlineCode: "33",
};

const ansiLightStyles: Partial<Styles> = {
	keyword: "34",
	string: "31",
	number: "36",
	comment: "2",
	builtin: "36",
	function: "32",
	type: "4;32",
	decorator: "35",
	operator: "",
	heading: "1;34",
	inlineCode: "31",
	quote: "38;5;240",
	link: "4;34",
	bullet: "34",
	ghost: "38;5;246",
	tool: "38;5;240",
};

/** Paints nothing. */
export const plainTheme: Theme = {
	colors: false,
	styles: Object.fromEntries(Object.keys(darkStyles).map((role) => [role, ""])) as Record<Role, string>,
};
