/** What is seen of what a turn's tools changed. */
import { mkdirSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TurnWatch } from "../../../server/tools/changes/turnWatch.ts";
import { placeOf } from "../../../server/tools/places.ts";
import type { Check, Effect } from "../../../server/tools/tool.ts";
import { folderWith } from "../../support/folder.ts";

const start = (files: Readonly<Record<string, string>> = {}) => {
	const folder = realpathSync(folderWith({ ".git/HEAD": "", ...files }));
	const place = placeOf(folder, folder, { HOME: "/nowhere" });
	const watch = new TurnWatch(place);
	const before = (effect: Effect, check: Check, ...paths: string[]) =>
		watch.before(effect, {
			check,
			grant: null,
			about: {
				kind: "paths",
				paths: paths.map((path) => join(folder, path)),
				project: folder,
				home: "/nowhere",
			},
		});
	const put = (path: string, text: string) => writeFileSync(join(folder, path), text);
	const names = async () =>
		(await watch.changes())?.files.map(({ path, change }) => `${path} ${change}`) ?? null;
	return { folder, watch, before, put, names };
};

test("edits are told with lines and a diff, however often a file was edited", async () => {
	const { watch, before, put, folder } = start({ "a.py": "x = 1\ny = 2\n", "old.txt": "gone\n" });
	before("changesFiles", "open", "a.py");
	put("a.py", "x = 1\ny = 3\n");
	before("changesFiles", "open", "a.py", "new.txt", "old.txt", "same.txt");
	put("a.py", "x = 1\ny = 4\nz = 5\n");
	put("new.txt", "one\n");
	rmSync(join(folder, "old.txt"));
	expect((await watch.changes())!.files).toEqual([
		{
			path: "a.py",
			change: "changed",
			added: 2,
			removed: 1,
			diff: "--- a.py\n+++ a.py\n@@ -1,2 +1,3 @@\n x = 1\n-y = 2\n+y = 4\n+z = 5",
		},
		expect.objectContaining({ path: "new.txt", change: "made", added: 1, removed: 0 }),
		expect.objectContaining({ path: "old.txt", change: "deleted", added: 0, removed: 1 }),
	]);
	put("a.py", "x = 1\ny = 2\n");
	expect((await watch.changes())!.files.map(({ path }) => path)).toEqual(["new.txt", "old.txt"]);
});

test("what a command wrote is told by the files' own times, whatever it says of them", async () => {
	const { folder, before, put, names } = start({ "old.txt": "x", "in/deep.txt": "x" });
	await new Promise((resolve) => setTimeout(resolve, 30));
	expect(await names()).toBeNull();
	before("runsCommands", "open");
	put("in/deep.txt", "y");
	put("new.txt", "y");
	utimesSync(join(folder, "new.txt"), 1, 1);
	mkdirSync(join(folder, "node_modules"));
	put("node_modules/x.js", "");
	put(".git/index", "");
	symlinkSync("/etc", join(folder, "link"));
	expect(await names()).toEqual(["in/deep.txt written", "new.txt written"]);
});

test.each([
	["changesNamespace", "looks", null],
	["changesNamespace", "contained", null],
	["changesNamespace", "open", ["f written"]],
	["runsCommands", "looks", null],
	["runsCommands", "contained", ["f written"]],
	["readsFiles", "open", null],
] as const)("%s that was shown as %s", async (effect, check, expected) => {
	const { before, put, names } = start();
	before(effect, check);
	put("f", "");
	expect(await names()).toEqual(expected);
});

test("variables are told as they were first and are last; what is as it was is not", async () => {
	const { watch } = start();
	watch.changed([
		{ name: "x", before: "1", after: "2" },
		{ name: "y", before: null, after: "5" },
		{ name: "z", before: "7", after: "8" },
	]);
	watch.changed([
		{ name: "x", before: "2", after: "3" },
		{ name: "y", before: "5", after: null },
		{ name: "z", before: "8", after: "7" },
	]);
	expect(await watch.changes()).toEqual({
		files: [],
		variables: [{ name: "x", before: "1", after: "3" }],
		notes: [],
	});
});

test("all of it has bounds", async () => {
	const { watch, before, put } = start();
	before("changesFiles", "open", ...[...Array(80).keys()].map((n) => `f${n}`), "long");
	for (let n = 0; n < 80; n++) put(`f${n}`, `${"line\n".repeat(400)}`);
	put("long", "x".repeat(3_000_000));
	watch.changed([...Array(70).keys()].map((n) => ({ name: `v${n}`, before: null, after: "y".repeat(9000) })));
	const changes = (await watch.changes())!;
	expect(changes.files).toHaveLength(50);
	expect(changes.variables).toHaveLength(50);
	expect(changes.notes).toEqual(["31 more files changed.", "20 more variables changed."]);
	expect(JSON.stringify(changes).length).toBeLessThan(100_000);
});

test("of a project that is a home nothing is guessed", async () => {
	const home = realpathSync(folderWith());
	const watch = new TurnWatch(placeOf(home, home, { HOME: home }));
	watch.before("runsCommands", { check: "open", grant: null });
	writeFileSync(join(home, "f"), "");
	expect(await watch.changes()).toBeNull();
});
