/** Cells from a buffer: what runs, and what is seen below it. */
import { expect, test } from "vitest";
import { startNeovim } from "../../support/neovim.ts";

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
