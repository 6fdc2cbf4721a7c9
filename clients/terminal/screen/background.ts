/**
 * What a terminal draws text on. It is asked by xterm's OSC 11, whose answer comes among the keys or not at all, and
 * nobody waits for it; some terminals say it in `COLORFGBG`, rxvt's variable of colour numbers.
 */
import { styled } from "../../../ground/text/screenText.ts";

export type Background = "dark" | "light";

export const backgroundQuery = styled`\x1b]11;?\x1b\\`;

/** The ground that a terminal's answer tells; `null` for any other report. */
export const backgroundIn = (report: string): Background | null => {
	const [, rgb] = /^\x1b\]11;(?:rgba?:|#)([\da-f/]{3,24})(?:\x07|\x1b\\)$/i.exec(report) ?? [];
	if (rgb === undefined) return null;
	const parts = rgb.includes("/") ? rgb.split("/").slice(0, 3) : thirds(rgb);
	if (parts.length !== 3 || parts.some((part) => part === "")) return null;
	return groundOf(parts.map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1)));
};

export const backgroundByEnvironment = (
	env: Readonly<Record<string, string | undefined>>,
): Background | null => {
	const [, color] = /;(\d{1,2})$/.exec(env.COLORFGBG ?? "") ?? [];
	if (color === undefined || Number(color) > 15) return null;
	return Number(color) === 7 || Number(color) > 8 ? "light" : "dark";
};

const thirds = (digits: string): string[] => {
	const length = Math.floor(digits.length / 3);
	return [0, 1, 2].map((index) => digits.slice(index * length, (index + 1) * length));
};

/** Light is where black has more contrast than white, by WCAG's relative luminance. */
const groundOf = (rgb: readonly number[]): Background => {
	const [red = 0, green = 0, blue = 0] = rgb.map((part) =>
		part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
	);
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "light" : "dark";
};
