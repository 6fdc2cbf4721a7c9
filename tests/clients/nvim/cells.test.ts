/** Cells from a buffer: what runs, and what is seen below it. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { choose, startNeovim } from "../../support/neovim.ts";

const python = `# %% first
x = 6 * 7
x

# %%
|print("two")
print("lines")
# %% [markdown]
# not code
# %%
1 / 0`;

test("a cell's value and what it prints stand below it, with its number and its sign", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", python);
	await vim.start();
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /✓/)).toMatchInlineSnapshot(`
		"# %% first
		x = 6 * 7
		x

		✓ # %%
		print("two")
		print("lines")  [1] ✓ 0.1 s
		▎ two
		▎ lines
		# %% [markdown]
		# not code
		# %%
		1 / 0"
	`);
});

test("lines, ranges, motions, selections, the next cell and all cells run", async () => {
	const vim = await startNeovim();
	await vim.edit(
		"a.py",
		"# %%\n|x = 1\nif True:\n    y = (x + 1)\n\n# %%\nz = y * 10\nz\n# %%\n1 / 0\n# %%\n'never'",
	);
	await vim.start();
	await vim.command("IpyaiRunLine");
	expect(await vim.shows(vim.shown, /x = 1 .*✓/)).toContain("✓ x = 1  [1] ✓ 0.1 s");
	await vim.command("4IpyaiRun");
	await vim.shows(vim.shown, /✓ {5}y = /);
	// A motion: two lines; a selection: the expression in the brackets.
	await vim.lua("vim.keymap.set({ 'n', 'x' }, 'gr', '<Plug>(ipyai-run)')");
	await vim.type("gg3jgrj");
	await vim.shows(vim.shown, /\[3\]/);
	await vim.type("gg3j0f(lvt)gr");
	expect(await vim.shows(vim.shown, /\[4\] ✓/)).toMatchInlineSnapshot(`
		"# %%
		✓ x = 1  [1] ✓ 0.1 s
		if True:
		✓     y = (x + 1)  [4] ✓ 0.1 s
		▎ 2

		# %%
		z = y * 10
		z
		# %%
		1 / 0
		# %%
		'never'"
	`);
	await vim.command("2");
	await vim.command("IpyaiRunCellNext");
	expect(await vim.lua("return vim.api.nvim_get_current_line()")).toBe("z = y * 10");
	await vim.command("IpyaiRunAbove");
	await vim.shows(vim.shown, /\[6\] ✓/);
	await vim.command("IpyaiRunAll");
	const all = await vim.shows(vim.shown, /Not run/);
	// IPython's releases write tracebacks in their own ways.
	expect(all.replace(/▎ -+\n(▎.*\n)*?(▎ ZeroDivisionError: )/, "$2")).toMatchInlineSnapshot(`
		"✓ # %%
		x = 1
		if True:
		    y = (x + 1)  [7] ✓ 0.1 s

		✓ # %%
		z = y * 10
		z  [8] ✓ 0.1 s
		▎ 20
		✗ # %%
		1 / 0  [9] ✗ 0.1 s
		▎ ZeroDivisionError: division by zero
		✗ # %%
		'never'  [ ] ✗ Not run, because an earlier cell failed or was interrupted."
	`);
	await vim.command("IpyaiClear!");
	expect(await vim.shown()).not.toMatch(/[▎✓✗]/);
});

test("a long output shows its beginning and says how much more there is; a window shows all of it", async () => {
	const vim = await startNeovim({ settings: { output: { max_lines: 3 } } });
	await vim.edit("a.py", "for i in range(50): print(i)\n|");
	await vim.start();
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /✓/)).toMatchInlineSnapshot(`
		"✓ for i in range(50): print(i)  [1] ✓ 0.1 s
		▎ 0
		▎ 1
		▎ 2
		▎ … 47 more lines below (:IpyaiOutput)
		"
	`);
	await vim.command("IpyaiOutput");
	await vim.shows(
		async () => String(await vim.lua("return vim.api.nvim_win_get_config(0).relative")),
		/editor/,
	);
	expect((await vim.lines()).split("\n")).toHaveLength(50);
	await vim.type("q");
	await vim.command("IpyaiOutput!");
	await vim.shows(() => vim.lines(), /49$/);
	expect(await vim.lua("return vim.api.nvim_win_get_config(0).relative")).toBe("");
});

test("a line that is wider than the window goes on in the next row, also when the window changes", async () => {
	const vim = await startNeovim({ settings: { output: { max_lines: 4 } } });
	await vim.edit("a.py", 'print("\\033[31m" + "=" * 60 + "日本" * 10)\nprint("x" * 100000)|');
	await vim.start();
	await vim.command("IpyaiRunCell");
	expect((await vim.shows(vim.shown, /✓/)).split("\n").slice(2)).toEqual([
		`▎ ${"=".repeat(60)}${"日本".repeat(4)}`,
		`▎ ${"日本".repeat(6)}`,
		`▎ ${"x".repeat(76)}`,
		`▎ ${"x".repeat(76)}`,
		"▎ … the rest of the line below (:IpyaiOutput)",
	]);
	await vim.command("vsplit");
	const width = Number(await vim.lua("return vim.api.nvim_win_get_width(vim.fn.win_getid(2)) - 4"));
	await vim.shows(vim.shown, new RegExp(`\n▎ ={${width}}\n▎ ={${60 - width}}日`));
	await vim.command("only");
	await vim.shows(vim.shown, /\n▎ ={60}日/);
});

test("of a long line that is not complete its end is shown, and nothing is wrapped without `wrap`", async () => {
	const vim = await startNeovim({ settings: { output: { max_lines: 2 } } });
	await vim.edit("a.py", 'import time\nprint("x" * 200 + "end", end="", flush=True); time.sleep(600)|');
	await vim.start();
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /\n▎ … the rest of the line above .*\n▎ x{76}\n▎ x{48}end$/);
	await vim.command("IpyaiInterrupt");
	await vim.shows(vim.shown, /✗ interrupted/);
	await vim.lua("require('ipyai').setup({ first_use = 'start', output = { wrap = false } })");
	await vim.edit("b.py", 'print("x" * 200)|');
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /\n▎ x{200}$/);
});

test("running and going on leads from a text to the next code", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# %% [markdown]\n# |Title\n\n# %%\nx = 1\n# %% [markdown]\n# End");
	await vim.start();
	await vim.command("IpyaiRunCellNext");
	expect(await vim.lua("return vim.api.nvim_get_current_line()")).toBe("x = 1");
	expect(await vim.shown()).not.toContain("[1]");
	await vim.command("IpyaiRunCellNext");
	await vim.shows(vim.shown, /\[1\] ✓/);
	await vim.command("$");
	await vim.notices();
	await vim.command("IpyaiRunCellNext");
	expect(await vim.notices()).toBe("There is no Python cell at the cursor.");
});

test("output stays when a filter rewrites the file and when it is read anew, once each", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# first\n# %%\n|a = 1\na\n# %%\nb = 2\nb");
	await vim.start();
	await vim.command("IpyaiRunAll");
	const both = /✓ # %%\na = 1\na .*\n▎ 1\n✓ # %%\nb = 2\nb .*\n▎ 2$/;
	await vim.shows(vim.shown, both);
	// As formatters do.
	await vim.type(":%!cat<CR>");
	await vim.shows(vim.shown, both);
	await vim.type(":%!sed 's/a = 1/a=1/'<CR>");
	await vim.shows(vim.shown, /✓ # %%\na=1\na .*\n▎ 1\n/);
	await vim.type("u");
	await vim.shows(vim.shown, both);
	await vim.command("write");
	await vim.command("edit!");
	await vim.shows(vim.shown, both);
	await vim.command("normal! G");
	await vim.command("IpyaiRunCell");
	expect((await vim.shows(vim.shown, /\[4\] ✓/)).match(/▎/g)).toHaveLength(2);
	await vim.command("IpyaiClear!");
	expect(await vim.shown()).not.toMatch(/[▎✓]/);
});

test("a cell's time is its own: it does not count while others before it run", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# %%\n|input(); 'first'\n# %%\n'second'");
	await vim.start();
	await vim.lua("vim.ui.input = function(_, done) _G.answer = done end");
	await vim.command("IpyaiRunAll");
	await vim.lua("vim.wait(15000, function() return _G.answer ~= nil end)");
	await vim.shows(vim.shown, /'first' {2}\[1\] ●\n.*\n'second' {2}\[ \] ● waits$/);
	await vim.lua("vim.wait(1000, function() return false end); _G.answer('')");
	await vim.shows(vim.shown, /\[2\] ✓/);
	const notes = JSON.stringify(
		await vim.lua(`
			local ns = vim.api.nvim_get_namespaces()["ipyai-outputs"]
			return vim.tbl_map(function(mark) return mark[4].virt_text end,
				vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true }))`),
	);
	const [first, second] = [...notes.matchAll(/([\d.]+) s/g)].map(([, seconds]) => Number(seconds));
	expect(first).toBeGreaterThanOrEqual(1);
	expect(second).toBeLessThan(first!);
});

test("output appears while the cell runs, and an interrupt ends it", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", 'import time\nprint("begun")\ntime.sleep(600)');
	await vim.start();
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /▎ begun/)).toContain("time.sleep(600)  [1] ●");
	await vim.command("IpyaiOutput!");
	await vim.shows(() => vim.lines(), /^begun$/);
	await vim.command("IpyaiInterrupt");
	expect(await vim.shows(() => vim.lines(), /KeyboardInterrupt:/)).toMatch(/^begun\n/);
	await vim.command("close");
	expect(await vim.shows(vim.shown, /✗/)).toContain("KeyboardInterrupt");
});

test("what does not tell how things are now says so: after an edit, until it is taken back, and after a restart", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# %%\n|a = 1\n# %%\nb = 2");
	await vim.start();
	await vim.command("IpyaiRunAll");
	await vim.shows(vim.shown, /a = 1 {2}\[1\] ✓ 0.1 s\n.*\n.*\[2\] ✓/);
	await vim.type("A + 1<Esc>");
	await vim.shows(vim.shown, /○ # %%\na = 1 \+ 1 {2}\[1\] ✓ 0.1 s · edited since\n✓ # %%/);
	await vim.type("u");
	await vim.shows(vim.shown, /✓ # %%\na = 1 {2}\[1\] ✓ 0.1 s\n/);
	await vim.command("IpyaiRestart");
	await vim.shows(
		vim.shown,
		/a = 1 {2}\[1\] ✓ 0.1 s · before the restart\n○ # %%\nb = 2 .* · before the restart$/,
	);
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /✓ # %%\na = 1 {2}\[1\] ✓ 0.1 s\n○/);
});

test("output moves with its code, goes when the code is deleted, and comes back with undo", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# %%\na = 1\na\n# %%\n|b = 2\nb\n# %%\nc = 3");
	await vim.start();
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /✓/);
	await vim.type("ggOtop<Esc>");
	expect(await vim.shown()).toMatch(/^✓ # %%\nb = 2\nb {2}\[1\] ✓ 0.1 s\n▎ 2$/m);
	await vim.type("/^b$<CR>ob + 1<Esc>");
	expect(await vim.shown()).toMatch(/^b\nb \+ 1 {2}\[1\] ✓ 0.1 s · edited since\n▎ 2$/m);
	await vim.type("uk0:5,7d<CR>");
	expect(await vim.shown()).not.toMatch(/▎|✓/);
	await vim.type("u");
	expect(await vim.shown()).toMatch(/^b {2}\[1\] ✓ 0.1 s\n▎ 2$/m);
	await vim.command("IpyaiRunCell");
	expect((await vim.shows(vim.shown, /\[2\] ✓/)).match(/▎ 2/g)).toHaveLength(1);
});

test("output follows a cell that is cut and put elsewhere, and back with undo", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# %%\n|a = 1\na\n# %%\nb = 2\nb");
	await vim.start();
	await vim.command("IpyaiRunAll");
	await vim.shows(vim.shown, /\[2\] ✓/);
	await vim.type("gg3ddGp");
	await vim.shows(vim.shown, /^✓ # %%\nb = 2\nb .*\n▎ 2\n✓ # %%\na = 1\na .*\n▎ 1$/);
	await vim.type("uu");
	await vim.shows(vim.shown, /^✓ # %%\na = 1\na .*\n▎ 1\n✓ # %%\nb = 2\nb .*\n▎ 2$/);
	await vim.type("<C-r><C-r>");
	await vim.shows(vim.shown, /▎ 2\n.*\n.*\n.*\n▎ 1$/);
	// A copy has none.
	await vim.type("ggyjGp");
	expect((await vim.shown()).match(/✓ #/g)).toHaveLength(2);
});

test("a file of another kind is no cell, but for what stands below a marker", async () => {
	const vim = await startNeovim();
	await vim.edit("a.lua", "|print(1)");
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.notices, /no Python cell/);
	await vim.start();
	await vim.edit("b.lua", "print(1)\n# %%\n|6 * 7");
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /[✓✗]/)).toContain("▎ 42");
});

test("fenced Python blocks of Markdown and Quarto are cells, other text is none", async () => {
	const vim = await startNeovim();
	await vim.edit("a.md", "Text.\n\n```python\nx = 5\n|x\n```\n\n```sh\nls\n```\n\n```{python}\nx + 1\n```");
	await vim.start();
	await vim.command("IpyaiRunAll");
	expect(await vim.shows(vim.shown, /\[2\] ✓/)).toMatchInlineSnapshot(`
		"Text.

		✓ \`\`\`python
		x = 5
		x
		\`\`\`  [1] ✓ 0.1 s
		▎ 5

		\`\`\`sh
		ls
		\`\`\`

		✓ \`\`\`{python}
		x + 1
		\`\`\`  [2] ✓ 0.1 s
		▎ 6"
	`);
	await vim.command("9");
	await vim.command("IpyaiRunCell");
	expect(await vim.notices()).toContain("There is no Python cell at the cursor.");
});

test("input() and getpass() are asked in Neovim; leaving the question interrupts the cell", async () => {
	const vim = await startNeovim();
	await vim.lua(`
		_G.answers = { "Ada" }
		vim.ui.input = function(options, done) _G.asked = options.prompt; done(table.remove(_G.answers, 1)) end
		vim.fn.inputsecret = function(prompt) _G.secret = prompt; return "s3cret" end
	`);
	await vim.edit("a.py", 'from getpass import getpass\n"hello " + input("Name? ") + getpass("Key? ")');
	await vim.start();
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /✓/)).toContain("▎ 'hello Adas3cret'");
	expect(await vim.lua("return { _G.asked, _G.secret }")).toEqual(["Name? ", "Key? "]);
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /✗/)).toContain("KeyboardInterrupt");
});

test("a picture or HTML opens in the person's program, or is written to a file", async () => {
	const vim = await startNeovim();
	await vim.lua("vim.ui.open = function(path) _G.opened = path end");
	await choose(vim, "^text/html");
	await vim.edit(
		"a.py",
		"from IPython.display import HTML, SVG\ndisplay(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'))\nHTML('<b>bold</b>')",
	);
	await vim.start();
	await vim.command("IpyaiOpen");
	expect(await vim.notices()).toContain("There is no output at the cursor.");
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /✓/);
	await vim.command("IpyaiOpen");
	const path = await vim.shows(async () => String(await vim.lua("return _G.opened")), /\.html$/);
	expect(readFileSync(path, "utf8")).toBe('<!doctype html>\n<meta charset="utf-8">\n<b>bold</b>\n');
	expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700]);
	expect(await vim.lua("return #_G.offered")).toBe(2);
	await choose(vim, "^image/svg");
	await vim.command("IpyaiSave drawing");
	const saved = join(vim.person.folder, "drawing.svg");
	await until(() => existsSync(saved));
	expect(readFileSync(saved, "utf8")).toContain("<svg");
	await vim.notices();
	await vim.command("IpyaiSave drawing.svg");
	await vim.shows(vim.notices, /drawing\.svg exists \(add ! to write anyway\)/);
	await vim.quit();
	expect(existsSync(path)).toBe(false);
});

test("Tab in a debugger's input completes names of its frame", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "def f():\n    inner_name = 123\n    breakpoint()\nf()");
	await vim.start();
	await vim.command("IpyaiRunCell");
	const mode = async () => String(((await vim.nvim.request("nvim_get_mode")) as { mode: string }).mode);
	await vim.shows(mode, /^c/);
	await vim.type("p inner_n<Tab> + 1<CR>");
	await vim.shows(vim.shown, /^▎ 124$/m);
	await vim.shows(mode, /^c/);
	await vim.type("c<CR>");
	await vim.shows(vim.shown, /✓/);
});

test("input() does not take what is typed elsewhere: it asks in normal mode", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "x = input('who? '); x|");
	await vim.start();
	await vim.command("IpyaiRunCell");
	await vim.type("Oab");
	await vim.shows(vim.notices, /Python waits for an answer in normal mode: who\?|$/);
	await vim.type("cd");
	await vim.shows(() => vim.lines(), /^abcd\n/);
	await vim.type("<Esc>");
	const mode = async () => String(((await vim.nvim.request("nvim_get_mode")) as { mode: string }).mode);
	await vim.shows(mode, /^c/);
	await vim.type("me<CR>");
	await vim.shows(vim.shown, /▎ 'me'/);
});

test("colours become highlights; nothing else of what a cell prints acts or hides", async () => {
	const vim = await startNeovim();
	await vim.edit(
		"a.py",
		String.raw`print("\x1b[1;31mred\x1b[0m \x1b]0;title\x07\x1b[2J\x1b[38;5;208mo\x1b[38;2;1;2;3mx\x1b[0m 10%\r 99%")
import sys; print("warn", file=sys.stderr)`,
	);
	await vim.start();
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /✓/)).toMatch(/▎ {2}99%ox 10%\n▎ warn$/);
	await vim.edit(
		"b.py",
		String.raw`print("\x1b[1;31mred\x1b[0m \x1b]0;title\x07\x1b[2J\x1b[38;5;208mo\x1b[38;2;1;2;3mx")`,
	);
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /✓/)).toMatch(/▎ red ox$/);
	const chunks = await vim.lua(`
		local ns = vim.api.nvim_get_namespaces()["ipyai-outputs"]
		for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, ns, 0, -1, { details = true })) do
			if mark[4].virt_lines then
				return vim.tbl_map(function(chunk)
					local hl = vim.api.nvim_get_hl(0, { name = chunk[2] })
					return { chunk[1], hl.link or ("%s %s %s"):format(hl.fg and ("#%06x"):format(hl.fg) or "", hl.ctermfg or "", hl.bold and "bold" or "") }
				end, mark[4].virt_lines[1])
			end
		end`);
	expect(chunks).toMatchInlineSnapshot(`
		[
		  [
		    "▎ ",
		    "#9b9ea4 8 ",
		  ],
		  [
		    "red",
		    "#cd3131 1 bold",
		  ],
		  [
		    " ",
		    "Normal",
		  ],
		  [
		    "o",
		    "#ff8700 208 ",
		  ],
		  [
		    "x",
		    "#010203 16 ",
		  ],
		]
	`);
});

test("cells of others appear in the session log with their output", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "mine = 1\nmine");
	await vim.start();
	const other = await vim.joinedBy("ipyai terminal");
	await other.run("theirs = 2\ntheirs");
	await vim.command("IpyaiLog");
	await vim.shows(() => vim.lines("ipyai://log"), /^2$/m);
	await vim.command("wincmd p");
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(() => vim.lines("ipyai://log"), /Neovim\n(.+\n)*1$/m)).toMatchInlineSnapshot(`
		"In [1] ipyai terminal
		    theirs = 2
		    theirs
		2

		In [2] Neovim
		    mine = 1
		    mine
		1

		"
	`);
	await vim.edit("b.py", "theirs + 40");
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /✓/)).toContain("▎ 42");
});
