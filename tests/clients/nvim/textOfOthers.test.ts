/** Nothing that others wrote acts, hides or reorders in a real Neovim: outputs, the chat, floats, notices, the status line. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startNeovim, type TestNeovim } from "../../support/neovim.ts";
import { faultsOf, inGroups, utf8Payloads } from "../../support/payloads.ts";
import { nextRequestId } from "../../support/sessionWithKernel.ts";

/** All that Neovim holds for a person to see: lines of buffers, what marks add to them, frames of floats, its status. */
const seenLua = `
	local seen = { require("ipyai").status(), vim.api.nvim_exec2("messages", { output = true }).output }
	local function add(text) if type(text) == "string" then table.insert(seen, text) end end
	local function chunks(list)
		if type(list) == "string" then return add(list) end
		for _, chunk in ipairs(list or {}) do add(chunk[1]) end
	end
	for _, buf in ipairs(vim.api.nvim_list_bufs()) do
		add(vim.api.nvim_buf_get_name(buf))
		vim.list_extend(seen, vim.api.nvim_buf_get_lines(buf, 0, -1, false))
		for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, -1, 0, -1, { details = true })) do
			chunks(mark[4].virt_text)
			add(mark[4].sign_text)
			for _, line in ipairs(mark[4].virt_lines or {}) do chunks(line) end
		end
	end
	for _, win in ipairs(vim.api.nvim_list_wins()) do
		local config = vim.api.nvim_win_get_config(win)
		chunks(config.title)
		chunks(config.footer)
		add(vim.wo[win].statusline)
	end
	vim.list_extend(seen, _G.notices)
	vim.list_extend(seen, _G.asked)
	return seen
`;

/** Remembers what the person is asked, and answers. */
const answersLua = `
	_G.asked = {}
	vim.ui.input = function(options, done) table.insert(_G.asked, options.prompt); done("answer") end
	vim.ui.select = function(items, options, done)
		table.insert(_G.asked, options.prompt)
		for _, item in ipairs(items) do
			table.insert(_G.asked, options.format_item and options.format_item(item) or tostring(item))
		end
		done(_G.denies and items[2] or nil)
	end
`;

const seenBy = async (vim: TestNeovim): Promise<string> => ((await vim.lua(seenLua)) as string[]).join("\n");

const expectClean = async (vim: TestNeovim, pattern: RegExp): Promise<void> => {
	const seen = await vim.shows(() => seenBy(vim), pattern);
	for (const line of seen.split("\n")) expect(faultsOf(line), line.slice(0, 300)).toEqual([]);
};

test("in a real Neovim", { timeout: 120_000 }, async () => {
	const vim = await startNeovim({ settings: { output: { max_lines: 2000 } } });
	const all = utf8Payloads.map(({ text }) => text);
	writeFileSync(join(vim.person.folder, "payloads.json"), JSON.stringify(all));
	const cells = [
		'import json\nP = json.load(open("payloads.json"))\nALL = "\\n".join(P)\nprint(ALL)\nprint("END" + " 1")',
		'import sys\nsys.stderr.write(ALL + "\\nEND" + " 2\\n")',
		'class Shown:\n    def _repr_mimebundle_(self, **_):\n        return {"text/plain": ALL + "\\nEND" + " 3", "text/html": ALL, "text/markdown": ALL + "\\n\\nEND 3"}\nShown()',
		'[ALL, "END" + " 5"]',
		'input(ALL + "\\nEND" + " 6")',
		'import warnings\nwarnings.warn(ALL + "\\nEND" + " 7")',
		'raise type("".join(c for c in ALL if c not in "\\0\\n")[:2000], (Exception,), {})(ALL + "\\nEND" + " 4")',
	];
	await vim.lua(answersLua);
	await vim.edit("a.py", cells.map((cell) => `# %%\n${cell}`).join("\n"));
	await vim.start();
	await vim.command("IpyaiRunAll");
	for (const number of [1, 2, 3, 4, 5, 6, 7]) await vim.shows(() => seenBy(vim), new RegExp(`END ${number}`));
	await expectClean(vim, /END 7/);
	await vim.command("IpyaiLog");
	await expectClean(vim, /END 7/);

	// Another participant, whose name, code, prompts and answers they are; tools ask for permission.
	const other = await vim.joinedBy(`Name ${all[0]}${all[1]}\u202e`);
	const { connection, sessionId } = other;
	const text = all.join("\n");
	await other.run(`"""${text.replaceAll("\0", "").replaceAll("\\", "")}"""; "END 8"`);
	await expectClean(vim, /END 8/);
	for (const group of inGroups(40, utf8Payloads)) {
		const title = group
			.map((payload) => payload.text)
			.join(" ")
			.slice(0, 180)
			.toWellFormed();
		await connection.request("session/rename", { sessionId, requestId: nextRequestId(), title });
	}
	await vim.command("IpyaiChat");
	const ask = (said: string) =>
		connection.request("session/prompt", {
			sessionId,
			requestId: nextRequestId(),
			content: [{ kind: "text", text: said }],
			source: `.${said}`,
		});
	await ask(`${text}\n@@say ${text}\n\n# ${text}\n\n\`\`\`python ${text}\n${text}\n\`\`\`\nEND 9@@`);
	await expectClean(vim, /END 9/);
	await ask(`@@think ${text}@@@@say END 10@@`);
	await expectClean(vim, /END 10/);
	const args = JSON.stringify({ code: `"""${text}"""  # END 11` });
	await ask(`@@tool pyrun ${args}@@@@then@@@@say END 12@@`);
	await expectClean(vim, /END 11/);
	const { approvalId } = await other.event("approvalAsked");
	await connection.request("permission/answer", {
		sessionId,
		approvalId,
		decision: "deny",
		message: text.slice(0, 9000),
	});
	await expectClean(vim, /END 12/);
	await vim.command("Ipyai context last");
	await expectClean(vim, /END/);
});
