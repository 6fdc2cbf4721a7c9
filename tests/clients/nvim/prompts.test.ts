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
	expect(await vim.shows(() => vim.lines("ipyai://chat"), /^It is \*\*one\*\*\.$/m)).toMatchInlineSnapshot(`
		"## You

		> tell me @@say It is **one**.@@@@slow@@
		>
		> The cell at the cursor, not run yet, from a.py, line 1:
		> \`\`\`python
		> x = 1
		> \`\`\`

		It is **one**.

		"
	`);
	expect(await vim.lua("return vim.fn.expand('%')")).toBe("a.py");
});

test("what the model thinks stands above its answer, folded and no code of it", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "x = 1");
	await vim.start();
	await vim.command("Ipyai think h");
	await vim.command("IpyaiPrompt why @@think First this.\n\nThen that.@@@@say Because.@@");
	await vim.shows(() => vim.lines("ipyai://chat"), /^Because/m);
	expect(await vim.lines("ipyai://chat")).toContain("┊ First this.\n┊ \n┊ Then that.\n\nBecause.\n");
	const folds = `
		local win = vim.fn.win_findbuf(vim.fn.bufnr("ipyai://chat"))[1]
		return vim.api.nvim_win_call(win, function()
			local row = vim.fn.search("^┊", "w")
			return vim.fn.foldclosed(row) > 0 and vim.fn.foldtextresult(row) or "open"
		end)`;
	await vim.shows(async () => String(await vim.lua(folds)), /┊ Thinking, 3 lines/);
	const shy = await startNeovim({ settings: { chat: { thinking: "hide" } } });
	await shy.edit("a.py", "x = 1");
	await shy.start();
	await shy.command("IpyaiPrompt why @@think First this.@@@@say Because.@@");
	await shy.shows(() => shy.lines("ipyai://chat"), /^Because/m);
	expect(await shy.lines("ipyai://chat")).not.toContain("┊");
});

test("a prompt about a range carries its code; an answer below a cell is one change that undo takes back", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# %%\nif x:\n|    y = `1`\n# %%\nz = 2");
	await vim.start();
	await vim.command("2,3IpyaiPrompt what is this?");
	await vim.shows(() => vim.lines("ipyai://chat"), /You said/);
	expect(vim.model.requests.at(-1)!.raw).toContain(
		"<quoted>From a.py, lines 2-3:\\n```python\\nif x:\\n    y = `1`\\n```",
	);
	await vim.command("IpyaiPrompt! explain @@say First.\n\n- second@@@@slow@@");
	const held = await vim.model.held();
	await vim.shows(vim.shown, /▎ Fi/);
	expect(await vim.lines()).not.toContain("Fi");
	held.release();
	await vim.shows(() => vim.lines(), /second/);
	expect(await vim.shown()).toMatchInlineSnapshot(`
		"# %%
		if x:
		    y = \`1\`

		# %% [markdown]
		# First.
		#
		# - second

		# %%
		z = 2"
	`);
	await vim.type("u");
	expect(await vim.lines()).toBe("# %%\nif x:\n    y = `1`\n# %%\nz = 2");
	await vim.edit("c.py", "# %%\n|x = 1\n# %%\nz = 2");
	await vim.command("IpyaiPrompt! how? @@say So:\n\n```python\ny = x\ny\n```\n\nor:\n```sh\nls\n```@@");
	await vim.shows(() => vim.lines(), /# ```\n\n/);
	expect(await vim.lines()).toMatchInlineSnapshot(`
		"# %%
		x = 1

		# %% [markdown]
		# So:

		# %%
		y = x
		y

		# %% [markdown]
		# or:
		# \`\`\`sh
		# ls
		# \`\`\`

		# %%
		z = 2"
	`);
	await vim.edit("b.md", "```python\n|x\n```\nText.");
	await vim.command("IpyaiPrompt! and here? @@say Below.@@");
	expect(await vim.shows(() => vim.lines(), /Below/)).toBe("```python\nx\n```\n\nBelow.\nText.");
});

test("an answer that cannot stand below its code is said to be in the conversation", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "|x = 1");
	await vim.start();
	await vim.command("setlocal nomodifiable");
	await vim.command("IpyaiPrompt! hello");
	await vim.shows(vim.notices, /:IpyaiChat shows it/);
	expect(await vim.shown()).toBe("x = 1");
	await vim.command("IpyaiChat");
	expect(await vim.lines()).toContain("You said: hello");
});

test("without a text an input opens: Enter sends, Escape in normal mode leaves; a selection goes along", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "|one = 1\ntwo = 2");
	await vim.start();
	await vim.command("IpyaiPrompt");
	await vim.type("never sent<Esc><Esc>");
	expect(await vim.lines()).toBe("one = 1\ntwo = 2");
	await vim.type("Vj,p");
	await vim.type("first<C-j>second<CR>");
	await vim.shows(() => vim.lines("ipyai://chat"), /You said/);
	expect(vim.model.requests).toHaveLength(1);
	expect(vim.model.requests[0]!.raw).toContain("<quoted>From a.py, lines 1-2:");
	expect(await vim.lua("return vim.api.nvim_get_mode().mode")).toBe("n");
});

test("the input grows with its text; earlier prompts and what was left unsent come back with Up", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "x = 1");
	await vim.start();
	const height = () => vim.lua("return vim.api.nvim_win_get_height(0)");
	await vim.command("IpyaiPrompt one");
	await vim.shows(() => vim.lines("ipyai://chat"), /You said: one/);
	await vim.type(",p");
	expect(await height()).toBe(3);
	await vim.type(`a<C-j>b<C-j>c<C-j>d<C-j>${"long ".repeat(20)}`);
	await vim.shows(async () => String(await height()), /^6$/);
	await vim.type("<Esc><Esc>");
	await vim.type(",p");
	await vim.type("new<Up>");
	await vim.shows(() => vim.lines(), /^a\nb\nc\nd\nlong/);
	// Within a text it moves the cursor.
	const row = async () => String(await vim.lua("return vim.fn.line('.')"));
	await vim.type("<Down><Down>");
	await vim.shows(row, /^3$/);
	await vim.type("<Up><Up>");
	await vim.shows(row, /^1$/);
	await vim.type("<Up>");
	await vim.shows(() => vim.lines(), /^one$/);
	await vim.type("<Up><Down><Down>");
	await vim.shows(() => vim.lines(), /^new$/);
	await vim.type("<Up><Up> more<CR>");
	await vim.shows(() => vim.lines("ipyai://chat"), /You said: one more/);
});

test("the cell at the cursor goes with a prompt where the session does not have it as it stands, and its error", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# %%\nx = 1\n|\n# %%\nz = 2");
	await vim.start();
	const sent = async (text: string): Promise<string> => {
		await vim.command(`IpyaiPrompt ${text}`);
		await vim.shows(() => vim.lines("ipyai://chat"), new RegExp(`^You said: ${text}`, "m"));
		return vim.model.requests.at(-1)!.raw;
	};
	expect(await sent("one")).toContain(
		"<quoted>The cell at the cursor, not run yet, from a.py, line 2:\\n```python\\nx = 1\\n```",
	);
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /✓/);
	const count = (raw: string) => raw.split("The cell at the cursor").length - 1;
	expect(count(await sent("two"))).toBe(1);
	await vim.lua("vim.api.nvim_buf_set_lines(0, 1, 2, false, { 'x = 1 + None' })");
	expect(await sent("three")).toContain("The cell at the cursor, edited since it ran, from a.py, line 2:");
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /✗/);
	const failed = await sent("four");
	expect(failed).toContain(
		"The cursor is in the cell In [5], a.py, line 2, which failed: TypeError: unsupported",
	);
	await vim.lua("vim.api.nvim_buf_set_lines(0, 1, 2, false, { 'x = 1 +' })");
	expect(await sent("five")).toMatch(
		/x = 1 \+\\n```\\nWhen it ran last it failed:\\n```text(?:(?!```).)*TypeError/,
	);
	// A selection goes alone.
	await vim.command("4,5IpyaiPrompt six");
	await vim.shows(() => vim.lines("ipyai://chat"), /^You said: six/m);
	const six = vim.model.requests.at(-1)!.raw;
	expect(six.slice(six.indexOf("You said: five"))).toContain("<quoted>From a.py, lines 4-5:");
	expect(six.slice(six.indexOf("You said: five"))).not.toContain("at the cursor");
	await vim.lua(
		"require('ipyai').setup({ command = require('ipyai.host').command(), chat = { cell = false } })",
	);
	const before = count(vim.model.requests.at(-1)!.raw);
	expect(count(await sent("seven"))).toBe(before);
});

test("the input says which cell goes along, and leaves it out when asked", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "|x = 1");
	await vim.start();
	const title = async () =>
		String(
			await vim.lua(`
				local title = vim.api.nvim_win_get_config(0).title
				return title and title[1][1] or ""`),
		);
	await vim.type(",p");
	await vim.shows(title, /^ Ask, with the cell at the cursor, not run yet $/);
	await vim.type("<C-g>");
	await vim.shows(title, /^ Ask, without the cell/);
	await vim.type("hello<CR>");
	await vim.shows(() => vim.lines("ipyai://chat"), /^You said: hello/m);
	expect(vim.model.requests.at(-1)!.raw).not.toContain("x = 1");
	await vim.type(",p");
	await vim.shows(title, /with the cell/);
	await vim.type("again<CR>");
	await vim.shows(() => vim.lines("ipyai://chat"), /^> again\n>\n> The cell at the cursor, not run yet/m);
});

test("a selection of characters or of a block goes along as it is", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "|total = sum(prices) / 2\nother = total");
	await vim.start();
	const asked = async (keys: string, question: string): Promise<string> => {
		const before = vim.model.requests.length;
		await vim.type(keys);
		// What is typed before the input is open would be commands.
		await vim.shows(
			async () => String(((await vim.nvim.request("nvim_get_mode")) as { mode: string }).mode),
			/[ic]/,
		);
		await vim.type(`${question}<CR>`);
		await vim.shows(async () => String(vim.model.requests.length), new RegExp(`^${before + 1}$`));
		return vim.model.requests.at(-1)!.raw;
	};
	expect(await asked("0fsve,p", "why?")).toContain(
		"<quoted>From a.py, line 1, columns 9-11:\\n```python\\nsum\\n```",
	);
	expect(await asked("gg0fsvj0e:", "IpyaiPrompt so?")).toContain(
		"<quoted>From a.py, line 1, column 9, to line 2, column 5:\\n```python\\nsum(prices) / 2\\nother\\n```",
	);
	expect(await asked("gg0<C-v>jl,p", "block?")).toContain(
		"From a.py, lines 1-2:\\n```python\\nto\\not\\n```",
	);
	expect(await asked("gg0Vj,p", "lines?")).toContain(
		"```python\\ntotal = sum(prices) / 2\\nother = total\\n```",
	);
});

test("code blocks of the answer go in at the cursor: one, all, next and previous", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "def f():\n    |");
	await vim.start();
	const answer = "Try:\n```python\na = 1\nb = 2\n```\nor\n```sh\nls\n```\nor\n```py\nc = 3\n```";
	await vim.command(`IpyaiPrompt code @@say ${answer}@@`);
	await vim.shows(async () => String(await vim.lua("return #require('ipyai.chat').blocks")), /2/);
	await vim.command("wincmd t");
	await vim.type("A<M-!>");
	expect(await vim.lines()).toBe("def f():\n    a = 1\n    b = 2");
	await vim.type("<Esc>u<M-W>");
	expect(await vim.lines()).toMatchInlineSnapshot(`
		"def f():
		    a = 1
		    b = 2

		    c = 3"
	`);
	await vim.type("u<M-S-Down>");
	expect(await vim.lines()).toBe("def f():\n    a = 1\n    b = 2");
	await vim.type("<M-S-Down>");
	expect(await vim.lines()).toBe("def f():\n    c = 3");
	await vim.type("<M-S-Up>");
	expect(await vim.lines()).toBe("def f():\n    a = 1\n    b = 2");
	await vim.type("<M-#>");
	expect(await vim.notices()).toContain("The newest answer has 2 code blocks.");
});

test("an answer is cancelled; a failed one is told", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "x = 1");
	await vim.start();
	await vim.command("IpyaiPrompt wait @@hang@@");
	await vim.model.held();
	await vim.command("IpyaiCancel");
	await vim.shows(() => vim.lines("ipyai://chat"), /Cancelled\./);
	await vim.command("IpyaiCancel");
	await vim.shows(vim.notices, /No answer is running/);
	await vim.command("IpyaiPrompt break @@error 400@@");
	await vim.shows(() => vim.lines("ipyai://chat"), /\*\*Failed:\*\*/);
});

test("settings are shown, changed and completed", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "x = 1");
	await vim.start();
	await vim.command("Ipyai think h");
	await vim.shows(vim.notices, /think = h/);
	await vim.command("Ipyai permissions yolo");
	await vim.shows(async () => String(await vim.lua("return require('ipyai').status()")), /yolo/);
	await vim.command("Ipyai thnk");
	await vim.shows(vim.notices, /Did you mean :Ipyai think\?/);
	const complete = (line: string) => vim.lua("return vim.fn.getcompletion(..., 'cmdline')", line);
	expect(await complete("Ipyai per")).toEqual(["permissions"]);
	expect(await complete("Ipyai permissions ")).toEqual(["ask", "auto", "plan", "yolo"]);
	expect(await complete("Ipyai backend claude-a")).toEqual(["claude-api"]);
	await vim.command("Ipyai context what now");
	await vim.shows(() => vim.lines(), /what now/);
	await vim.type("q");
	await vim.command("Ipyai reset");
	await vim.shows(vim.notices, /\S/);
});

test("an answer of several lines is a window to read, short or long: q and Escape leave it", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "x = 1\ny = 2");
	await vim.start();
	await vim.command("Ipyai backend openai-api");
	expect(await vim.shows(async () => String(await vim.lua(float)), /backend = openai-api/)).toContain("\n");
	expect(await vim.lua("return vim.fn.expand('%')")).toBe("");
	await vim.type("<Esc>");
	expect(await vim.lua(float)).toBe("");
	expect(await vim.lua("return vim.fn.expand('%')")).toBe("a.py");
	await vim.command("Ipyai help");
	const help = await vim.shows(() => vim.lines(), /:help ipyai$/);
	expect(help).toContain(":Ipyai shows the settings; :Ipyai COMMAND:");
	expect(help).not.toContain("%ipyai");
	await vim.type("q");
	for (const command of ["IpyaiChat", "IpyaiLog"]) {
		await vim.command(command);
		expect(await vim.lua("return vim.fn.expand('%')")).toMatch(/^ipyai:/);
		await vim.type("<Esc>");
		expect(await vim.lua("return vim.fn.expand('%')")).toBe("a.py");
	}
});

const approve = `
	vim.ui.select = function(items, options, done)
		_G.asked = vim.tbl_map(options.format_item, items)
		_G.choose = function(index) done(items[index], index) end
	end
`;
const tool = (code: string) => `IpyaiPrompt run it @@tool pyrun {"code": "${code}"}@@`;
const float = `
	for _, win in ipairs(vim.api.nvim_list_wins()) do
		if vim.api.nvim_win_get_config(win).relative ~= "" then
			return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false), "\\n")
		end
	end
	return ""
`;

test("a tool's code is shown and asked about; the answer counts", async () => {
	const vim = await startNeovim();
	await vim.lua(approve);
	await vim.edit("a.py", "x = 41");
	await vim.start();
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /✓/);
	await vim.command(tool("x + 1"));
	expect(await vim.shows(async () => String(await vim.lua(float)), /x/)).toBe("x + 1");
	await vim.shows(async () => String(await vim.lua("return vim.inspect(_G.asked)")), /Allow/);
	expect(await vim.lua("return _G.asked")).toMatchInlineSnapshot(`
		[
		  "Allow",
		  "Always: run any Python code in this session without asking",
		  "Deny",
		  "Deny and say why",
		]
	`);
	await vim.lua("_G.asked = nil; _G.choose(1)");
	expect(await vim.shows(() => vim.lines("ipyai://chat"), /TOOL SAID: 42/)).toContain(
		"🔧 `pyrun`\n\n```python\nx + 1\n```\n\n→ `42`\n",
	);
	expect(await vim.lua(float)).toBe("");
	// Left without a choice it waits, and can be asked about again; a reason goes to the model.
	await vim.command(tool("x + 2"));
	await vim.shows(async () => String(await vim.lua("return vim.inspect(_G.asked)")), /Allow/);
	await vim.lua("_G.choose(99)");
	expect(await vim.lua(float)).toBe("x + 2");
	await vim.lua("vim.ui.input = function(_, done) done('not now') end");
	await vim.command("IpyaiApprove");
	await vim.lua("_G.choose(4)");
	await vim.shows(() => vim.lines("ipyai://chat"), /TOOL SAID: .*not now/);
	expect(await vim.lua(float)).toBe("");
});

test("of code that is too long for the float all can be read, and then it is asked about again", async () => {
	const vim = await startNeovim();
	await vim.lua(approve);
	await vim.edit("a.py", "x = 41");
	await vim.start();
	const asked = async () => String(await vim.lua("return vim.inspect(_G.asked)"));
	const code = `${Array.from({ length: 40 }, (_, n) => `x${n} = ${n}`).join("\\n")}\\n40 + 2`;
	await vim.lua("vim.cmd(...)", tool(code));
	await vim.shows(asked, /^{ "Read all of it", "Allow"/);
	await vim.lua("_G.asked = nil; _G.choose(1)");
	await vim.type("G");
	expect(await vim.lua("return vim.api.nvim_get_current_line()")).toBe("40 + 2");
	await vim.type("q");
	await vim.shows(asked, /Allow/);
	expect(await vim.lines("%")).toBe("x = 41");
	await vim.lua("_G.choose(2)");
	await vim.shows(() => vim.lines("ipyai://chat"), /TOOL SAID: 42/);
	expect(await vim.lua(float)).toBe("");
	// Wide lines count as what they take.
	await vim.lua("_G.asked = nil; vim.cmd(...)", tool(`'${"x".repeat(2000)}'`));
	await vim.shows(asked, /Read all of it/);
});

test("in the conversation a tool's code is coloured, and long code and output are folded", async () => {
	const vim = await startNeovim({ settings: { session: { permissions: "yolo" } } });
	await vim.edit("a.py", "x = 1");
	await vim.start();
	const code = "def f(n):\\n    return n\\nfor x in range(40): print('row', f(x))";
	await vim.lua("vim.cmd(...)", tool(code));
	await vim.shows(() => vim.lines("ipyai://chat"), /TOOL SAID/);
	await vim.command("IpyaiChat");
	const folds = `
		local found = {}
		for row = 1, vim.fn.line("$") do
			if vim.fn.foldclosed(row) == row then table.insert(found, vim.fn.foldtextresult(row)) end
		end
		return found`;
	await vim.shows(async () => JSON.stringify(await vim.lua(folds)), /^\["▸ 40 lines: row 0"\]$/);
	const groups = `
		vim.cmd("redraw")
		local row = vim.fn.search("^def f", "w")
		return { vim.fn.synIDattr(vim.fn.synID(row, 1, 1), "name"), vim.fn.synIDattr(vim.fn.synID(row, 5, 1), "name") }`;
	expect(await vim.lua(groups)).toEqual(["pythonStatement", "pythonFunction"]);
	// What is open stays so while the conversation goes on.
	await vim.lua("vim.fn.search('^row 0'); vim.cmd('normal! zo')");
	await vim.command("IpyaiPrompt more @@say Yes.@@");
	await vim.shows(() => vim.lines("ipyai://chat"), /^Yes/m);
	expect(await vim.lua(folds)).toEqual([]);
});

/** The mode of Neovim's own question; the second is that of 0.10. */
const asking = /^(c|rm)/;

test("who types is not interrupted; another's answer closes the question, Neovim's own one too", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "x = 41");
	await vim.start();
	const other = await vim.joinedBy("ipyai terminal");
	const mode = async () => String(((await vim.nvim.request("nvim_get_mode")) as { mode: string }).mode);
	await vim.type("Oa");
	await vim.command(tool("1 + 1"));
	await vim.shows(async () => String(await vim.lua(float)), /1/);
	await vim.type("bc<Esc>");
	await vim.shows(mode, asking);
	const { approvalId } = await other.event("approvalAsked");
	const { sessionId } = other;
	await other.connection.request("permission/answer", { sessionId, approvalId, decision: "allow" });
	await vim.shows(mode, /n/);
	await vim.shows(() => vim.lines("ipyai://chat"), /TOOL SAID: 2/);
	expect(await vim.lua(float)).toBe("");
	expect(await vim.notices()).toContain("pyrun allowed by ipyai terminal");
	expect(await vim.lines()).toBe("abc\nx = 41");
	expect(await vim.lua("return vim.v.errmsg")).toBe("");
	// Ctrl-C leaves the question open.
	await vim.command(tool("2 + 2"));
	await vim.shows(mode, asking);
	await vim.type("<C-c>");
	await vim.shows(vim.notices, /still waits/);
	expect(await vim.lua(float)).toBe("2 + 2");
});

test("prompts of others appear in the conversation", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "x = 1");
	await vim.start();
	const other = await vim.joinedBy("ipyai terminal");
	const { sessionId } = other;
	await other.connection.request("session/prompt", {
		sessionId,
		requestId: "p",
		content: [{ kind: "text", text: "from there @@say Hello.@@" }],
	});
	await other.event("turnFinished");
	await vim.command("IpyaiChat");
	expect(await vim.shows(() => vim.lines("ipyai://chat"), /^Hello/m)).toMatchInlineSnapshot(`
		"## ipyai terminal

		> from there @@say Hello.@@

		Hello.

		"
	`);
	// They go, and this Neovim comes back: the past still says whose it is.
	await vim.command("IpyaiStop!");
	await vim.shows(vim.notices, /it goes on/);
	other.connection.close();
	await vim.command(`IpyaiJoin ${sessionId}`);
	await vim.shows(() => vim.lines("ipyai://chat"), /^## ipyai terminal\n\n> from there/m);
	await vim.command("IpyaiStop");
	await vim.shows(vim.notices, /has ended/);
});

test("Tab in the input completes a reference that is begun, and is a tab elsewhere", async () => {
	const vim = await startNeovim();
	await vim.edit("a.py", "# %%\ndef fetch(größe): return größe\n|fetched = 3\nfetched + 4");
	await vim.start();
	await vim.command("IpyaiRunCell");
	await vim.shows(vim.shown, /7$/m);
	await vim.command("IpyaiPrompt");
	await vim.type("größe: use &`fe");
	await vim.type("<Tab>");
	const written = () => vim.lines();
	await vim.shows(written, /^größe: use &`fetch$/m);
	await vim.type("` and $`fetche<Tab>");
	await vim.shows(written, /^größe: use &`fetch` and \$`fetched$/m);
	await vim.type("` ok<Tab>so");
	await vim.shows(written, /ok\s+so$/m);
});
