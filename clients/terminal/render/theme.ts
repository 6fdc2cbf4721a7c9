import { plainText } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText, styled } from "../../../ground/text/screenText.ts";

/** What a piece of code is. */
export type CodeRole =
	| "keyword"
	| "string"
	| "number"
	| "comment"
	| "builtin"
	| "function"
	| "type"
	| "decorator"
	| "operator";

/**
 * Colours by what a piece of text is, never by number at the place of use. A theme holds the SGR parameters of each
 * role; an empty one paints nothing, so `NO_COLOR` and dumb terminals need no second code path.
 */
export type Role =
	| CodeRole
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
