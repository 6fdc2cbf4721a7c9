import { expect, test } from "vitest";
import { repeatsItself } from "../../../../server/backends/local/repetition.ts";

test("a passage that is said again and again is noticed, wherever it is cut", () => {
	const rut = `Yes. ${"The user asked you to respond.\n\n".repeat(7)}`;
	expect(repeatsItself(rut)).toBe(true);
	expect(repeatsItself(`${rut}The user`)).toBe(true);
	expect(repeatsItself(rut.slice(0, 150))).toBe(false);
});

test.each([
	["rules and blanks", "-".repeat(400) + " ".repeat(400)],
	[
		"rows that differ",
		Array.from({ length: 60 }, (_, index) => `x[${index}] = load("file", ${index})`).join("\n"),
	],
	["an answer", "The mean is above the median, since one price is far above the others."],
	["nothing", ""],
])("%s: no rut", (_, text) => expect(repeatsItself(text)).toBe(false));
