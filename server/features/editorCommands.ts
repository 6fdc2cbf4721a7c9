import { basename } from "node:path";
import type { z } from "zod";
import { cutMiddle } from "../../ground/text/cutMiddle.ts";
import { plainText } from "../../ground/text/plainText.ts";
import { type Cleaned, type PlainText, partOf, words } from "../../ground/text/screenText.ts";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { EditorResult } from "../../protocol/editor.ts";
import { type EditorCommandName, editorCommandNames } from "../../protocol/editorCommandNames.ts";
import { editorCommands } from "../../protocol/editorCommands.ts";
import type { Content, Decision } from "../../protocol/index.ts";
import type { Range } from "../../protocol/positions.ts";
import { RequestError } from "../sessions/errors.ts";
import type { Session } from "../sessions/session.ts";
import type { Client } from "./client.ts";
import { codeCellAt } from "./codeCells.ts";
import { isPython } from "./documents.ts";
import { askInSession, runInSession } from "./editorTurn.ts";
import type { Feature, Services } from "./feature.ts";
import { withProgress } from "./progress.ts";
import { pathOf, sessionFor } from "./sessionFor.ts";

type ProgressToken = Parameters<typeof withProgress>[1];

type Command = (
	client: Client,
	services: Services,
	argument: unknown,
	request: ProgressToken,
	signal: AbortSignal,
) => Promise<Cleaned<EditorResult<"workspace/executeCommand">>>;

const maxMessageChars = 4000;
/** Of a document that goes along with a prompt. */
const maxQuotedChars = 200_000;

/** What an editor can run by `workspace/executeCommand`. Each takes one object and answers with what came of it. */
const commands: Readonly<Record<EditorCommandName, Command>> = {
	/** Asks, in the folder's session or one without Python. The answer is the result, and is shown as a message. */
	"ipyai.prompt": async (client, services, argument, request, signal) => {
		const { text, about, uri, range, wait = true } = parse("ipyai.prompt", argument);
		const session = sessionFor(client, services, uri ?? null) ?? ownSession(client, services, uri ?? null);
		const quoted = [...(about ? [about] : []), ...(uri ? [quote(client, uri, range)] : [])];
		const prompt = [
			{ kind: "text" as const, text },
			...quoted.map((each): Content => ({ kind: "text", text: each, quoted: true })),
		];
		const ask = async (token: ProgressToken) => {
			const answer = await withProgress(client, token, words`ipyai`, signal, (report, either) =>
				askInSession(client, session, prompt, report, either),
			);
			const failed = answer.stopReason === "failed" || answer.stopReason === "refusal";
			const said =
				answer.answer || answer.error || (answer.stopReason === "cancelled" ? words`` : words`No answer.`);
			if (said) show(client, failed ? 1 : 3, said);
			return answer;
		};
		return wait ? ask(request) : goOn(client, session, ask({}));
	},

	/** Runs the `# %%` cell of a line, or a notebook's cell, in the folder's live session. */
	"ipyai.runCell": async (client, services, argument, request, signal) => {
		const { uri, line, wait = true } = parse("ipyai.runCell", argument);
		const document = client.documents.require(uri);
		const code = codeCellAt(document.lines, line)?.code ?? document.text;
		const session = live(client, services, uri);
		const run = async (token: ProgressToken) => {
			const result = await withProgress(client, token, words`ipyai: running a cell`, signal, (_, either) =>
				runInSession(client, session, code, either),
			);
			if (result.status === "ok" && result.text) show(client, 3, result.text);
			if (result.status !== "ok" && result.text) show(client, 1, faultFirst(result.text));
			return result;
		};
		return wait ? run(request) : goOn(client, session, run({}));
	},

	/** Stops what runs in the folder's session: the turn and the cell. */
	"ipyai.interrupt": async (client, services, argument) => {
		const { uri } = parse("ipyai.interrupt", argument ?? {});
		const session = sessionFor(client, services, uri ?? null) ?? findOwn(client, services);
		if (!session) return { interrupted: false };
		const cancelled = session.turns.cancel(null);
		const busy = session.hosting.busy;
		if (busy) await session.hosting.interrupt();
		return { interrupted: cancelled || busy };
	},

	/** Lets a tool run that waits for the person's permission. */
	"ipyai.allow": async (client, _services, argument) => {
		const { approvalId, always } = parse("ipyai.allow", argument ?? {});
		return answer(client, approvalId, always ? "allowAlways" : "allow");
	},

	"ipyai.deny": async (client, _services, argument) => {
		const { approvalId } = parse("ipyai.deny", argument ?? {});
		return answer(client, approvalId, "deny");
	},

	/** How suggestions fared since the server started. Counted in memory, sent nowhere. */
	"ipyai.completionStatistics": async (_client, { completions }) => completions.statistics,
};

/** `workspace/executeCommand`: prompts and cells from editors that know no more than LSP. */
export const editorCommandsFeature: Feature = {
	register(client, services) {
		client.onEditorRequest("workspace/executeCommand", (request, signal) => {
			const command = editorCommandNames.includes(request.command as EditorCommandName)
				? commands[request.command as EditorCommandName]
				: undefined;
			if (!command)
				throw new RequestError(
					"invalidParams",
					`There is no command ${headOf(request.command, 100)}: there are ${editorCommandNames.join(", ")}.`,
				);
			return command(client, services, request.arguments?.[0], request, signal);
		});
	},
};

type ArgumentOf<C extends EditorCommandName> = z.infer<(typeof editorCommands)[C]["argument"]>;

const parse = <C extends EditorCommandName>(command: C, argument: unknown): ArgumentOf<C> => {
	const parsed = editorCommands[command].argument.safeParse(argument);
	if (parsed.success) return parsed.data as ArgumentOf<C>;
	const [issue] = parsed.error.issues;
	throw new RequestError(
		"invalidParams",
		`${command}: ${issue?.path.join(".") || "argument"}: ${issue?.message}`,
	);
};

/** A traceback says last what went wrong, and some editors show one line. */
const faultFirst = (text: PlainText): PlainText => {
	const fault = partOf(text, text.lastIndexOf("\n") + 1);
	return fault === text ? text : words`${fault}\n\n${text}`;
};

/** The command is answered now; what goes wrong later is told as a message. */
const goOn = (client: Client, { sessionId }: Session, work: Promise<unknown>) => {
	work.catch((error: Error) => client.gone.aborted || show(client, 1, plainText(error.message)));
	return { sessionId: plainText(sessionId) };
};

const answer = (client: Client, approvalId: string | undefined, decision: Decision) => {
	const question = approvalId ? client.questions.get(approvalId) : client.questions.values().next().value;
	question?.answer(decision);
	if (!question) client.say(3, words`No tool waits for your permission.`);
	return { answered: question !== undefined };
};

const live = (client: Client, services: Services, uri: string): Session => {
	const session = sessionFor(client, services, uri);
	if (session?.hosting.host) return session;
	throw new RequestError(
		"kernelNotAlive",
		`No live Python of ${client.folderOf(pathOf(uri))}: start ipyai in a terminal there.`,
	);
};

/** The session that this editor's prompts go on in where the folder has none. */
const ownSession = (client: Client, services: Services, uri: string | null): Session => {
	const known = findOwn(client, services);
	if (known) return known;
	const { sessions, store } = services;
	const { facts, ownSessionId } = client;
	// A session that nobody takes part in is let go of after a while; its conversation is stored.
	if (ownSessionId !== null && store.session(ownSessionId))
		return sessions.resume({ sessionId: ownSessionId }, facts.environment, {});
	const { backend, model, completionModel } = client.editorSettings;
	const wishes = {
		...(backend ? { backend } : {}),
		...(model ? { model } : {}),
		...(completionModel ? { completionModel } : {}),
	};
	const session = sessions.create(client.folderOf(pathOf(uri)), null, facts.environment, wishes, null);
	client.ownSessionId = session.sessionId;
	return session;
};

const findOwn = (client: Client, { sessions }: Services): Session | null =>
	sessions.live.find(({ sessionId }) => sessionId === client.ownSessionId) ?? null;

const quote = (client: Client, uri: string, range: Range | undefined): string => {
	const document = client.documents.require(uri);
	const { text: code } = cutMiddle(range ? document.between(range) : document.text, maxQuotedChars);
	const name = basename(pathOf(uri) ?? uri);
	const lines = range ? `, lines ${range.start.line + 1} to ${range.end.line + 1}` : "";
	const language = isPython(document) ? "python" : document.languageId;
	return `${name}${lines}:\n\`\`\`${language}\n${code}\n\`\`\``;
};

const show = (client: Client, type: 1 | 3, message: PlainText): void =>
	client.say(type, partOf(message, 0, maxMessageChars));
