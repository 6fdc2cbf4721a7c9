/** Prompts from a buffer: the conversation, answers below a cell, code blocks, settings. */
import { expect, test } from "vitest";
import { startNeovim } from "../../support/neovim.ts";

test("an answer streams into the conversation, beside the code", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "x = 1");
	await vim.start();
	await vim.command("IpyaiPrompt tell me @@say It is **one**.@@@@slow@@");
	const held = await vim.model.held();
	expect(await vim.shows(() => vim.lines("ipyai://chat"), /^It/m)).not.toMatch(/^It is .*one/m);
	held.release();
	expect(await vim.shows(() => vim.lines("ipyai://chat"), /^It is .*one/m)).toMatchInlineSnapshot(`
		"## You

		> tell me @@say It is **one**.@@@@slow@@

		It is **one**.

		"
	`);
	expect(await vim.lua("return vim.fn.expand('%')")).toBe("a.py");
});
