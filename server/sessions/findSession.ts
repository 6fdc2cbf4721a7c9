import type { SessionRef } from "../../protocol/index.ts";
import type { SessionRow, Store } from "../store/store.ts";
import { RequestError } from "./errors.ts";

/** The stored session that a reference means. Fails with `sessionNotFound` where there is none, or more than one. */
export const findSession = (store: Store, ref: SessionRef): SessionRow => {
	const [best, second] = store.findSessions(ref, 2);
	if (!best) throw new RequestError("sessionNotFound", describeMissing(ref));
	if (second && ref.sessionId !== undefined && best.sessionId !== ref.sessionId)
		throw new RequestError(
			"sessionNotFound",
			`"${ref.sessionId}" begins more than one session's id: give more of it.`,
		);
	return best;
};

const describeMissing = (ref: SessionRef): string => {
	if (ref.sessionId !== undefined) return `There is no session ${ref.sessionId}: see %ipyai sessions.`;
	if (ref.historySession !== undefined)
		return `There is no session ${ref.historySession}: see %ipyai sessions, or start without -r.`;
	return `There is no earlier session${ref.cwd ? ` of ${ref.cwd}` : ""}: start without -r.`;
};
