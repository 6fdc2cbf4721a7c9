/** Sessions as wholes, open or only stored: forked, renamed, deleted, written to a file and read from one. */
import type { KernelLaunch } from "../../../protocol/index.ts";
import type { Environment } from "../../backends/backend.ts";
import { RequestError } from "../errors.ts";
import { newId } from "../ids.ts";
import { adoptKernel } from "../python/startup.ts";
import type { Session } from "../session.ts";
import type { Sessions } from "../sessions.ts";
import { copySession } from "./forks.ts";

export type Fork = {
	readonly sessionId: string;
	/** The last turn to take; `null` for all. */
	readonly turnId: string | null;
	readonly title: string | null;
	readonly kernel: KernelLaunch | null;
	readonly environment: Environment;
};

/** A new session with the past of another. */
export const forkSession = async (sessions: Sessions, fork: Fork): Promise<Session> => {
	const row = sessions.find({ sessionId: fork.sessionId });
	const through = fork.turnId === null ? row.headSeq : sessions.store.turnEnd(row.sessionId, fork.turnId);
	if (through === null)
		throw new RequestError(
			"itemNotFound",
			`There is no finished prompt ${fork.turnId} in session ${row.sessionId}: name one that has ended, or none.`,
		);
	const sessionId = newId();
	try {
		await copySession(sessions.store, sessions.owner, row.sessionId, through, sessionId);
		if (fork.title !== null)
			sessions.store.append(sessionId, [{ kind: "sessionRenamed", title: fork.title }]);
		const session = sessions.resume({ sessionId }, fork.environment, {});
		if (fork.kernel) adoptKernel(session, fork.kernel);
		// Nothing of it can be lost that would have to be looked for.
		else sessions.store.markClosed(sessionId);
		sessions.store.endCopy(sessionId);
		return session;
	} catch (error) {
		sessions.discard(sessionId);
		throw error;
	}
};

export const renameSession = (
	sessions: Sessions,
	sessionId: string,
	title: string,
	participantId: string,
): void => {
	const open = openFor(sessions, sessionId, participantId);
	if (open) open.log.add({ kind: "sessionRenamed", title });
	else {
		sessions.own(sessionId);
		sessions.store.append(sessionId, [{ kind: "sessionRenamed", title }]);
	}
};

/** Ends its kernel too. */
export const deleteSession = async (
	sessions: Sessions,
	sessionId: string,
	participantId: string,
	force: boolean,
): Promise<void> => {
	const others =
		openFor(sessions, sessionId, participantId)?.participants.otherControllers(participantId) ?? [];
	if (others.length > 0 && !force)
		throw new RequestError(
			"sessionInUse",
			`Session ${sessionId} is used by ${others.join(", ")} too: end it there first, or delete it with force.`,
		);
	await removeSession(sessions, sessionId);
};

/** The same for whoever may do it. */
export const removeSession = async (sessions: Sessions, sessionId: string): Promise<void> => {
	const open = sessions.live.find((session) => session.sessionId === sessionId);
	if (open) {
		open.participants.warn("This session was deleted.");
		await sessions.close(sessionId);
	} else sessions.own(sessionId);
	sessions.store.deleteSession(sessionId);
};

/** The open session, when this participant may change it. */
const openFor = (sessions: Sessions, sessionId: string, participantId: string): Session | null => {
	const open = sessions.live.find((session) => session.sessionId === sessionId);
	open?.participants.requireController(participantId);
	return open ?? null;
};
