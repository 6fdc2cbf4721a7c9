import {
	chmodSync,
	linkSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Undo } from "../../../../server/tools/edits/undo.ts";
import { placeOf } from "../../../../server/tools/places.ts";
import { editFile, viewFile } from "../../../../server/tools/sources/files.ts";
import type { Tool } from "../../../../server/tools/tool.ts";

let folder: string;
let tools: { view: Tool; edit: Tool };
beforeEach(() => {
	const home = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-files-")));
	folder = join(home, "p");
	mkdirSync(join(folder, ".git"), { recursive: true });
	const options = {
		place: async () => placeOf(folder, folder, { HOME: home }),
	};
	tools = { view: viewFile(options), edit: editFile(options, new Undo()) };
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const { signal } = new AbortController();
const call = async (tool: Tool, args: Record<string, unknown>) => {
	const prepared = await tool.prepare(args, signal);
	if ("problem" in prepared) return { check: null, text: prepared.problem, isError: true, card: undefined };
	const { content, isError } = await prepared.run({ signal, onWaiting: () => {}, onOutput: () => {} });
	const [part] = content;
	return {
		check: prepared.check,
		text: part?.kind === "text" ? part.text : "",
		isError,
		card: prepared.card,
	};
};
const view = async (path: string, more = {}) => (await call(tools.view, { path, ...more })).text;
const edit = (path: string, ...cmds: string[]) => call(tools.edit, { path, cmds });
const put = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content);
const get = (name: string) => readFileSync(join(folder, name));

test("a view shows lines with their addresses, and says what is left", async () => {
	put("a.txt", "foo\nbar baz\n\nlast");
	expect(await view("a.txt")).toBe("1|73b7|  foo\n2|5b93|  bar baz\n3|3def|  \n4|dc3e|  last");
	expect(await view("a.txt", { start: 2, end: 3 })).toBe("2|5b93|  bar baz\n3|3def|  ");
	expect(await view("a.txt", { start: 9 })).toBe("The file has 4 lines.");
	put("long.txt", "x\n".repeat(5000));
	expect(await view("long.txt")).toMatch(/\n2000\|\w{4}\| {2}x\n\.\.\. 3000 more lines, from 2001 on$/);
	put("wide.txt", "y".repeat(1_000_000));
	expect((await view("wide.txt")).length).toBeLessThan(1000);
	put("empty.txt", "");
	expect(await view("empty.txt")).toContain("0|0000|a adds its first line");
});

test("an edit is shown as a diff, written when it runs, and answers with new addresses", async () => {
	put("a.txt", "foo\nbar\n");
	const { check, text, card } = await edit("a.txt", "1|73b7|s/foo/new/");
	expect(check).toBe("open");
	expect(card).toEqual({
		title: "exhash_file a.txt",
		text: "--- a.txt\n+++ a.txt\n@@ -1,2 +1,2 @@\n-foo\n+new\n bar",
		language: "diff",
		notes: [],
	});
	expect(text).toMatch(/^-1\|73b7\| {2}foo\n\+1\|\w{4}\| {2}new\n 2\|/);
	expect(get("a.txt").toString()).toBe("new\nbar\n");
});

test("mode, links, other names, encoding, mark and line ends are kept", async () => {
	put("run.sh", "foo\n");
	chmodSync(join(folder, "run.sh"), 0o754);
	symlinkSync("run.sh", join(folder, "link.sh"));
	await edit("link.sh", "1|73b7|s/foo/x/");
	expect(statSync(join(folder, "run.sh")).mode & 0o777).toBe(0o754);
	expect(lstatSync(join(folder, "link.sh")).isSymbolicLink()).toBe(true);
	expect(get("run.sh").toString()).toBe("x\n");

	put("one.txt", "foo\n");
	linkSync(join(folder, "one.txt"), join(folder, "two.txt"));
	await edit("one.txt", "1|73b7|s/foo/x/");
	expect(get("two.txt").toString()).toBe("x\n");

	put("latin.txt", Buffer.from("caf\xe9\r\nfoo\r\n", "latin1"));
	await edit("latin.txt", "2|73b7|s/foo/\xfcber/");
	expect(get("latin.txt")).toEqual(Buffer.from("caf\xe9\r\n\xfcber\r\n", "latin1"));
	expect((await edit("latin.txt", "$s/.*/€/")).text).toContain("its encoding may have no €");

	put("mark.txt", "\ufefffoo\n");
	expect(await view("mark.txt")).toBe("1|73b7|  foo");
	await edit("mark.txt", "1|73b7|s/foo/x/");
	expect(get("mark.txt").toString()).toBe("\ufeffx\n");

	put("wide.txt", Buffer.from("\ufefffoo\n", "utf16le"));
	await edit("wide.txt", "1|73b7|s/foo/ü€/");
	expect(get("wide.txt")).toEqual(Buffer.from("\ufeffü€\n", "utf16le"));
});

test("a new file is made by its first lines alone", async () => {
	expect((await edit("new.py", "1|73b7|d")).text).toContain("the file has no lines");
	expect((await edit("new.py", "0|0000|a\nprint(1)")).card?.text).toMatch(
		/^--- \/dev\/null\n\+\+\+ new\.py\n/,
	);
	expect(get("new.py").toString()).toBe("print(1)\n");
	expect((await edit("no/such/folder.py", "0|0000|a\nx")).isError).toBe(true);
});

test("a stale hash changes nothing and says where the line went", async () => {
	put("a.txt", "top\nfoo\n");
	const { text, isError } = await edit("a.txt", "1|73b7|d");
	expect(isError).toBe(true);
	expect(text).toContain("It may have moved: 2|73b7|  foo");
	expect(get("a.txt").toString()).toBe("top\nfoo\n");
});

test("a file that changes while the question waits is not written", async () => {
	put("a.txt", "foo\n");
	const prepared = await tools.edit.prepare({ path: "a.txt", cmds: ["1|73b7|d"] }, signal);
	put("a.txt", "foo\nmine\n");
	if ("problem" in prepared) throw new Error(prepared.problem);
	const { content, isError } = await prepared.run({ signal, onWaiting: () => {}, onOutput: () => {} });
	expect(isError).toBe(true);
	expect(JSON.stringify(content)).toContain("The file was changed while the question waited");
	expect(get("a.txt").toString()).toBe("foo\nmine\n");
});

test("one step back, unless somebody else changed the file", async () => {
	const undo = () => call(tools.edit, { path: "a.txt", undo: true });
	put("a.txt", "foo\r\nbar\n");
	expect((await undo()).text).toBe("There is no edit of a.txt to take back.");
	await edit("a.txt", "1|73b7|d");
	expect((await undo()).text).toBe("a.txt is as it was before the last edit.");
	expect(get("a.txt").toString()).toBe("foo\r\nbar\n");
	expect((await undo()).isError).toBe(true);
	await edit("a.txt", "1|73b7|d");
	put("a.txt", "mine\n");
	expect((await undo()).text).toContain("was changed since the last edit: nothing was taken back");
	expect(get("a.txt").toString()).toBe("mine\n");
	await edit("made.txt", "0|0000|a\nx");
	await call(tools.edit, { path: "made.txt", undo: true });
	expect(() => get("made.txt")).toThrow("ENOENT");
});

test("what writes nothing is no edit", async () => {
	put("a.txt", "foo\n");
	expect(await call(tools.edit, { path: "a.txt", cmds: ["1|73b7|s/foo/x/"], inplace: false })).toMatchObject({
		check: "looks",
		text: expect.stringMatching(/^-1\|73b7\| {2}foo\n\+1\|/),
	});
	expect(await edit("a.txt", "%p")).toMatchObject({ check: "looks", text: "1|73b7|  foo" });
	expect(get("a.txt").toString()).toBe("foo\n");
});

test("places that decide over later calls are guarded, others' files ask to be read", async () => {
	put(".git/config", "foo\n");
	expect((await edit(".git/config", "1|73b7|s/foo/x/")).check).toBe("guarded");
	writeFileSync(join(folder, "../notes.txt"), "foo\n");
	put(".env", "foo\n");
	put("a.txt", "foo\n");
	expect((await call(tools.view, { path: "../notes.txt" })).check).toBe("open");
	expect((await call(tools.view, { path: ".env" })).check).toBe("open");
	expect((await call(tools.view, { path: "a.txt" })).check).toBe("looks");
});

test.each([
	["view", {}, 'lnhashview_file needs "path"'],
	["view", { path: "a\0b" }, 'lnhashview_file needs "path"'],
	["view", { path: "none.txt" }, "There is no file none.txt."],
	["view", { path: "." }, "is no file."],
	["view", { path: "a.txt", start: 0 }, "are numbers of lines, from 1 on"],
	["view", { path: "binary" }, "is no text: it has NUL bytes."],
	["edit", { path: "a.txt" }, 'exhash_file needs "cmds"'],
	["edit", { path: "a.txt", cmds: "1d" }, 'exhash_file needs "cmds"'],
	["edit", { path: "a.txt", cmds: [1] }, 'exhash_file needs "cmds"'],
	["edit", { path: "a.txt", cmds: Array(1000).fill("%p") }, 'exhash_file needs "cmds"'],
	["edit", { path: "a.txt", cmds: ["%p"], sw: 0 }, '"sw" is a number of spaces'],
	["edit", { path: "a.txt", cmds: ["%p"], inplace: "yes" }, "are true or false"],
	["edit", { path: "/dev/null", cmds: ["0|0000|a\nx"] }, "is no file."],
	["edit", { path: "binary", cmds: ["%d"] }, "is no text"],
])("%s(%j) says what is wrong", async (name, args, text) => {
	put("a.txt", "foo\n");
	put("binary", Buffer.from([1, 0, 2]));
	const told = await call(tools[name as "view" | "edit"], args);
	expect(told.isError).toBe(true);
	expect(told.text).toContain(text);
});
