/** Sessions that the Python predecessors left in IPython's history, listed beside ours. */
import { join } from "node:path";
import { gitRoot } from "../../../ground/paths/gitRoot.ts";
import { placeFacts } from "../../../ground/paths/placeFacts.ts";
import type { ListSessionsParams, SessionRef, SessionSummary } from "../../../protocol/index.ts";
import type { Environment } from "../../backends/backend.ts";
import {
	listPythonSessions,
	type PythonConversation,
	type PythonSession,
	type PythonSessionFilter,
	readPythonSession,
} from "../../store/ipythonHistory.ts";
import { type Store, StoreError } from "../../store/store.ts";

const maxListed = 50;

/** IPython's history of this person, where it lies unless somebody says otherwise. */
export const pythonHistoryFile = (environment: Environment): string => {
	const { home } = placeFacts(environment);
	return join(environment.IPYTHONDIR || join(home, ".ipython"), "profile_default", "history.sqlite");
};

/**
 * Those that are not ours already: of a folder, or of its git root when the folder has none at all; without a folder
 * the newest of all.
 */
export const pythonSummaries = (
	store: Store,
	environment: Environment,
	{ cwd, search }: Pick<ListSessionsParams, "cwd" | "search">,
): SessionSummary[] => {
	const text = search ? { search } : {};
	if (cwd === undefined) return summariesOf(store, environment, text);
	const here = summariesOf(store, environment, { cwd, ...text });
	const hasOurs = store.findSessions({ cwd }, 1).some((session) => session.cwd === cwd);
	const root = here.length > 0 || hasOurs ? null : gitRoot(cwd);
	return root === null || root === cwd ? here : summariesOf(store, environment, { cwd: root, ...text });
};

/** An unreadable history holds none: another program keeps it locked, and ours are listed all the same. */
const summariesOf = (
	store: Store,
	environment: Environment,
	filter: Pick<PythonSessionFilter, "cwd" | "search">,
): SessionSummary[] => {
	const file = pythonHistoryFile(environment);
	try {
		const except = new Set(store.historySessions(file));
		return listPythonSessions(file, { ...filter, except }, maxListed).map((each) => toSummary(each, file));
	} catch (error) {
		if (error instanceof StoreError) return [];
		throw error;
	}
};

const toSummary = (found: PythonSession, historyFile: string): SessionSummary => ({
	sessionId: `ipython-${found.session}`,
	title: null,
	cwd: found.cwd ?? "/",
	createdAt: found.startedAt,
	updatedAt: found.startedAt,
	cells: Math.max(0, found.inputs - found.prompts),
	turns: found.prompts,
	lastPrompt: found.lastPrompt,
	backend: found.backend,
	historySession: found.session,
	historyFile,
	forkedFrom: null,
	state: "closed",
});

/** The session a reference means when it means one that is not ours yet; `null` when ours are meant. */
export const findPythonSession = (
	store: Store,
	environment: Environment,
	ref: SessionRef,
): PythonConversation | null => {
	const file = pythonHistoryFile(environment);
	const named = /^ipython-(\d+)$/.exec(ref.sessionId ?? "")?.[1];
	if (named !== undefined) return readPythonSession(file, Number(named));
	if (ref.sessionId !== undefined) return null;
	if (ref.historySession !== undefined) {
		const ours = store.findSessions({ historySession: ref.historySession, cwd: ref.cwd }, 100);
		if (ours.some(({ historyFile, cwd }) => historyFile === file || cwd === ref.cwd)) return null;
		return readPythonSession(file, ref.historySession);
	}
	if (ref.cwd === undefined) return null;
	const [newest] = pythonSummaries(store, environment, { cwd: ref.cwd });
	const [ours] = store.findSessions(ref, 1);
	if (!newest || (ours && ours.cells + ours.turns > 0 && ours.updatedAt > newest.updatedAt)) return null;
	return readPythonSession(file, newest.historySession!);
};
