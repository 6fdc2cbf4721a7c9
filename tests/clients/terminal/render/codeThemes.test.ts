import { expect, test } from "vitest";
import { colorSgr, loadStyles, useCodeTheme } from "../../../../clients/terminal/render/codeThemes.ts";
import { highlightPython } from "../../../../clients/terminal/render/highlight.ts";
import { createTheme, plainTheme, stylesFor } from "../../../../clients/terminal/render/terminalTheme.ts";

const dark = { env: {}, background: "dark" as const };

test("colours become those of the terminal: all of them, or the nearest of 256", () => {
	expect(colorSgr("#F92672", true)).toBe("38;2;249;38;114");
	expect(colorSgr("#f92672", false)).toBe("38;5;197");
	expect(colorSgr("#808080", false)).toBe("38;5;244");
	expect(colorSgr("#fff", false)).toBe("38;5;231");
	expect(colorSgr("none", false)).toBe("");
});

test("a theme of shiki's paints code in its own colours", async () => {
	const theme = createTheme({ TERM: "xterm-256color" });
	const before = highlightPython("import a # b", theme);
	await useCodeTheme(theme, "Dracula", { env: { COLORTERM: "truecolor" }, background: null });
	const [line] = highlightPython("import a # b", theme);
	expect(line).not.toBe(before[0]);
	expect(line).toContain("\x1b[38;2;255;121;198mimport");
	expect(line).toContain("\x1b[38;2;98;114;164m# b");
	await useCodeTheme(theme, "auto", dark);
	expect(highlightPython("import a # b", theme)).toEqual(before);
});

test("the built-in monokai has the colours of shiki's", async () => {
	const { bundledThemes } = await import("shiki/themes");
	const { tokenColors } = (await bundledThemes.monokai()).default;
	const color = (scope: string) =>
		tokenColors!.find(({ scope: own }) => [own].flat().join(",").split(",").includes(scope))!.settings
			.foreground!;
	const { keyword, string, number, comment } = stylesFor("monokai");
	expect([keyword, string, number, comment]).toEqual(
		["keyword", "string", "constant.numeric", "comment"].map((scope) => colorSgr(color(scope), false)),
	);
});

test("names of Pygments lead to their likes, light themes change what stands beside code too", async () => {
	expect(await loadStyles("gruvbox_dark", { trueColor: true, background: null })).toEqual(
		await loadStyles("gruvbox-dark-medium", { trueColor: true, background: null }),
	);
	expect((await loadStyles("github-light", { trueColor: true, background: null })).heading).toBe(
		stylesFor("ansi-light").heading,
	);
	expect((await loadStyles("ansi_dark", { trueColor: true, background: null })).keyword).toBe("94");
});

test("an unknown theme is named with the nearest one, and nothing changes", async () => {
	const theme = createTheme({ TERM: "xterm" });
	const { styles } = theme;
	await expect(useCodeTheme(theme, "dracla", dark)).rejects.toThrow(
		"There is no colour theme dracla; the nearest is dracula.",
	);
	await expect(useCodeTheme(theme, "qqqqqq", dark)).rejects.toThrow("for instance dracula");
	await expect(useCodeTheme(theme, "__proto__", dark)).rejects.toThrow("There is no colour theme");
	expect(theme.styles).toBe(styles);
});

test("without colours no theme brings any", async () => {
	const theme = createTheme({ NO_COLOR: "1", TERM: "xterm" });
	await useCodeTheme(theme, "dracula", dark);
	expect(theme.styles).toEqual(plainTheme.styles);
});

test("auto is what the ground asks for, and what stands beside code follows the ground whatever the theme", async () => {
	const on = (name: string, background: "dark" | "light" | null) =>
		loadStyles(name, { trueColor: false, background });
	expect(await on("auto", "light")).toEqual(stylesFor("light"));
	expect(await on("auto", "dark")).toEqual(stylesFor("monokai"));
	expect((await on("auto", null)).keyword).toBe(stylesFor("monokai").keyword);
	expect((await on("dracula", "light")).dim).toBe(stylesFor("light").dim);
	expect((await on("github-light", null)).dim).toBe(stylesFor("light").dim);
	expect(createTheme({ TERM: "xterm", COLORFGBG: "0;15" }).styles).toEqual(stylesFor("light"));
});

/** WCAG's contrast of a colour of the 256 with a grey. */
const contrast = (color: number, ground: number): number => {
	const level = (index: number) => [0, 95, 135, 175, 215, 255][index]!;
	const at = color - 16;
	const rgb =
		color >= 232
			? Array<number>(3).fill(8 + 10 * (color - 232))
			: [level(Math.floor(at / 36)), level(Math.floor(at / 6) % 6), level(at % 6)];
	const luminance = (parts: readonly number[]): number => {
		const [red, green, blue] = parts.map((part) => {
			const share = part / 255;
			return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
	};
	const [dark, bright] = [luminance(rgb), luminance([ground, ground, ground])].sort((a, b) => a - b);
	return (bright! + 0.05) / (dark! + 0.05);
};

test.each([
	["monokai", 0],
	["light", 255],
] as const)("whatever %s paints can be read on its ground", (name, ground) => {
	for (const [role, style] of Object.entries(stylesFor(name))) {
		const [, color] = /38;5;(\d+)$/.exec(style) ?? [];
		// The rest is bold, italic, underlined or the terminal's own two colours: nothing is faint, nothing one of sixteen.
		if (color === undefined) expect(style, role).toMatch(/^[13479]?$/);
		else expect(contrast(Number(color), ground), role).toBeGreaterThanOrEqual(4.5);
	}
});

test("what goes above before the ground is known can be read on both", () => {
	const { dim } = createTheme({ TERM: "xterm" }).styles;
	const [, color] = /^38;5;(\d+)$/.exec(dim)!;
	for (const ground of [0, 255]) expect(contrast(Number(color), ground)).toBeGreaterThanOrEqual(4.5);
});
