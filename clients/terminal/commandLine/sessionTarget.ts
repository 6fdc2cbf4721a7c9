/** Which session the program opens: a new one, a stored one, or one that runs elsewhere. */
import { SentenceError } from "../../../ground/sentenceError.ts";
import { words } from "../../../ground/text/screenText.ts";
import type { SessionSummary } from "../../../protocol/index.ts";
import { toSessionRef } from "../../../protocol/sessionList.ts";
import type { Answers, ServerConnection } from "../../common/server/connection.ts";
import type { LiveSessionOptions } from "../../common/session/liveSession.ts";
import { StandardStreams } from "../screen/standardStreams.ts";
import type { RunArguments } from "./runArguments.ts";

export type Target = Exclude<LiveSessionOptions["target"], { kind: "new" }>;

export type TargetOptions = {
	connect(answers: Answers): Promise<ServerConnection>;
	/** A person with a terminal can be asked. */
	readonly canPick: boolean;
};

/** There is no session of the kind that was asked for. The message is a whole answer. */
export class NoSession extends SentenceError {
	override readonly name = "NoSession";
}

/** `null` stands for a new session. */
export const chooseTarget = async (
	{ resume, join, backend }: RunArguments,
	cwd: string,
	options: TargetOptions,
): Promise<Target | null> => {
	if (join !== null) {
		const { role, ref } = join;
		if (ref !== null) return { kind: "join", ref: toSessionRef(ref, cwd), role };
		const chosen = await withServer(options, async (server) => {
			const live = await liveSessions(server, cwd);
			if (live.length === 0)
				throw new NoSession(
					"No session runs in this folder. ipyai --sessions all names those elsewhere; --join ID joins one.",
				);
			return options.canPick ? pick(live, "Join which session?", server) : live[0]!;
		});
		if (chosen === null) throw new NoSession("No session was joined.");
		return { kind: "join", ref: { sessionId: chosen.sessionId }, role };
	}
	if (resume === null) return null;
	if (resume.kind === "named") return { kind: "resume", ref: toSessionRef(resume.ref, cwd) };
	if (!options.canPick && backend === null) return { kind: "resume", ref: { cwd } };
	return withServer(options, async (server) => {
		const { sessions } = await server.request("session/list", { cwd, limit: 200 });
		const all = sessions.filter(({ cells, turns, title }) => cells + turns > 0 || title !== null);
		const used = backend === null ? all : await preferred(all, backend, server);
		if (!options.canPick)
			return { kind: "resume", ref: used[0] ? { sessionId: used[0].sessionId } : { cwd } };
		if (used.length === 0) {
			new StandardStreams().out(words`No sessions found for this directory: a new one begins.\n`);
			return null;
		}
		const chosen = await pick(used, "Resume which session? (Esc: a new one)", server);
		return chosen && { kind: "resume", ref: { sessionId: chosen.sessionId } };
	});
};

/** A backend's own sessions, when it has any. */
const preferred = async (
	sessions: readonly SessionSummary[],
	backend: string,
	server: ServerConnection,
): Promise<readonly SessionSummary[]> => {
	const { backends } = await server.request("backend/list", {});
	const known = backends.find(({ name, aliases }) => name === backend || aliases.includes(backend));
	const own = sessions.filter((session) => session.backend === (known?.name ?? backend));
	return own.length > 0 ? own : sessions;
};

const liveSessions = async (server: ServerConnection, cwd?: string): Promise<SessionSummary[]> => {
	const { sessions } = await server.request("session/list", {
		...(cwd !== undefined && { cwd }),
		limit: 200,
	});
	return sessions.filter(({ state }) => state === "live");
};

const withServer = async <T>(
	{ connect }: TargetOptions,
	use: (server: ServerConnection) => Promise<T>,
): Promise<T> => {
	const server = await connect("nothing");
	try {
		return await use(server);
	} finally {
		server.close();
	}
};

/** One candidate is taken without a question. */
const pick = async (
	sessions: readonly SessionSummary[],
	title: string,
	server: ServerConnection,
): Promise<SessionSummary | null> => {
	if (sessions.length === 1) return sessions[0]!;
	const { pickSession } = await import("./sessionPicker.ts");
	return pickSession(sessions, title, server);
};
