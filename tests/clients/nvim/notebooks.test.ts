/** Notebooks opened as cells: what is shown, what is written, and that nothing is lost. */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startNeovim, type TestNeovim } from "../../support/neovim.ts";
import { testPython } from "../../support/python.ts";

const notebook = `${JSON.stringify(
	{
		cells: [
			{ cell_type: "markdown", id: "intro", metadata: {}, source: ["# Prices\n", "in euros"] },
			{
				cell_type: "code",
				execution_count: 7,
				id: "load",
				metadata: { tags: ["setup"] },
				outputs: [{ name: "stdout", output_type: "stream", text: ["stored\n", "\u001b[31mred\u001b[0m\n"] }],
				source: ["prices = [3, 5, 8]\n", "prices"],
			},
			{ cell_type: "code", execution_count: null, id: "empty", metadata: {}, outputs: [], source: [] },
		],
		metadata: { kernelspec: { display_name: "Mine", language: "python", name: "mine" }, mine: [1, 2] },
		nbformat: 4,
		nbformat_minor: 5,
	},
	null,
	1,
)}\n`;

/** Opens a notebook of the person's folder, made of this text if one is given. */
const open = async (vim: TestNeovim, name: string, text?: string): Promise<string> => {
	const path = join(vim.person.folder, name);
	if (text !== undefined) writeFileSync(path, text);
	await vim.command(`edit ${name}`);
	return path;
};
const parsed = (path: string) => JSON.parse(readFileSync(path, "utf8"));
const validate = (path: string): void =>
	void execFileSync(testPython(), [
		"-c",
		"import nbformat, sys; nbformat.validate(nbformat.read(sys.argv[1], as_version=4))",
		path,
	]);
const option = (vim: TestNeovim, name: string) => vim.lua("return vim.bo[(...)]", name);

test("a notebook shows its cells and stored outputs; written unchanged it is the same file", async () => {
	const vim = await startNeovim();
	const path = await open(vim, "a.ipynb", notebook);
	expect(await vim.shown()).toMatchInlineSnapshot(`
		"# %% [markdown]
		# # Prices
		# in euros

		✓ # %%
		prices = [3, 5, 8]
		prices  [7] ✓
		▎ stored
		▎ red

		# %%"
	`);
	expect([await option(vim, "filetype"), await option(vim, "modified")]).toEqual(["python", false]);
	await vim.command("write");
	expect(readFileSync(path, "utf8")).toBe(notebook);
	await vim.type("u");
	expect(await vim.lines()).toContain("# # Prices");
	await vim.command("normal! Gkkk");
	await vim.command("IpyaiOutput");
	await vim.shows(() => vim.lua("return vim.fn.bufname('%')").then(async () => vim.lines()), /stored\nred/);
});

test("cells that ran are written with their outputs, the others as they were, and :wq writes before it quits", async () => {
	const vim = await startNeovim();
	const path = await open(vim, "a.ipynb", notebook);
	await vim.lua(`vim.api.nvim_buf_set_lines(0, -1, -1, false, { "sum(prices)", "", "# %%", "1 / 0" })`);
	await vim.lua("vim.api.nvim_win_set_cursor(0, { 5, 0 })");
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /▎ \[3, 5, 8\]/);
	await vim.command("IpyaiRunAll");
	await vim.shows(vim.shown, /ZeroDivisionError: /);
	await vim.shows(vim.shown, /✗/);
	await vim.command("write");
	validate(path);
	const { cells, metadata } = parsed(path);
	expect(metadata).toEqual(JSON.parse(notebook).metadata);
	expect(cells[0]).toEqual(JSON.parse(notebook).cells[0]);
	expect(cells[1]).toMatchObject({
		id: "load",
		metadata: { tags: ["setup"] },
		source: ["prices = [3, 5, 8]\n", "prices"],
	});
	expect(cells[1].outputs).toEqual([
		{
			data: { "text/plain": ["[3, 5, 8]"] },
			execution_count: 2,
			metadata: {},
			output_type: "execute_result",
		},
	]);
	expect(cells[2]).toMatchObject({
		id: "empty",
		source: ["sum(prices)"],
		outputs: [{ data: { "text/plain": ["16"] } }],
	});
	expect(cells[3].outputs[0]).toMatchObject({ output_type: "error", ename: "ZeroDivisionError" });
	const written = readFileSync(path, "utf8");
	await vim.command("IpyaiStop");
	await vim.shows(vim.notices, /has ended/);
	await vim.command("write");
	expect(readFileSync(path, "utf8")).toBe(written);
	await vim.lua(`vim.api.nvim_buf_set_lines(0, -1, -1, false, { "# last" })`);
	vim.nvim.command("wq").catch(() => {});
	await vim.quit();
	expect(parsed(path).cells[3].source).toEqual(["1 / 0\n", "# last"]);
});

test("a line of a cell that runs alone takes the place on the screen, the file keeps what the cell gave", async () => {
	const vim = await startNeovim();
	const path = await open(vim, "a.ipynb", notebook);
	await vim.lua("vim.api.nvim_win_set_cursor(0, { 5, 0 })");
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /▎ \[3, 5, 8\]/);
	await vim.lua("vim.api.nvim_win_set_cursor(0, { 7, 0 })");
	await vim.command("IpyaiRunLine");
	await vim.shows(vim.shown, /prices {2}\[2\] ✓/);
	expect(await vim.shown()).not.toContain("[1] ✓");
	await vim.command("write");
	expect(parsed(path).cells[1]).toMatchObject({
		execution_count: 1,
		outputs: [{ execution_count: 1, data: { "text/plain": ["[3, 5, 8]"] } }],
	});
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /\[3\] ✓/);
	await vim.command("write");
	expect(parsed(path).cells[1].execution_count).toBe(3);
});

test("an output that was cleared is gone from the file; a moved and an edited cell keep what is theirs", async () => {
	const vim = await startNeovim();
	const path = await open(vim, "a.ipynb", notebook);
	await vim.lua("vim.api.nvim_win_set_cursor(0, { 5, 0 })");
	await vim.command("5,8delete");
	await vim.command("normal! Gp");
	await vim.command("%s/8/13/");
	await vim.command("write");
	expect(parsed(path).cells.map((cell: { id: string }) => cell.id)).toEqual(["intro", "empty", "load"]);
	expect(parsed(path).cells[2]).toMatchObject({
		execution_count: 7,
		source: ["prices = [3, 5, 13]\n", "prices"],
		outputs: [{ text: ["stored\n", "\u001b[31mred\u001b[0m\n"] }],
	});
	await vim.command("edit!");
	await vim.command("normal! G");
	await vim.command("IpyaiClear");
	expect(await vim.shown()).not.toContain("stored");
	await vim.command("write");
	expect(parsed(path).cells[2]).toMatchObject({ id: "load", execution_count: null, outputs: [] });
	validate(path);
});

test("what a cell gave goes with it when it is moved before the file is written", async () => {
	const vim = await startNeovim();
	const path = await open(vim, "a.ipynb", notebook);
	await vim.lua("vim.api.nvim_win_set_cursor(0, { 5, 0 })");
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /▎ \[3, 5, 8\]/);
	await vim.type("5G4ddGp");
	await vim.shows(vim.shown, /^# %%\n✓ # %%\n[\s\S]*▎ \[3, 5, 8\]/m);
	await vim.command("write");
	expect(parsed(path).cells.map((cell: { id: string }) => cell.id)).toEqual(["intro", "empty", "load"]);
	expect(parsed(path).cells[2].outputs[0].data).toEqual({ "text/plain": ["[3, 5, 8]"] });
});

test("people's own autocommands see a notebook as a file that was read or is new, of Python", async () => {
	const vim = await startNeovim();
	await vim.lua(`
		_G.events = {}
		vim.api.nvim_create_autocmd({ "BufReadPost", "BufNewFile", "FileType" }, {
			callback = function(event) table.insert(_G.events, event.event .. " " .. vim.bo[event.buf].filetype) end,
		})`);
	await open(vim, "a.ipynb", notebook);
	await open(vim, "new.ipynb");
	await vim.command("write");
	await vim.command("edit!");
	expect(await vim.lua("return _G.events")).toEqual([
		"FileType python",
		"BufReadPost python",
		"FileType python",
		"BufNewFile python",
		"FileType python",
		"BufReadPost python",
	]);
});

test("what another program wrote meanwhile is not overwritten without a !", async () => {
	const vim = await startNeovim();
	const path = await open(vim, "a.ipynb", notebook);
	const other = notebook.replace("in euros", "in yen");
	writeFileSync(path, other);
	await vim.command("$delete");
	await vim.command("write");
	await vim.shows(vim.notices, /has changed since it was read/);
	expect([readFileSync(path, "utf8"), await option(vim, "modified")]).toEqual([other, true]);
	await vim.command("write!");
	expect(parsed(path).cells[0].source).toEqual(["# Prices\n", "in euros"]);
	await vim.command("write copy.ipynb");
	expect(readFileSync(join(vim.person.folder, "copy.ipynb"), "utf8")).toBe(readFileSync(path, "utf8"));
	await vim.command("write a.py");
	expect(readFileSync(join(vim.person.folder, "a.py"), "utf8")).toContain("# %% [markdown]\n# # Prices\n");
	await vim.command("1,2write! part.ipynb");
	await vim.shows(vim.notices, /written whole/);
	await vim.command("1,2write part.py");
	expect(readFileSync(join(vim.person.folder, "part.py"), "utf8")).toBe("# %% [markdown]\n# # Prices\n");
});

test("a broken file says why and opens as its text; a new one begins empty", async () => {
	const vim = await startNeovim();
	const broken = await open(vim, "broken.ipynb", '{\n "cells": [,\n');
	expect(await vim.notices()).toMatch(/broken.ipynb is opened as text, because it is not JSON: /);
	expect(await vim.lines()).toBe('{\n "cells": [,');
	expect(await option(vim, "modified")).toBe(false);
	await vim.command("normal! Gdd");
	await vim.command("write");
	expect(readFileSync(broken, "utf8")).toBe("{\n");
	const fresh = await open(vim, "new.ipynb");
	await vim.lua(
		`vim.api.nvim_buf_set_lines(0, 0, -1, false, { "# %% [markdown]", "# Hello", "", "# %%", "x = 1" })`,
	);
	await vim.command("write");
	validate(fresh);
	expect(parsed(fresh).cells).toMatchObject([{ source: ["Hello"] }, { source: ["x = 1"], outputs: [] }]);
	const off = await startNeovim({ settings: { notebooks: false } });
	await open(off, "a.ipynb", notebook);
	expect(await off.lines()).toBe(notebook.trimEnd());
});

test("links stay links, a file keeps its mode, and one that cannot be written stays as it is", async () => {
	const vim = await startNeovim();
	const path = join(vim.person.folder, "real.ipynb");
	writeFileSync(path, notebook);
	chmodSync(path, 0o640);
	symlinkSync("real.ipynb", join(vim.person.folder, "link.ipynb"));
	await open(vim, "link.ipynb");
	await vim.command("$delete");
	await vim.command("write");
	expect(parsed(path).cells).toHaveLength(2);
	expect(statSync(path).mode & 0o777).toBe(0o640);
	await vim.command("write nowhere/a.ipynb");
	await vim.shows(vim.notices, /nowhere\/a.ipynb could not be written/);
});
