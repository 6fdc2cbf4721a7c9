/** The extension for VS Code, as it stands in examples/, with its real client library; the editor is a stand-in. */
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { EditorSettings } from "../../protocol/editor.ts";
import { editorCommandNames } from "../../protocol/editorCommandNames.ts";
import { until } from "../support/kernel.ts";
import { makeFolderLive } from "../support/liveFolder.ts";
import { installFromSources } from "../support/lspEditor.ts";
import { startModelServer } from "../support/modelServer/modelServer.ts";
import { newPerson } from "../support/person.ts";
import { testPython } from "../support/python.ts";
import { readSource, repository } from "../support/sources.ts";
import { never, startEditor } from "../support/vscode.ts";

const manifest = JSON.parse(readSource("examples/vscode/package.json"));

test("its manifest names the server's commands and settings, and the library that is tested", () => {
	const { commands, configuration } = manifest.contributes;
	for (const { command } of commands) expect([...editorCommandNames, "ipyai.restart"]).toContain(command);
	expect(Object.keys(configuration.properties).sort()).toEqual(
		["codeLens", "command", ...Object.keys(EditorSettings.shape)].map((name) => `ipyai.${name}`).sort(),
	);
	const { devDependencies } = JSON.parse(readSource("package.json"));
	expect(manifest.dependencies["vscode-languageclient"]).toBe(devDependencies["vscode-languageclient"]);
});

test("it starts the server; suggestions, answers and questions are the editor's", async () => {
	const model = await startModelServer();
	onTestFinished(model.close);
	const person = newPerson({ ...model.environment, IPYAI_BACKEND: "claude-api", IPYAI_PYTHON: testPython() });
	const { folder: cwd } = person;
	const environment = installFromSources(person);
	// The library starts the server with this process's environment.
	for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
	onTestFinished(() => void vi.unstubAllEnvs());
	const settings = { command: join(cwd, "nowhere/ipyai"), backend: "" };
	const editor = startEditor(cwd, settings);
	const document = editor.document("a.py", "# %% @@say  + [8]@@\nprices = [3, 5]\nprices[-1]\n");
	const selection = { start: { line: 2, character: 0 }, end: { line: 2, character: 6 }, isEmpty: false };
	editor.activeTextEditor = { document, selection };
	const extension = editor.load(join(repository, "examples/vscode/extension.js"));
	// The program is not there: it says so, and leads to the setting; from there it starts.
	await extension.activate({ subscriptions: [] });
	onTestFinished(extension.deactivate);
	const missing = expect.stringContaining(`"${settings.command}" is no program.`);
	expect(editor.errors.splice(0)).toEqual([missing]);
	await until(() => editor.executed.length > 0);
	expect(editor.executed).toEqual(["workbench.action.openSettings ipyai.command"]);
	// Its commands say the same, and are not unknown.
	await editor.commands.get("ipyai.prompt")!();
	expect(editor.errors.splice(0)).toEqual([missing]);
	settings.command = "~/bin/ipyai";
	vi.stubEnv("HOME", cwd);
	editor.changeSettings();
	await until(() => editor.commands.has("ipyai.prompt"));

	const suggested = await editor.inlineProviders[0]!.provideInlineCompletionItems(
		document,
		{ line: 1, character: 15 },
		{ triggerKind: 0 },
		never,
	);
	expect(suggested.items.map(({ insertText }) => insertText)).toEqual([" + [8]"]);

	const lenses = editor.lensProviders[0]!.provideCodeLenses(document);
	expect(lenses.map(({ command: { title, command } }) => `${title}: ${command}`)).toEqual([
		"Run in ipyai: ipyai.runCell",
		"Ask ipyai: ipyai.prompt",
	]);

	// From the palette, without an argument: the cell of the cursor, a question about the selection.
	const [ask, runCell, interrupt] = ["prompt", "runCell", "interrupt"].map(
		(name) => editor.commands.get(`ipyai.${name}`)!,
	);
	await runCell!();
	expect(editor.errors).toEqual([expect.stringContaining("start ipyai in a terminal there.")]);
	expect(await interrupt!()).toEqual({ interrupted: false });
	expect(await ask!()).toBeUndefined();
	editor.typed = "why this?";
	await ask!();

	editor.typed = "what is in it?";
	const [, askCell] = lenses;
	await ask!(...askCell!.command.arguments);
	expect(JSON.stringify(model.requests.at(-1)!.body)).toContain("prices = [3, 5]");

	await makeFolderLive(cwd, environment);
	await runCell!({ uri: document.uri.toString(), line: 0 });
	editor.typed = '@@tool pyrun {"code": "6 * 7"}@@';
	editor.pressed = "Allow";
	await ask!();
	expect(editor.asked).toMatchInlineSnapshot(`
		[
		  {
		    "buttons": [
		      "Deny",
		      "Always",
		      "Allow",
		    ],
		    "detail": "6 * 7
		(Always: run any Python code in this session without asking.)",
		    "message": "ipyai: the model wants to run pyrun:",
		    "modal": true,
		  },
		]
	`);
	expect(editor.output.get("ipyai answers")).toMatchInlineSnapshot(`
		[
		  "> why this?
		",
		  "You said: why this?
		",
		  "> what is in it?
		",
		  "You said: what is in it?
		",
		  "5
		",
		  "> @@tool pyrun {"code": "6 * 7"}@@
		",
		  "TOOL SAID: 42
		",
		]
	`);
});
