import { textOf } from "../../ground/text/contentText.ts";
import { plainText, rowText } from "../../ground/text/plainText.ts";
import { type Cleaned, type PlainText, trimmed, trimmedEnd, words } from "../../ground/text/screenText.ts";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { EditorAnswer, EditorCellResult } from "../../protocol/editorCommands.ts";
import type { Content, SessionEvent } from "../../protocol/index.ts";
import { renderOutputs } from "../context/renderOutputs.ts";
import type { Session } from "../sessions/session.ts";
import type { Client } from "./client.ts";
import { askEditor, closeQuestion, closeQuestions } from "./editorApproval.ts";

/** Asks in a session and waits for the end. `signal` cancels the turn. */
export const askInSession = (
	client: Client,
	session: Session,
	content: readonly Content[],
	report: (message: PlainText) => void,
	signal: AbortSignal,
): Promise<Cleaned<EditorAnswer>> =>
	asParticipant(client, session, (onEvent) => {
		const { turnId } = session.turns.prompt(content, `.${textOf(content)}`, client.participantId);
		const ids = { sessionId: plainText(session.sessionId), turnId: plainText(turnId) };
		const cancel = () => void session.turns.cancel(turnId);
		if (signal.aborted) cancel();
		signal.addEventListener("abort", cancel, { once: true });
		const parts: string[] = [];
		return new Promise((resolve) => {
			onEvent((event) => {
				if (!("turnId" in event) || event.turnId !== turnId) return;
				if (event.kind === "text") {
					parts.push(event.text);
					report(firstLineOf(event.text));
				}
				if (event.kind === "toolCall") report(words`${rowText(event.name)} …`);
				if (event.kind === "approvalAsked") report(words`${rowText(event.tool)} waits for your permission`);
				if (event.kind === "promptRemoved")
					resolve({ ...ids, answer: words``, stopReason: "cancelled", error: null });
				if (event.kind !== "turnFinished") return;
				const { stopReason, error } = event;
				const answer = trimmed(plainText(parts.join("\n\n")));
				resolve({ ...ids, answer, stopReason, error: error === null ? null : plainText(error) });
			});
		});
	});

/** Runs a cell and waits for its end. `signal` interrupts it. Fails with `kernelNotAlive` without a live Python. */
export const runInSession = (
	client: Client,
	session: Session,
	code: string,
	signal: AbortSignal,
): Promise<Cleaned<EditorCellResult>> =>
	asParticipant(client, session, (onEvent) => {
		const outputs: Extract<SessionEvent, { kind: "cellOutput" }>["output"][] = [];
		const { hosting } = session;
		const { cellId } = hosting.execute({
			code,
			by: client.participantId,
			quoted: true,
		});
		signal.addEventListener("abort", () => void hosting.interrupt().catch(() => {}), { once: true }); // it ends as lost
		return new Promise((resolve) => {
			onEvent((event) => {
				if (!("cellId" in event) || event.cellId !== cellId) return;
				if (event.kind === "cellOutput") outputs.push(event.output);
				if (event.kind !== "cellFinished") return;
				const { status, executionCount } = event;
				const ids = { sessionId: plainText(session.sessionId), cellId: plainText(cellId) };
				resolve({ ...ids, status, executionCount, text: trimmedEnd(plainText(renderOutputs(outputs))) });
			});
		});
	});

/** The editor takes part for as long as the work lasts, unless its connection has joined the session anyway. */
const asParticipant = async <T>(
	client: Client,
	session: Session,
	work: (onEvent: (listen: (event: SessionEvent) => void) => void) => Promise<T>,
): Promise<T> => {
	const { sessionId } = session;
	const visits = !client.joined.has(sessionId);
	const others = client.visits.get(sessionId) ?? 0;
	if (visits) client.visits.set(sessionId, others + 1);
	if (visits && others === 0)
		session.attach(
			{
				...client.audience("controller"),
				visiting: true,
				get canApprove() {
					return client.facts.canAsk;
				},
				// A visitor: keys stay those of the shell that brought the session.
				environment: session.environment,
				send: () => {},
			},
			null,
			0,
		);
	// What happens before the work listens is told when it does.
	const early: SessionEvent[] = [];
	let listener: ((event: SessionEvent) => void) | null = null;
	const listening = session.log.subscribe({
		onEvent: ({ event }) => {
			if (visits && event.kind === "approvalAsked") askEditor(client, session, event);
			if (event.kind === "approvalAnswered") closeQuestion(client, event.approvalId);
			if (listener) listener(event);
			else early.push(event);
		},
		onHint: () => {},
	});
	const leave = () => {
		if (!visits) return;
		const left = (client.visits.get(sessionId) ?? 1) - 1;
		client.visits.set(sessionId, left);
		if (left > 0) return;
		closeQuestions(client, sessionId);
		session.participants.leave(client.participantId, "detached");
	};
	client.gone.addEventListener("abort", leave, { once: true });
	try {
		return await work((listen) => {
			listener = listen;
			early.splice(0).forEach(listen);
		});
	} finally {
		listening[Symbol.dispose]();
		client.gone.removeEventListener("abort", leave);
		leave();
	}
};

const firstLineOf = (text: string): PlainText => rowText(headOf(text.trim().split("\n", 1)[0] ?? "", 120));
