/** ipyai in VS Code: `ipyai lsp`, its commands in the palette, answers and outputs in a panel. */
const { homedir } = require("node:os");
const { commands, window, workspace } = require("vscode");
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
	subscriptions.push(panel, commands.registerCommand("ipyai.restart", restart), onSettings);
	await start();
};

// One that did not start cannot be stopped.
exports.deactivate = () => client?.stop().catch(() => {});

const restart = async () => {
	await exports.deactivate();
	await start();
};

const start = async () => {
	const command = (workspace.getConfiguration("ipyai").get("command") || "ipyai").replace(
		/^~(?=\/)/,
		homedir(),
	);
	client = new LanguageClient("ipyai", "ipyai", { command, args: ["lsp"] }, clientOptions);
	client.onNotification("window/showMessage", tell);
	client.onRequest(ShowMessageRequest.type, ask);
	try {
		await client.start();
	} catch (error) {
		const why = `${command} could not be started. Install ipyai, or say where it is. (${messageOf(error)})`;
		// Nobody waits for the person.
		window.showErrorMessage(why, "Settings").then((picked) => {
			if (picked) commands.executeCommand("workbench.action.openSettings", "ipyai.command");
		});
	}
};

/** @type {import("vscode-languageclient/node").LanguageClientOptions} */
const clientOptions = {
	// Not the old sides of comparisons, nor code in chats.
	documentSelector: ["file", "untitled", "vscode-notebook-cell"].map((scheme) => ({
		scheme,
		language: "python",
	})),
	revealOutputChannelOn: RevealOutputChannelOn.Never,
	middleware: {
		// The palette and keys give no argument.
		executeCommand: async (name, given, next) => {
			const args = given.length > 0 ? given : await askFor(name);
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
 */
const askFor = async (command) => {
	const editor = window.activeTextEditor;
	const uri = editor && client?.code2ProtocolConverter.asUri(editor.document.uri);
	const range = editor && client?.code2ProtocolConverter.asRange(editor.selection);
	if (command === "ipyai.interrupt") return [{ uri }];
	if (command === "ipyai.runCell") return range && [{ uri, line: range.start.line }];
	if (command !== "ipyai.prompt") return [];
	const about = editor && !editor.selection.isEmpty ? { uri, range } : {};
	const text = await window.showInputBox({ title: "Ask ipyai", placeHolder: "Why is this slow?" });
	if (!text) return undefined;
	panel.appendLine(`> ${text}\n`);
	return [{ text, ...about }];
};

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));
