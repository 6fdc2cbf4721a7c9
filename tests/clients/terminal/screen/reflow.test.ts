import { expect, test } from "vitest";
import { reflowedRows } from "../../../../clients/terminal/screen/reflow.ts";
import { rows } from "../../../support/screenText.ts";

/** Rows that the cursor, drawn as `|`, stands below the first row after the terminal became `columns` wide. */
const below = (text: string, columns: number, reflow: "all" | "xtermJs" | "none" = "all"): number => {
	const line = text.split("\n").findIndex((row) => row.includes("|"));
	const lines = text.replace("|", "").split("\n");
	const column = [...text.split("\n")[line]!.split("|")[0]!].length;
	return reflowedRows(rows(lines), { line, column }, columns, reflow);
};

test("rows above the cursor that wrap move it down", () => {
	expect(below("0123456789\nab|c", 10)).toBe(1);
	expect(below("0123456789\nab|c", 9)).toBe(2);
	expect(below("0123456789\nab|c", 3)).toBe(4);
});

test("the cursor goes with its own row", () => {
	expect(below("0123|456789", 5)).toBe(0);
	expect(below("012345|6789", 5)).toBe(1);
});

test("a wide character never straddles two rows", () => {
	expect(below("漢漢漢\n|", 6)).toBe(1);
	expect(below("漢漢漢\n|", 5)).toBe(2);
	expect(below("漢漢漢\n|", 3)).toBe(3);
});

test("rows below the cursor count on xterm.js only, its own row if one below wrapped", () => {
	expect(below("|\n0123456789", 5)).toBe(0);
	expect(below("|\n0123456789", 5, "xtermJs")).toBe(1);
	expect(below("0123456789|\nab", 5, "xtermJs")).toBe(0);
	expect(below("0123456789|\n0123456789\nab", 5, "xtermJs")).toBe(2);
});

test("terminals that cut rows keep their number", () => {
	expect(below("0123456789\nab|c", 3, "none")).toBe(1);
});
