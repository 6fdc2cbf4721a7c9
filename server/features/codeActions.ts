import { rowText } from "../../ground/text/plainText.ts";
import { type PlainText, words } from "../../ground/text/screenText.ts";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { Client } from "./client.ts";
import { codeCellAt } from "./codeCells.ts";
import { isPython } from "./documents.ts";
import type { Feature } from "./feature.ts";
import { sessionFor } from "./sessionFor.ts";

type Action = {
	readonly title: PlainText;
	readonly command: PlainText;
	readonly arguments: readonly Readonly<Record<string, unknown>>[];
};

const maxTitleChars = 200;
const maxFaultChars = 10_000;

/** Answers to what waits for permission, "Ask ipyai about this" on a selection or a fault, "Run cell" where `# %%` cells and a live session are. */
export const codeActionsFeature: Feature = {
	register(client, services) {
		client.onEditorRequest("textDocument/codeAction", ({ textDocument: { uri }, range, context }) => {
			const [fault] = context.diagnostics ?? [];
			// Asked for one kind, such as the sorting of imports at each save.
			const { only } = context;
			if (only && !only.includes("") && !(fault && only.includes("quickfix"))) return [];
			const actions = answersTo(client);
			const document = client.documents.find(uri);
			if (!document) return actions;
			const ask = (title: PlainText, text: string, about?: string) =>
				actions.push({
					title,
					command: words`ipyai.prompt`,
					arguments: [{ text, about, uri, range, wait: false }],
				});
			const isEmpty = range.start.line === range.end.line && range.start.character === range.end.character;
			if (fault)
				ask(
					words`Ask ipyai about: ${rowText(headOf(fault.message.split("\n", 1)[0] as string, maxTitleChars))}`,
					"What is wrong here, and how is it fixed?",
					headOf(fault.message, maxFaultChars),
				);
			else if (!isEmpty) ask(words`Ask ipyai about this`, "What does this do? Is anything wrong with it?");
			const isCell = uri.startsWith("vscode-notebook-cell:") || codeCellAt(document.lines, range.start.line);
			if (isCell && isPython(document) && sessionFor(client, services, uri)?.hosting.host)
				actions.push({
					title: words`Run cell in ipyai`,
					command: words`ipyai.runCell`,
					arguments: [{ uri, line: range.start.line, wait: false }],
				});
			return actions;
		});
	},
};

const answersTo = (client: Client): Action[] => {
	const actions: Action[] = [];
	for (const { approvalId, title, always } of client.questions.values()) {
		const offer = (say: PlainText, command: PlainText, more: object = {}) =>
			actions.push({ title: say, command, arguments: [{ approvalId, ...more }] });
		offer(words`Allow ${title}`, words`ipyai.allow`);
		if (always !== null) offer(words`Always: ${always}`, words`ipyai.allow`, { always: true });
		offer(words`Deny ${title}`, words`ipyai.deny`);
	}
	return actions;
};
