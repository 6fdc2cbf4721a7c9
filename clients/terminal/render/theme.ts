/**
 * Colours by what a piece of text is, never by number at the place of use. A theme holds the SGR parameters of each
 * role; an empty one paints nothing, so `NO_COLOR` and dumb terminals need no second code path.
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

export type Theme = {
	/** False: no SGR at all. */
	readonly colors: boolean;
	/** SGR parameters without the `ESC[` and `m`. */
	readonly styles: Readonly<Record<Role, string>>;
};

/** The text in the role's colours, closed at its end. */
export const paint = (theme: Theme, role: Role, text: string): string => {
	const style = theme.styles[role];
	return style === "" || text === "" ? text : `\x1b[${style}m${text}\x1b[0m`;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The theme for a terminal: by `NO_COLOR` and `TERM`, with `background` where it is known. */
export const createTheme = (env: Environment, background: "dark" | "light" = "dark"): Theme => {
	if (env.NO_COLOR || env.TERM === "dumb" || !env.TERM) return plainTheme;
	return {
		colors: true,
		styles: background === "light" ? { ...darkStyles, ...lightStyles } : darkStyles,
	};
};

const darkStyles: Record<Role, string> = {
	keyword: "38;5;113",
	string: "38;5;180",
	number: "38;5;116",
	comment: "38;5;102",
	builtin: "38;5;74",
	function: "38;5;111",
	type: "38;5;79",
	decorator: "38;5;176",
	operator: "38;5;145",
	variable: "",
	heading: "1;38;5;111",
	strong: "1",
	emphasis: "3",
	strike: "9",
	inlineCode: "38;5;180",
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

const lightStyles: Partial<Record<Role, string>> = {
	keyword: "38;5;28",
	string: "38;5;130",
	number: "38;5;30",
	comment: "38;5;244",
	builtin: "38;5;25",
	function: "38;5;26",
	type: "38;5;30",
	decorator: "38;5;90",
	operator: "38;5;240",
	heading: "1;38;5;26",
	inlineCode: "38;5;130",
	quote: "38;5;240",
	link: "4;38;5;25",
	bullet: "38;5;26",
	ghost: "38;5;246",
	tool: "38;5;240",
};

/** Paints nothing. */
export const plainTheme: Theme = {
	colors: false,
	styles: Object.fromEntries(Object.keys(darkStyles).map((role) => [role, ""])) as Record<Role, string>,
};
