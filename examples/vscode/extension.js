/** ipyai in VS Code: `ipyai lsp`, its commands in the palette, answers and outputs in a panel. */
const { window, workspace } = require("vscode");
const { LanguageClient, MessageType } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

exports.activate = async () => {
	const command = workspace.getConfiguration("ipyai").get("command") || "ipyai";
	const server = { command, args: ["lsp"] };
	client = new LanguageClient("ipyai", "ipyai", server, {
		documentSelector: [{ language: "python" }],
		middleware: {
			// The palette and keys give no argument.
			executeCommand: async (name, given, next) => {
				const args = given.length > 0 ? given : await askFor(name);
				try {
					return args && (await next(name, args));
				} catch {
					// The library has shown it; thrown on, the editor would once more.
				}
			},
		},
	});
	// A notification shows one line.
	const panel = window.createOutputChannel("ipyai answers", "markdown");
	client.onNotification("window/showMessage", ({ type, message }) => {
		if (type === MessageType.Warning) {
			window.showWarningMessage(message);
			return;
		}
		panel.appendLine(`${message}\n`);
		panel.show(true);
	});
	// A notification with buttons goes away by itself, and the model would wait. The first button has the focus.
	client.onRequest("window/showMessageRequest", ({ message, actions }) => {
		const [first, ...rest] = message.split("\n");
		const options = { modal: true, detail: rest.join("\n") };
		return window.showWarningMessage(first, options, ...actions.toReversed());
	});
	await client.start();
};

exports.deactivate = () => client?.stop();

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
	const about = editor && !editor.selection.isEmpty ? { uri, range } : {};
	const text = await window.showInputBox({ title: "Ask ipyai", placeHolder: "Why is this slow?" });
	return text ? [{ text, ...about }] : undefined;
};
