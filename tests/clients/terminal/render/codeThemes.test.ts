import { expect, test } from "vitest";
import { colorSgr, loadStyles, useCodeTheme } from "../../../../clients/terminal/render/codeThemes.ts";
import { highlightPython } from "../../../../clients/terminal/render/highlight.ts";
import { createTheme, plainTheme, stylesFor } from "../../../../clients/terminal/render/theme.ts";

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
	await useCodeTheme(theme, "Dracula", { COLORTERM: "truecolor" });
	const [line] = highlightPython("import a # b", theme);
	expect(line).not.toBe(before[0]);
	expect(line).toContain("\x1b[38;2;255;121;198mimport");
	expect(line).toContain("\x1b[38;2;98;114;164m# b");
	await useCodeTheme(theme, "monokai", {});
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
	expect(await loadStyles("gruvbox_dark", true)).toEqual(await loadStyles("gruvbox-dark-medium", true));
	expect((await loadStyles("github-light", true)).heading).toBe(stylesFor("ansi-light").heading);
	expect((await loadStyles("ansi_dark", true)).keyword).toBe("94");
});

test("an unknown theme is named with the nearest one, and nothing changes", async () => {
	const theme = createTheme({ TERM: "xterm" });
	const { styles } = theme;
	await expect(useCodeTheme(theme, "dracla", {})).rejects.toThrow(
		"There is no colour theme dracla; the nearest is dracula.",
	);
	await expect(useCodeTheme(theme, "qqqqqq", {})).rejects.toThrow("for instance dracula");
	await expect(useCodeTheme(theme, "__proto__", {})).rejects.toThrow("There is no colour theme");
	expect(theme.styles).toBe(styles);
});

test("without colours no theme brings any", async () => {
	const theme = createTheme({ NO_COLOR: "1", TERM: "xterm" });
	await useCodeTheme(theme, "dracula", {});
	expect(theme.styles).toEqual(plainTheme.styles);
});
