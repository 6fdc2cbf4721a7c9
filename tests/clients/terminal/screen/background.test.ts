import { expect, test } from "vitest";
import { backgroundByEnvironment, backgroundIn } from "../../../../clients/terminal/screen/background.ts";

test.each([
	["\x1b]11;rgb:0000/0000/0000\x1b\\", "dark"],
	["\x1b]11;rgb:ffff/ffff/ffff\x07", "light"],
	["\x1b]11;rgb:fd/f6/e3\x07", "light"],
	["\x1b]11;rgb:00/2b/36\x07", "dark"],
	["\x1b]11;rgba:1e1e/1e1e/1e1e/ffff\x07", "dark"],
	["\x1b]11;#ffffff\x07", "light"],
	["\x1b]11;#fff\x07", "light"],
	["\x1b]10;rgb:ffff/ffff/ffff\x07", null],
	["\x1b]11;rgb:ff/ff\x07", null],
	["\x1b]11;rgb://\x07", null],
	["\x1b[?62c", null],
])("%j is %s", (report, background) => {
	expect(backgroundIn(report)).toBe(background);
});

test.each([
	["15;0", "dark"],
	["0;15", "light"],
	["0;default;15", "light"],
	["12;7", "light"],
	["7;8", "dark"],
	["default;default", null],
	["", null],
	["0;99", null],
])("COLORFGBG=%s is %s", (value, background) => {
	expect(backgroundByEnvironment({ COLORFGBG: value })).toBe(background);
	expect(backgroundByEnvironment({})).toBeNull();
});
