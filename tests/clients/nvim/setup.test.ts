/** What Neovim loads and when, options, maps, help and health. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../../support/folder.ts";
import { neovimOf, neovimPath, pluginFolder, startNeovim } from "../../support/neovim.ts";
import { repository } from "../../support/sources.ts";

/** Runs Lua in a bare Neovim with the plugin, and gives what it returns. */
const bare = (code: string): unknown => {
	const home = folderWith({ "run.lua": `io.write(vim.json.encode((function() ${code} end)()))` });
	const text = execFileSync(
		neovimPath(),
		[
			"--clean",
			"--headless",
			"--cmd",
			`set rtp+=${pluginFolder}`,
			"-c",
			`luafile ${join(home, "run.lua").replaceAll(" ", "\\ ")}`,
			"+qa!",
		],
		{ encoding: "utf8", env: { PATH: process.env.PATH, HOME: home } },
	);
	return JSON.parse(text);
};

const commands = (): string[] =>
	bare(`
	local names = vim.tbl_filter(function(name) return name:match("^Ipyai") end, vim.tbl_keys(vim.api.nvim_get_commands({})))
	table.sort(names)
	return names
`) as string[];

test("starting Neovim reads one file and loads nothing", () => {
	expect(
		bare(`
			local loaded = vim.tbl_filter(function(name) return name:match("^ipyai") end, vim.tbl_keys(package.loaded))
			local scripts = vim.tbl_filter(function(script) return script.name:match("nvim/plugin/ipyai") end, vim.fn.getscriptinfo())
			return { #loaded, #scripts, #vim.api.nvim_list_chans() }
		`),
	).toEqual([0, 1, expect.any(Number)]);
});

test(":packadd of a link to the folder gives the commands, and finds the program it is a part of", () => {
	const home = folderWith({});
	const packages = join(home, "pack/ipyai/opt");
	mkdirSync(packages, { recursive: true });
	symlinkSync(pluginFolder, join(packages, "ipyai"));
	const said = execFileSync(
		neovimPath(),
		[
			"--clean",
			"--headless",
			"--cmd",
			`lua vim.opt.packpath:append("${home}")`,
			"-c",
			"packadd ipyai",
			"-c",
			'lua io.write(vim.fn.exists(":IpyaiRunCell") .. " " .. require("ipyai.host").command()[1])',
			"+qa!",
		],
		{ encoding: "utf8", env: { PATH: process.env.PATH, HOME: home } },
	);
	expect(said).toBe(`2 ${join(repository, "bin/ipyai")}`);
});

test.runIf(neovimOf("0.12") !== null)(
	"Neovim 0.12 runs cells, asks, suggests and opens notebooks",
	async () => {
		const vim = await startNeovim({ program: neovimOf("0.12")! });
		expect(await vim.lua("return vim.fn.has('nvim-0.12')")).toBe(1);
		await vim.edit("a.py", "6 * 7\n# @@say upby@@\ndf.gro|");
		await vim.start();
		await vim.command("1IpyaiRun");
		await vim.shows(vim.shown, /▎ 42/);
		await vim.command("IpyaiPrompt tell @@say Hello.@@");
		await vim.shows(() => vim.lines("ipyai://chat"), /^Hello/m);
		await vim.command("wincmd t");
		await vim.type("A<M-.>");
		await vim.shows(vim.shown, /df\.gro⟨upby⟩/);
		await vim.type("<M-l><Esc>");
		expect(await vim.lines()).toContain("df.groupby");
		await vim.command("write | edit a.ipynb");
		await vim.lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { '# %%', '20 + 1' })");
		await vim.command("IpyaiRunCell");
		await vim.shows(vim.shown, /▎ 21/);
		await vim.command("write");
		expect(readFileSync(join(vim.person.folder, "a.ipynb"), "utf8")).toContain('"21"');
	},
);

test("the commands are these", () => {
	expect(commands()).toMatchInlineSnapshot(`
		[
		  "Ipyai",
		  "IpyaiApprove",
		  "IpyaiCancel",
		  "IpyaiChat",
		  "IpyaiClear",
		  "IpyaiInterrupt",
		  "IpyaiJoin",
		  "IpyaiLog",
		  "IpyaiOpen",
		  "IpyaiOutput",
		  "IpyaiPrompt",
		  "IpyaiRestart",
		  "IpyaiRun",
		  "IpyaiRunAbove",
		  "IpyaiRunAll",
		  "IpyaiRunCell",
		  "IpyaiRunCellNext",
		  "IpyaiRunLine",
		  "IpyaiSave",
		  "IpyaiSessions",
		  "IpyaiStart",
		  "IpyaiStop",
		]
	`);
});

test("help names every command, map and option, and its tags are current", () => {
	const help = readFileSync(join(pluginFolder, "doc/ipyai.txt"), "utf8");
	for (const command of commands()) expect(help).toContain(`*:${command}*`);
	const maps = bare(`
		local names = {}
		for _, mode in ipairs({ "n", "i", "x" }) do
			for _, map in ipairs(vim.api.nvim_get_keymap(mode)) do
				local name = map.lhs:match("^<Plug>%(ipyai%-(.*)%)$")
				if name then names[name] = true end
			end
		end
		return vim.tbl_keys(names)
	`) as string[];
	expect(maps.length).toBeGreaterThan(30);
	for (const name of maps)
		if (!/^insert-block-[5-8]$/.test(name)) expect(help).toMatch(new RegExp(`\\b${name}\\b`));
	const options = bare(`
		local names, options = {}, require("ipyai.config").options
		for name, value in pairs(options) do
			table.insert(names, name)
			if type(value) == "table" and name ~= "keys" and not vim.islist(value) then vim.list_extend(names, vim.tbl_keys(value)) end
		end
		return { names, options.keys }
	`) as [string[], Record<string, string>];
	for (const name of options[0]) expect(help).toMatch(new RegExp(`\\b${name}\\b`));
	for (const [name, key] of Object.entries(options[1]))
		expect(help).toMatch(new RegExp(`\\b${name} +${key.replace(/[$.*+?()[\]{}|^\\]/g, "\\$&")} `));
	const folder = folderWith();
	copyFileSync(join(pluginFolder, "doc/ipyai.txt"), join(folder, "ipyai.txt"));
	execFileSync(neovimPath(), ["--clean", "--headless", `+helptags ${folder.replaceAll(" ", "\\ ")}`, "+qa!"]);
	expect(readFileSync(join(pluginFolder, "doc/tags"), "utf8")).toBe(
		readFileSync(join(folder, "tags"), "utf8"),
	);
});

test("options that don't exist or don't fit are refused with their place", () => {
	const refused = bare(`
		local result = {}
		for _, options in ipairs({
			{ sugest = {} }, { output = { max_lines = "many" } }, { first_use = "always" }, { keys = { ["run-all-cells"] = "x" } },
			{ keys = { accept = true } }, { suggest = true }, { output = { signs = false }, keys = false }, { session = { model = "x" } },
		}) do
			local ok, problem = pcall(require("ipyai").setup, options)
			table.insert(result, ok and "fine" or problem)
		end
		return result
	`);
	expect(refused).toMatchInlineSnapshot(`
		[
		  "ipyai: there is no option sugest: see :help ipyai-options",
		  "ipyai: output.max_lines is to be a number, not "many"",
		  "ipyai: first_use is to be one of ask, start, never, not "always"",
		  "ipyai: there is no map keys.run-all-cells: see :help ipyai-keys",
		  "ipyai: keys.accept is to be a key or false, not true",
		  "ipyai: suggest is to be a table, not true",
		  "fine",
		  "fine",
		]
	`);
});

test("default maps are set in cells' files alone, and can be moved and switched off", async () => {
	const vim = await startNeovim({ settings: { keys: { "run-cell": "gR", "run-line": false } } });
	const maps = async () =>
		(await vim.lua(`return vim.tbl_map(function(map) return map.lhs .. " " .. map.rhs end,
			vim.tbl_filter(function(map) return (map.rhs or ""):match("ipyai") end, vim.api.nvim_buf_get_keymap(0, "n")))`)) as string[];
	await vim.edit("a.txt", "");
	expect(await maps()).toEqual([]);
	await vim.edit("a.py", "# %%\n1\n# %%\n|2");
	expect(await maps()).toContain("gR <Plug>(ipyai-run-cell)");
	expect((await maps()).join("\n")).not.toContain("run-line");
	await vim.type(",k");
	expect(await vim.lua("return vim.api.nvim_win_get_cursor(0)[1]")).toBe(2);
	await vim.type(",j");
	expect(await vim.lua("return vim.api.nvim_win_get_cursor(0)[1]")).toBe(4);
	await vim.type("gR");
	await vim.shows(vim.shown, /▎ 2/);
	await vim.type(",x");
	expect(await vim.shown()).not.toContain("▎");
});

test(":checkhealth tells of Node, Python, the server and backends", async () => {
	const vim = await startNeovim();
	await vim.command("checkhealth ipyai");
	const report = await vim.lines();
	expect(report).toMatch(/OK Neovim 0\.\d+/);
	expect(report).toMatch(/OK Node v\d+/);
	expect(report).toMatch(/OK Python 3\.\d+\.\d+, ipykernel \d/);
	expect(report).toMatch(/OK Server: process \d+ speaks version 1/);
	expect(report).toMatch(/OK Backend claude-api: key from \$ANTHROPIC_API_KEY/);
	expect(report).not.toContain("ERROR");
});

test("a command that is not there is an error in words, in health too", async () => {
	const vim = await startNeovim({ settings: { command: ["/nowhere/ipyai"] } });
	await vim.command("IpyaiStart");
	await vim.shows(vim.notices, /\/nowhere\/ipyai: .*:checkhealth ipyai says more/);
	await vim.command("checkhealth ipyai");
	expect(await vim.lines()).toContain("/nowhere/ipyai cannot be run");
});
