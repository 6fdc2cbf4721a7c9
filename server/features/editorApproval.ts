/**
 * Puts a tool call before the person at an editor: by a message with buttons and, whatever becomes of that, by code
 * actions and the commands `ipyai.allow` and `ipyai.deny`. The first answer counts, wherever it is given.
 */

import { CancellationTokenSource } from "vscode-languageserver";
import { exposedRow, exposedText } from "../../ground/text/plainText.ts";
import { joined, type PlainText, words } from "../../ground/text/screenText.ts";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import { askedCall } from "../../protocol/askedCall.ts";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import type { SessionEvent } from "../../protocol/index.ts";
import type { Session } from "../sessions/session.ts";
import type { Client } from "./client.ts";
import type { EditorQuestion } from "./editorQuestion.ts";

/** A message with buttons may have gone unseen, or was never shown. */
const remindAfterMs = 15_000;
const maxTextChars = 2000;

/** Asks, and returns at once; a client that cannot ask is left out. */
export const askEditor = (
	client: Client,
	session: Session,
	asked: Extract<SessionEvent, { kind: "approvalAsked" }>,
): void => {
	const { approvalId } = asked;
	if (!client.facts.canAsk || client.questions.has(approvalId)) return;
	const { text, notes, ...call } = askedCall(asked);
	const title = exposedRow(call.title);
	const closed = new AbortController();
	const question: EditorQuestion = {
		approvalId,
		sessionId: session.sessionId,
		title: words`${title}: ${firstLineOf(text)}`,
		always: asked.always === null ? null : exposedRow(asked.always),
		answer: (decision) => session.answerApproval(approvalId, decision, null, client.participantId),
		closed,
	};
	client.questions.set(approvalId, question);
	const say = (message: PlainText) => client.say(2, message);
	const reminder = setTimeout(
		() => say(words`ipyai: ${title} still waits for your permission: ${whereToAnswer(client)}.`),
		remindAfterMs,
	);
	closed.signal.addEventListener("abort", () => {
		clearTimeout(reminder);
		client.questions.delete(approvalId);
	});
	const code = joined([headOf(text, maxTextChars), ...notes].map(exposedText), words`\n`);
	// Some editors show it all on one line.
	const sayWithoutButtons = () =>
		say(words`ipyai: may ${title} run? A code action allows or denies it: \n${code}`);
	if (client.hasButtons)
		void askWithButtons(client, question, words`${title}:\n${code}`).catch(() => {
			client.withoutButtons();
			if (client.facts.canAsk) sayWithoutButtons();
			else closed.abort();
			session.approvals.recheck();
		});
	else sayWithoutButtons();
};

/** Somebody has answered, or the turn has ended. */
export const closeQuestion = (client: Client, approvalId: string): void =>
	client.questions.get(approvalId)?.closed.abort();

/** The editor takes no part in this session any more: its questions are others' to answer. */
export const closeQuestions = (client: Client, sessionId: string): void => {
	for (const question of [...client.questions.values()])
		if (question.sessionId === sessionId) question.closed.abort();
};

/** Resolves when no answer is awaited any more; closing the message declines. Fails where there is no such message. */
const askWithButtons = async (
	client: Client,
	{ always, answer, closed }: EditorQuestion,
	text: PlainText,
): Promise<void> => {
	// Buttons are narrow: what "Always" means stands in the text.
	const actions = [
		{ title: words`Allow`, decision: "allow" as const },
		...(always === null ? [] : [{ title: words`Always`, decision: "allowAlways" as const }]),
		{ title: words`Deny`, decision: "deny" as const },
	];
	const meaning = always === null ? words`` : words`\n(Always: ${always}.)`;
	const cancellation = new CancellationTokenSource();
	closed.signal.addEventListener("abort", () => cancellation.cancel());
	try {
		const picked = await client.ask(
			words`ipyai: the model wants to run ${text}${meaning}`,
			actions.map(({ title }) => title),
			cancellation.token,
		);
		if (!closed.signal.aborted) answer(actions.find(({ title }) => title === picked)?.decision ?? "deny");
	} catch (error) {
		// Else another client was faster, the turn has ended, or the editor is gone.
		if ((error as { code?: unknown }).code === ErrorCodes.methodNotFound) throw error;
	}
};

const whereToAnswer = (client: Client): PlainText =>
	words`answer the question${client.facts.offersActions ? words`, take the code action Allow or Deny` : words``}, or answer in a terminal (ipyai -r)`;

const firstLineOf = (text: string): PlainText => {
	const [first = "", ...rest] = text.trim().split("\n");
	const shown = exposedRow(headOf(first, 60));
	return first.length > 60 || rest.length > 0 ? words`${shown} …` : shown;
};
