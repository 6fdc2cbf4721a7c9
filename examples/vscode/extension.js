/** ipyai in VS Code: `ipyai lsp`, its commands in the palette, answers and outputs in a panel. */
const { accessSync, constants, statSync } = require("node:fs");
const { homedir } = require("node:os");
const { delimiter, join } = require("node:path");
const { CodeLens, commands, languages, Range, window, workspace } = require("vscode");
const {
	LanguageClient,
	MessageType,
	RevealOutputChannelOn,
	ShowMessageRequest,
} = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;
/** @type {import("vscode").OutputChannel} */
let panel;
/** Dialogs that are open. */
let asking = 0;

/** @param {import("vscode").ExtensionContext} context */
exports.activate = async ({ subscriptions }) => {
	// A notification shows one line.
	panel = window.createOutputChannel("ipyai answers", "markdown");
	const onSettings = workspace.onDidChangeConfiguration(
		(event) => event.affectsConfiguration("ipyai.command") && restart(),
	);
	const lenses = languages.registerCodeLensProvider(documents, { provideCodeLenses });
	subscriptions.push(panel, commands.registerCommand("ipyai.restart", restart), onSettings, lenses);
	await start();
};

exports.deactivate = async () => {
	standIns.splice(0).forEach((each) => {
		each.dispose();
	});
	// One that did not start cannot be stopped.
	await client?.stop().catch(() => {});
	client = undefined;
};

const restart = async () => {
	await exports.deactivate();
	await start();
};

/** Commands while there is no server, which has them otherwise. @type {import("vscode").Disposable[]} */
const standIns = [];

/** @param {string} command */
const missing = (command) => {
	const say = () =>
		// Nobody waits for the person.
		void window
			.showErrorMessage(
				`ipyai is not there: "${command}" is no program. Install it (npm install --global ipyai), or say where it is.`,
				"Settings",
			)
			.then((picked) => {
				if (picked) commands.executeCommand("workbench.action.openSettings", "ipyai.command");
			});
	for (const name of ["ipyai.prompt", "ipyai.runCell", "ipyai.interrupt"])
		standIns.push(commands.registerCommand(name, say));
	say();
};

/** Whether this is a program, as a path or on the `PATH`. @param {string} command */
const isThere = (command) => {
	const folders = /[/\\]/.test(command) ? [""] : (process.env.PATH ?? "").split(delimiter);
	return folders.some((folder) => {
		const path = folder === "" ? command : join(folder, command);
		try {
			accessSync(path, constants.X_OK);
			return statSync(path).isFile();
		} catch {
			return false;
		}
	});
};

const start = async () => {
	const command = (workspace.getConfiguration("ipyai").get("command") || "ipyai").replace(
		/^~(?=\/)/,
		homedir(),
	);
	// The library tells of a program that is not there in words and a window of its own.
	if (!isThere(command)) return missing(command);
	client = new LanguageClient("ipyai", "ipyai", { command, args: ["lsp"] }, clientOptions);
	client.onNotification("window/showMessage", tell);
	client.onRequest(ShowMessageRequest.type, ask);
	try {
		await client.start();
	} catch (error) {
		window.showErrorMessage(`${command} could not be started. (${messageOf(error)})`);
	}
};

/** Not the old sides of comparisons, nor code in chats. */
const documents = ["file", "untitled", "vscode-notebook-cell"].map((scheme) => ({
	scheme,
	language: "python",
}));

/**
 * Run and Ask above each cell of a file with `# %%`.
 *
 * @param {import("vscode").TextDocument} document
 */
const provideCodeLenses = (document) => {
	if (workspace.getConfiguration("ipyai").get("codeLens") === false) return [];
	const uri = document.uri.toString();
	const rows = document.getText().split("\n");
	const heads = rows.flatMap((row, line) => (/^# ?%%/.test(row) ? [line] : []));
	return heads.flatMap((line, index) => {
		if (/\[(?:markdown|md|raw)\]/.test(rows[line] ?? "")) return [];
		const end = { line: heads[index + 1] ?? rows.length, character: 0 };
		const range = { start: { line, character: 0 }, end };
		/** @param {string} title @param {string} command @param {object} argument */
		const lens = (title, command, argument) =>
			new CodeLens(new Range(line, 0, line, 0), { title, command, arguments: [argument] });
		return [
			lens("Run in ipyai", "ipyai.runCell", { uri, line }),
			lens("Ask ipyai", "ipyai.prompt", { uri, range, ask: true }),
		];
	});
};

/** @type {import("vscode-languageclient/node").LanguageClientOptions} */
const clientOptions = {
	documentSelector: documents,
	revealOutputChannelOn: RevealOutputChannelOn.Never,
	middleware: {
		// The palette and keys give no argument.
		executeCommand: async (name, given, next) => {
			const args = given.length > 0 && !given[0]?.ask ? given : await askFor(name, given[0]);
			try {
				return args && (await next(name, args));
			} catch (error) {
				// Thrown on, the editor would show where it was thrown.
				window.showErrorMessage(messageOf(error));
			}
		},
	},
};

/** @param {import("vscode-languageclient/node").ShowMessageParams} params */
const tell = ({ type, message }) => {
	if (type === MessageType.Warning) {
		// Before an open dialog a reminder of it says nothing.
		if (asking === 0) window.showWarningMessage(message);
		return;
	}
	panel.appendLine(`${message}\n`);
	panel.show(true);
};

/**
 * A notification with buttons goes away by itself, and the model would wait. The first button has the focus.
 *
 * @param {import("vscode-languageclient/node").ShowMessageRequestParams} params
 */
const ask = async ({ message, actions = [] }) => {
	const [first = "", ...rest] = message.split("\n");
	asking++;
	try {
		const picked = await window.showWarningMessage(
			first,
			{ modal: true, detail: rest.join("\n") },
			...actions.toReversed(),
		);
		return picked ?? null;
	} finally {
		asking--;
	}
};

/**
 * What a command is about: the cursor's cell, the selected code with a question. Nothing when there is none.
 *
 * @param {string} command
 * @param {{ uri: string, range: object }} [cell] the one whose lens was pressed
 */
const askFor = async (command, cell) => {
	const editor = window.activeTextEditor;
	const uri = editor && client?.code2ProtocolConverter.asUri(editor.document.uri);
	const range = editor && client?.code2ProtocolConverter.asRange(editor.selection);
	if (command === "ipyai.interrupt") return [{ uri }];
	if (command === "ipyai.runCell") return range && [{ uri, line: range.start.line }];
	if (command !== "ipyai.prompt") return [];
	const selected = editor && !editor.selection.isEmpty ? { uri, range } : {};
	const about = cell ? { uri: cell.uri, range: cell.range } : selected;
	const text = await window.showInputBox({ title: "Ask ipyai", placeHolder: "Why is this slow?" });
	if (!text) return undefined;
	panel.appendLine(`> ${text}\n`);
	return [{ text, ...about }];
};

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));
