/** Keys and runs where they could get in the way: Tab, normal mode, a session that is not there yet. */
import { expect, test } from "vitest";
import { startNeovim } from "../../support/neovim.ts";

test("a key for suggestions does what it did before while none shows", async () => {
	const vim = await startNeovim({ settings: { keys: { accept: "<Tab>", "accept-word": "<C-y>" } } });
	await vim.edit("a.py", "|");
	await vim.type("ax<Tab><Tab>y<Esc>");
	expect(await vim.lines()).toBe("x       y");
	await vim.lua("vim.keymap.set('i', '<C-g>', function() return 'mapped' end, { expr = true })");
	await vim.lua("require('ipyai').setup({ keys = { accept = '<C-g>' } })");
	await vim.edit("b.py", "|");
	await vim.type("a<C-g><Esc>");
	expect(await vim.lines()).toBe("mapped");
	expect(await vim.lua("return require('ipyai').suggestion.is_visible()")).toBe(false);
});

test("two runs of a cell before there is a session both run; the newer shows", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "|n = globals().get('n', 0) + 1; n");
	await vim.command("IpyaiRunCell");
	expect(await vim.shown()).toContain("waits for a session");
	await vim.command("IpyaiRunCell");
	expect(await vim.shows(vim.shown, /\[2\] ✓/)).toContain("▎ 2");
});
