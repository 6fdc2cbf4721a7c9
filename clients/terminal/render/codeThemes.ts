/**
 * Themes of code by name: the one that is built in, two that use the terminal's own sixteen colours, and those that
 * shiki brings, loaded off the start path. Names of Pygments, which the Python predecessors' settings hold, lead to
 * the theme of the same look.
 */
import { nearest } from "../../../ground/text/nearest.ts";
import type { Background } from "../screen/background.ts";
import { type BuiltIn, backgroundOfBuiltIn, codeStyles, stylesOn } from "./palettes.ts";
import { builtInOn, type ChangeableTheme } from "./terminalTheme.ts";
import type { CodeRole, Styles } from "./theme.ts";

/** Names that are no theme of shiki's. */
const aliases: Readonly<Record<string, string>> = {
	default: "auto",
	"gruvbox-dark": "gruvbox-dark-medium",
	"gruvbox-light": "gruvbox-light-medium",
	"one-dark": "one-dark-pro",
	material: "material-theme",
	vs: "light-plus",
	xcode: "light-plus",
};

/** Where a role's colour stands in a TextMate theme. */
const scopes: Readonly<Record<CodeRole, readonly string[]>> = {
	keyword: ["keyword.control"],
	string: ["string.quoted.double"],
	number: ["constant.numeric"],
	comment: ["comment.line"],
	builtin: ["support.function.builtin", "support.type"],
	function: ["entity.name.function"],
	type: ["entity.name.type.class", "entity.name.class"],
	decorator: ["entity.name.function.decorator", "entity.name.function"],
	operator: ["keyword.operator"],
};

/**
 * Lets `theme` paint code as the theme of this name does, and the rest so that it can be read on the terminal's ground,
 * where that is known. Rejects as `loadStyles` does, and changes nothing then.
 */
export const useCodeTheme = async (
	theme: ChangeableTheme,
	name: string,
	{ env, background }: { env: Environment; background: Background | null },
): Promise<void> => {
	if (!theme.colors) return;
	const trueColor = /^(truecolor|24bit)$/i.test(env.COLORTERM ?? "") || /-direct$/.test(env.TERM ?? "");
	theme.use(await loadStyles(name, { trueColor, background }));
};

type Environment = Readonly<Record<string, string | undefined>>;

const isBuiltIn = (name: string): name is BuiltIn => Object.hasOwn(codeStyles, name);

/**
 * The styles of a theme for a terminal with all colours or 256 of them; `auto` is a built-in one for the ground. Rejects
 * with an `Error` that names the nearest theme when there is none of this name.
 */
export const loadStyles = async (
	name: string,
	{ trueColor, background }: { trueColor: boolean; background: Background | null },
): Promise<Styles> => {
	const known = resolveName(name);
	if (known === "auto") return stylesOn(background, codeStyles[builtInOn(background)]);
	if (isBuiltIn(known)) return stylesOn(background ?? backgroundOfBuiltIn[known], codeStyles[known]);
	const { bundledThemes } = await import("shiki/themes");
	const load = Object.hasOwn(bundledThemes, known)
		? bundledThemes[known as keyof typeof bundledThemes]
		: undefined;
	if (!load) {
		const names = [...Object.keys(bundledThemes), ...Object.keys(codeStyles), "auto"];
		const similar = nearest(known, names);
		throw new Error(
			`There is no colour theme ${name}${similar ? `; the nearest is ${similar}` : `, but for instance dracula, nord, github-light and ansi-dark`}.`,
		);
	}
	const { default: theme } = await load();
	const styles = Object.entries(scopes).map(([role, targets]) => {
		const found = targets.map((target) => settingsFor(theme.tokenColors ?? [], target)).find(Boolean);
		const color = found?.foreground ?? theme.fg ?? theme.colors?.["editor.foreground"];
		const sgr = color ? colorSgr(color, trueColor) : "";
		return [role, [...fontSgr(found?.fontStyle), ...(sgr ? [sgr] : [])].join(";")];
	});
	const ground = background ?? (theme.type === "light" ? "light" : "dark");
	return stylesOn(ground, Object.fromEntries(styles) as Record<CodeRole, string>);
};

const resolveName = (name: string): string => {
	const plain = name.trim().toLowerCase().replaceAll("_", "-");
	return aliases[plain] ?? plain;
};

type TokenColor = {
	readonly scope?: string | readonly string[];
	readonly settings: { readonly foreground?: string; readonly fontStyle?: string };
};

/** TextMate's rule: the longest selector that the scope begins with counts, of equals the last. */
const settingsFor = (rules: readonly TokenColor[], target: string): TokenColor["settings"] | undefined => {
	let best: TokenColor["settings"] | undefined;
	let length = 0;
	for (const { scope, settings } of rules) {
		if (scope === undefined || settings.foreground === undefined) continue;
		const selectors = typeof scope === "string" ? scope.split(",") : scope;
		for (const selector of selectors.map((each) => each.trim()))
			if (selector.length >= length && (target === selector || target.startsWith(`${selector}.`))) {
				best = settings;
				length = selector.length;
			}
	}
	return best;
};

const fontSgr = (fontStyle = ""): string[] => [
	...(fontStyle.includes("bold") ? ["1"] : []),
	...(fontStyle.includes("italic") ? ["3"] : []),
	...(fontStyle.includes("underline") ? ["4"] : []),
];

/** The SGR parameters of `#rrggbb` or `#rgb`; with 256 colours, of the nearest one of xterm's cube and greys. */
export const colorSgr = (hex: string, trueColor: boolean): string => {
	const digits = hex.slice(1);
	const wide = digits.length < 6 ? [...digits].map((digit) => digit + digit).join("") : digits;
	const rgb = [0, 2, 4].map((at) => Number.parseInt(wide.slice(at, at + 2), 16));
	if (rgb.some(Number.isNaN)) return "";
	if (trueColor) return `38;2;${rgb.join(";")}`;
	const steps = rgb.map((value) => nearestIndex(cube, value));
	const grey = nearestIndex(greys, rgb.reduce((sum, value) => sum + value, 0) / 3);
	const inCube = distance(
		rgb,
		steps.map((step) => cube[step]!),
	);
	const inGreys = distance(
		rgb,
		rgb.map(() => greys[grey]!),
	);
	return `38;5;${inGreys < inCube ? 232 + grey : 16 + 36 * steps[0]! + 6 * steps[1]! + steps[2]!}`;
};

const cube = [0, 95, 135, 175, 215, 255];
const greys = Array.from({ length: 24 }, (_, index) => 8 + 10 * index);

const nearestIndex = (values: readonly number[], value: number): number =>
	values.reduce(
		(best, each, index) => (Math.abs(each - value) < Math.abs(values[best]! - value) ? index : best),
		0,
	);

const distance = (a: readonly number[], b: readonly number[]): number =>
	a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0);
