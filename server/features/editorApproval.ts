/**
 * Puts a tool call before the person at an editor: by a message with buttons and, whatever becomes of that, by code
 * actions and the commands `ipyai.allow` and `ipyai.deny`. The first answer counts, wherever it is given.
 */

import { CancellationTokenSource, ShowMessageRequest } from "vscode-languageserver";
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
	const { approvalId, always } = asked;
	if (!client.facts.canAsk || client.questions.has(approvalId)) return;
	const { title, text, notes } = askedCall(asked);
	const closed = new AbortController();
	const question: EditorQuestion = {
		approvalId,
		sessionId: session.sessionId,
		title: `${title}: ${firstLineOf(text)}`,
		always,
		answer: (decision) => session.answerApproval(approvalId, decision, null, client.participantId),
		closed,
	};
	client.questions.set(approvalId, question);
	const say = (message: string) => client.notify("window/showMessage", { type: 2, message });
	const reminder = setTimeout(
		() => say(`ipyai: ${title} still waits for your permission: ${whereToAnswer(client)}.`),
		remindAfterMs,
	);
	closed.signal.addEventListener("abort", () => {
		clearTimeout(reminder);
		client.questions.delete(approvalId);
	});
	const code = [headOf(text, maxTextChars), ...notes].join("\n");
	// Some editors show it all on one line.
	const sayWithoutButtons = () =>
		say(`ipyai: may ${title} run? A code action allows or denies it: \n${code}`);
	if (client.hasButtons)
		void askWithButtons(client, question, `${title}:\n${code}`).catch(() => {
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
	text: string,
): Promise<void> => {
	// Buttons are narrow: what "Always" means stands in the text.
	const actions = [
		{ title: "Allow", decision: "allow" as const },
		...(always === null ? [] : [{ title: "Always", decision: "allowAlways" as const }]),
		{ title: "Deny", decision: "deny" as const },
	];
	const meaning = always === null ? "" : `\n(Always: ${always}.)`;
	const cancellation = new CancellationTokenSource();
	closed.signal.addEventListener("abort", () => cancellation.cancel());
	try {
		const picked = await client.rpc.sendRequest(
			ShowMessageRequest.type,
			{
				type: 2,
				message: `ipyai: the model wants to run ${text}${meaning}`,
				actions: actions.map(({ title }) => ({ title })),
			},
			cancellation.token,
		);
		if (!closed.signal.aborted)
			answer(actions.find(({ title }) => title === picked?.title)?.decision ?? "deny");
	} catch (error) {
		// Else another client was faster, the turn has ended, or the editor is gone.
		if ((error as { code?: unknown }).code === ErrorCodes.methodNotFound) throw error;
	}
};

const whereToAnswer = (client: Client): string =>
	`answer the question${client.facts.offersActions ? ", take the code action Allow or Deny" : ""}, or answer in a terminal (ipyai -r)`;

const firstLineOf = (text: string): string => {
	const [first = "", ...rest] = text.trim().split("\n");
	return first.length > 60 || rest.length > 0 ? `${headOf(first, 60)} …` : first;
};
