/** Alt-. in a buffer: ghost text that changes nothing until it is accepted. What a model suggests stands in ⟨⟩. */
import { expect, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { startLspEditor } from "../../support/lspEditor.ts";
import { startNeovim, type TestNeovim } from "../../support/neovim.ts";

/** A buffer whose suggestion is `text`, asked for at the `|`; Neovim is in insert mode. */
const suggest = async (before: string, text: string, settings: object = {}): Promise<TestNeovim> => {
	const vim = await startNeovim({ settings });
	await vim.edit("a.py", `"""@@say ${text}@@"""\n${before}`);
	await vim.start();
	await vim.type(/\|$/m.test(before) ? "A" : "i");
	return vim;
};
const shown = async (vim: TestNeovim): Promise<string> =>
	(await vim.shown()).replace(/^(.|\n)*@@("""|)\n/, "");
const isIdle = (vim: TestNeovim) => async () =>
	String(await vim.lua("return require('ipyai.suggest').is_visible()"));

test("a suggestion is shown at the cursor and below, and goes in whole", async () => {
	const vim = await suggest("df = load()\ndf.gro|", "upby('day'):\n    pass");
	await vim.type("<M-.>");
	expect(await vim.shows(() => shown(vim), /⟨/)).toMatchInlineSnapshot(`
		"df = load()
		df.gro⟨upby('day'):⟩
		    pass"
	`);
	expect(await vim.lines()).toMatch(/df\.gro$/);
	await vim.type("<M-l>");
	await vim.type("x");
	expect(await shown(vim)).toBe("df = load()\ndf.groupby('day'):\n    passx");
});

test("the server is told of what is shown and of each part that is accepted", async () => {
	const vim = await suggest("df.gro|", "upby('day')");
	const { statistics } = await startLspEditor(vim.person);
	await vim.type("<M-.>");
	await vim.shows(() => shown(vim), /⟨/);
	await until(async () => (await statistics()).shown === 1);
	await vim.type("<M-Right>");
	await until(async () => (await statistics()).partiallyAccepted === 1);
	await vim.type("<M-l>");
	await until(async () => (await statistics()).partiallyAccepted === 2);
	expect(await shown(vim)).toBe("df.groupby('day')");
});

test("it goes in word by word and line by line, and typing along goes on in it", async () => {
	const vim = await suggest("df.gro|", "upby('day')\nlen('next')");
	await vim.type("<M-.>");
	await vim.shows(() => shown(vim), /⟨/);
	await vim.type("<M-Right>");
	expect(await vim.shows(() => shown(vim), /upby⟨/)).toBe("df.groupby⟨('day')⟩\nlen('next')");
	await vim.type("(");
	expect(await vim.shows(() => shown(vim), /\(⟨/)).toBe("df.groupby(⟨'day')⟩\nlen('next')");
	await vim.type("<M-Down>");
	expect(await vim.shows(() => shown(vim), /\)⟨⟩/)).toBe("df.groupby('day')⟨⟩\nlen('next')");
	await vim.type("<M-Down>");
	expect(await vim.shows(() => shown(vim), /^len/m)).toBe("df.groupby('day')\nlen('next')");
	expect(await vim.lua("return require('ipyai.suggest').is_visible()")).toBe(false);
});

test("it goes when dismissed, when something else is typed, and with insert mode", async () => {
	const vim = await suggest("df.gro|", "upby()");
	for (const keys of ["<C-]>", "z<BS>", "<Esc>"]) {
		await vim.type("<Esc>A<M-.>");
		await vim.shows(() => shown(vim), /⟨/);
		await vim.type(keys);
		expect(await vim.shows(isIdle(vim), /false/)).toBe("false");
		expect(await shown(vim)).toBe("df.gro");
	}
	await vim.type("A<M-.>");
	await vim.shows(() => shown(vim), /⟨/);
	// A change by something else than typing.
	await vim.lua("vim.api.nvim_buf_set_lines(0, 0, 0, false, { 'new' })");
	await vim.type("<M-l>");
	expect((await vim.lines()).split("\n").at(-1)).toBe("df.gro");
});

test("an answer for a text that has changed is dropped", async () => {
	const vim = await suggest("df.gro|", "upby()@@@@hang");
	await vim.type("<M-.>");
	const held = await vim.model.held();
	await vim.type("x");
	await vim.lua("return 1");
	held.release();
	await held.closed;
	await vim.lua("return 1");
	expect(await shown(vim)).toBe("df.grox");
});

test("positions count as the server counts, and text behind the cursor stays", async () => {
	const vim = await suggest('s = "äöü😀" + le|)', "n");
	await vim.type("<M-.>");
	expect(await vim.shows(() => shown(vim), /⟨/)).toBe('s = "äöü😀" + le⟨n⟩)');
	await vim.type("<M-l>");
	expect(await shown(vim)).toBe('s = "äöü😀" + len)');
});

test("with automatic suggestions a pause in typing asks; the popup menu hides them", async () => {
	const vim = await suggest("value = 1\n|", "lue + 1", { suggest: { automatic: true, debounce_ms: 1 } });
	await vim.type("va");
	expect(await vim.shows(() => shown(vim), /⟨/)).toBe("value = 1\nva⟨lue + 1⟩");
	await vim.command("set completeopt=menuone,noselect");
	await vim.type("<C-x><C-n>");
	expect(await vim.shows(() => shown(vim), /^[^⟨]*$/)).toBe("value = 1\nva");
	expect(await vim.lua("return vim.fn.pumvisible()")).toBe(1);
	await vim.type("<C-e>");
	expect(await vim.shows(() => shown(vim), /⟨/)).toBe("value = 1\nva⟨lue + 1⟩");
});

test("a suggestion hides under the menus of blink.cmp and nvim-cmp, and comes back when they close", async () => {
	const vim = await suggest("x = |", "len");
	await vim.type("<M-.>");
	await vim.shows(() => shown(vim), /⟨len⟩/);
	// What these plugins have of it: a question, and a word when their answer changes.
	await vim.lua(`
		package.loaded["blink.cmp"] = { is_menu_visible = function() return _G.open end }
		_G.open = true
		vim.api.nvim_exec_autocmds("User", { pattern = "BlinkCmpMenuOpen" })`);
	await vim.shows(() => shown(vim), /^x = $/);
	await vim.lua(`_G.open = false; vim.api.nvim_exec_autocmds("User", { pattern = "BlinkCmpMenuClose" })`);
	await vim.shows(() => shown(vim), /⟨len⟩/);
	await vim.lua(`
		package.loaded["blink.cmp"] = nil
		local listeners = {}
		package.loaded["cmp"] = {
			visible = function() return _G.open end,
			event = { on = function(_, name, listener) listeners[name] = listener end },
		}
		_G.tell = function(name, open) _G.open = open; listeners[name]({}) end`);
	await vim.type("l");
	await vim.shows(() => shown(vim), /^x = l⟨en⟩$/);
	await vim.lua("_G.tell('menu_opened', true)");
	await vim.shows(() => shown(vim), /^x = l$/);
	await vim.lua("_G.tell('menu_closed', false)");
	await vim.shows(() => shown(vim), /^x = l⟨en⟩$/);
});

test("live names are a source for blink.cmp and nvim-cmp, with what each replaces", async () => {
	const vim = await startNeovim();
	const asked = (source: string, method: string) =>
		vim.lua(
			`
			local source, method = ...
			local made, answer = require("ipyai.completion." .. source).new()
			if not (made.enabled or made.is_available)(made) then return "off" end
			made[method](made, {}, function(given) answer = given end)
			vim.wait(10000, function() return answer ~= nil end, 5)
			return vim.tbl_map(function(item)
				local range = item.textEdit.range
				return { item.label, item.kind, range.start.line, range.start.character, range["end"].character }
			end, answer.items)`,
			source,
			method,
		);
	await vim.edit("a.py", "# %%\nlive_value = {'ä1': 1}\n# %%\ns = 'ä' + live_v|");
	expect(await asked("blink", "get_completions")).toBe("off");
	await vim.start();
	await vim.command("IpyaiRunAbove");
	await vim.shows(vim.shown, /✓/);
	const live = [["live_value", 6, 3, 11, 17]];
	await vim.type("A");
	// The first time Python takes a while to look around.
	await vim.shows(async () => JSON.stringify(await asked("blink", "get_completions")), /live_value/);
	expect(await asked("blink", "get_completions")).toEqual(live);
	expect(await asked("cmp", "complete")).toEqual(live);
	expect(await vim.lua("return require('ipyai.completion.cmp').new():get_position_encoding_kind()")).toBe(
		"utf-8",
	);
});

test("what a suggestion says of the text behind the cursor is shown once, and taken the place of", async () => {
	const vim = await suggest("df = {}\ndf['|']", "a'].mean()");
	await vim.type("<M-.>");
	expect(await vim.shows(() => shown(vim), /⟨/)).toBe("df = {}\ndf['⟨a⟩']⟨.mean()⟩");
	await vim.type("<M-l>");
	expect(await vim.shows(() => shown(vim), /^[^⟨]*$/)).toBe("df = {}\ndf['a'].mean()");
	expect(await vim.lua("return vim.api.nvim_win_get_cursor(0)[2]")).toBe("df['a'].mean()".length);
});

test("one of several is chosen with next and previous", async () => {
	const vim = await suggest("x = |", "1");
	// The server gives one; others may give more.
	await vim.lua(`
		local host = require("ipyai.host")
		local call = host.call
		host.call = function(method, params, done)
			if method ~= "suggest" then return call(method, params, done) end
			done(nil, { { id = 1, text = "one()", replace = 0 }, { id = 2, text = "two()", replace = 0 } })
		end
	`);
	await vim.type("<M-.>");
	expect(await vim.shows(() => shown(vim), /⟨/)).toBe("x = ⟨one() 1/2⟩");
	await vim.type("<M-n>");
	expect(await vim.shows(() => shown(vim), /two/)).toBe("x = ⟨two() 2/2⟩");
	await vim.type("<M-p><M-p><M-l>");
	expect(await vim.shows(() => shown(vim), /^[^⟨]*$/)).toBe("x = two()");
});

test("a suggestion needs no session", async () => {
	const vim = await startNeovim();
	await vim.edit("a.md", "@@say is here@@\nText that |");
	await vim.type("A<M-.>");
	expect(await vim.shows(() => shown(vim), /⟨/)).toBe("Text that ⟨is here⟩");
});

test("asked again while one is shown it gives another, behind the one it knew", async () => {
	const vim = await suggest("x = |", "1@@@@then@@");
	await vim.type("<M-.>");
	expect(await vim.shows(() => shown(vim), /⟨/)).toBe("x = ⟨1⟩");
	// The model says the same again: that is no other.
	await vim.type("<M-.>");
	await vim.shows(vim.notices, /No other suggestion\./);
	expect(await shown(vim)).toBe("x = ⟨1⟩");
	await vim.lua(`
		local host = require("ipyai.host")
		local call = host.call
		host.call = function(method, params, done)
			if method ~= "suggest" then return call(method, params, done) end
			_G.instead = table.concat(params.instead or {}, " ")
			done(nil, { { id = 2, text = "two()", replace = 0 } })
		end
	`);
	await vim.type("<M-.>");
	expect(await vim.shows(() => shown(vim), /two/)).toBe("x = ⟨two() 2/2⟩");
	expect(await vim.lua("return _G.instead")).toBe("1");
	await vim.type("<M-p>");
	expect(await vim.shows(() => shown(vim), /1 1/)).toBe("x = ⟨1 1/2⟩");
});

test("another kernel takes the suggestion away", async () => {
	const vim = await suggest("x = |", "1");
	await vim.type("<M-.>");
	await vim.shows(() => shown(vim), /⟨/);
	await vim.command("IpyaiRestart");
	expect(await vim.shows(() => shown(vim), /^[^⟨]*$/)).toBe("x = ");
});
