import { expect, test } from "vitest";
import { changesText } from "../../../../clients/common/shell/wording.ts";
import type { FileChange, VariableChange } from "../../../../protocol/index.ts";

const file = (path: string, more: Partial<FileChange> = {}): FileChange => ({
	path,
	change: "changed",
	added: 1,
	removed: 2,
	diff: null,
	...more,
});
const variable = (name: string, before: string | null, after: string | null): VariableChange => ({
	name,
	before,
	after,
});
const line = (files: FileChange[], variables: VariableChange[] = [], notes: string[] = []): string =>
	changesText({ files, variables, notes });

test.each([
	[[file("a.py")], [], "Changed: a.py +1 −2"],
	[[file("a.py", { added: 3, removed: 0, change: "made" })], [], "Changed: a.py (made) +3"],
	[[file("b", { added: null, removed: null, change: "written" })], [], "Changed: b (written)"],
	[[file("b", { added: 0, removed: 4, change: "deleted" })], [], "Changed: b (deleted) −4"],
	[[], [variable("x", "3", "4"), variable("y", null, "5")], "Changed: x 3 → 4, y = 5"],
	[[], [variable("x", "3", null), variable("df", "A", "A")], "Changed: x deleted, df made anew"],
	[[], [variable("x", "1", "y".repeat(80))], `Changed: x 1 → ${"y".repeat(30)}…`],
])("%j %j", (files, variables, expected) => expect(line(files, variables)).toBe(expected));

test("what is too much for a line is said to be more", () => {
	const many = [...Array(12).keys()].map((n) => file(`f${n}`));
	expect(line(many)).toMatch(/f7 \+1 −2, and more: %ipyai changes$/);
	expect(line([file("a")], [], ["Not all was looked through."])).toMatch(/, and more: %ipyai changes$/);
});
