/**
 * The colours that are built in, as SGR parameters by role. They are fixed ones of the 256, not the terminal's own
 * sixteen, whose contrast nobody knows: each is readable on its ground (WCAG's 4.5:1 on black or on white, which a test
 * measures).
 */
import type { Background } from "../screen/background.ts";
import type { CodeRole, Role, Styles } from "./theme.ts";

type CodeStyles = Readonly<Record<CodeRole, string>>;
type ShellStyles = Readonly<Record<Exclude<Role, CodeRole>, string>>;

/** Colours of code that need nothing to be loaded. */
export type BuiltIn = "monokai" | "light" | "ansi-dark" | "ansi-light";

export const backgroundOfBuiltIn: Readonly<Record<BuiltIn, Background>> = {
	monokai: "dark",
	light: "light",
	"ansi-dark": "dark",
	"ansi-light": "light",
};

export const codeStyles: Readonly<Record<BuiltIn, CodeStyles>> = {
	monokai: {
		keyword: "38;5;197",
		string: "38;5;186",
		number: "38;5;141",
		comment: "38;5;101",
		builtin: "38;5;81",
		function: "38;5;148",
		type: "4;38;5;148",
		decorator: "38;5;148",
		operator: "38;5;197",
	},
	light: {
		keyword: "38;5;161",
		string: "38;5;22",
		number: "38;5;26",
		comment: "38;5;241",
		builtin: "38;5;24",
		function: "38;5;90",
		type: "4;38;5;90",
		decorator: "38;5;94",
		operator: "38;5;161",
	},
	"ansi-dark": {
		keyword: "94",
		string: "33",
		number: "36",
		comment: "2",
		builtin: "96",
		function: "92",
		type: "4;92",
		decorator: "95",
		operator: "",
	},
	"ansi-light": {
		keyword: "34",
		string: "31",
		number: "36",
		comment: "2",
		builtin: "36",
		function: "32",
		type: "4;32",
		decorator: "35",
		operator: "",
	},
};

const onDark: ShellStyles = {
	variable: "",
	heading: "1;38;5;111",
	strong: "1",
	emphasis: "3",
	strike: "9",
	inlineCode: "38;5;186",
	fence: "38;5;247",
	quote: "38;5;145",
	link: "4;38;5;74",
	rule: "38;5;247",
	bullet: "38;5;111",
	dim: "38;5;247",
	ghost: "38;5;245",
	error: "38;5;203",
	warning: "38;5;179",
	success: "38;5;78",
	inPrompt: "38;5;71",
	inNumber: "1;38;5;78",
	aiPrompt: "38;5;176",
	outPrompt: "38;5;203",
	outNumber: "1;38;5;203",
	selected: "7",
	match: "1;38;5;221",
	tool: "38;5;145",
};

const onLight: ShellStyles = {
	variable: "",
	heading: "1;38;5;25",
	strong: "1",
	emphasis: "3",
	strike: "9",
	inlineCode: "38;5;22",
	fence: "38;5;240",
	quote: "38;5;240",
	link: "4;38;5;26",
	rule: "38;5;240",
	bullet: "38;5;25",
	dim: "38;5;240",
	ghost: "38;5;242",
	error: "38;5;160",
	warning: "38;5;94",
	success: "38;5;22",
	inPrompt: "38;5;22",
	inNumber: "1;38;5;28",
	aiPrompt: "38;5;91",
	outPrompt: "38;5;124",
	outNumber: "1;38;5;160",
	selected: "7",
	match: "1;38;5;94",
	tool: "38;5;240",
};

/** While nobody knows the ground, what goes above for good can be read on both. */
const onEither: ShellStyles = { ...onDark, dim: "38;5;243" };

/** The styles of a shell on this ground, with code in these colours. */
export const stylesOn = (background: Background | null, code: CodeStyles): Styles => ({
	...(background === null ? onEither : background === "light" ? onLight : onDark),
	...code,
});
