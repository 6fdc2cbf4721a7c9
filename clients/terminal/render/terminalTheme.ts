/** The theme of a terminal: what paints nothing where no colours are wanted, and what can change elsewhere. */
import { backgroundByEnvironment } from "../screen/background.ts";
import { type BuiltIn, backgroundOfBuiltIn, codeStyles, stylesOn } from "./palettes.ts";
import type { Role, Styles, Theme } from "./theme.ts";

/** A theme that can change while things are drawn with it: what is drawn later has the new colours. */
export type ChangeableTheme = Theme & { use(styles: Styles): void };

type Environment = Readonly<Record<string, string | undefined>>;

/** The theme for a terminal, by `NO_COLOR`, `TERM` and `COLORFGBG`, until it is told otherwise. */
export const createTheme = (env: Environment): ChangeableTheme => {
	if (env.NO_COLOR || env.TERM === "dumb" || !env.TERM) return { ...plainTheme, use: () => {} };
	const background = backgroundByEnvironment(env);
	let current = stylesOn(background, codeStyles[builtInOn(background)]);
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

/** The built-in colours of code for a ground, which is taken for dark where nobody knows it. */
export const builtInOn = (background: "dark" | "light" | null): BuiltIn =>
	background === "light" ? "light" : "monokai";

/** The styles of one of the built-in themes on the ground that it is made for. */
export const stylesFor = (name: BuiltIn): Styles => stylesOn(backgroundOfBuiltIn[name], codeStyles[name]);

/** Paints nothing. */
export const plainTheme: Theme = {
	colors: false,
	styles: Object.fromEntries(Object.keys(stylesFor("monokai")).map((role) => [role, ""])) as Record<
		Role,
		string
	>,
};
