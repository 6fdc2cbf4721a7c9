/**
 * Sessions that the Python predecessors left in IPython's history: listed beside ours, and copied into one of ours
 * when somebody resumes them. The copy goes on under the same number of IPython's.
 */
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { gitRoot } from "../../../ground/paths/gitRoot.ts";
import { placeFacts } from "../../../ground/paths/placeFacts.ts";
import type { ListSessionsParams, Output, SessionRef, SessionSummary } from "../../../protocol/index.ts";
import type { Environment } from "../../backends/backend.ts";
import { parseAnswer } from "../../notebooks/answerText.ts";
import {
	listPythonSessions,
	type PythonConversation,
	type PythonInput,
	type PythonPrompt,
	type PythonSession,
	type PythonSessionFilter,
	readPythonSession,
} from "../../store/ipythonHistory.ts";
import { type Store, StoreError } from "../../store/store.ts";
import { newId } from "../ids.ts";
import { SessionLog } from "../log.ts";
import { importCell, importTurn } from "./imports.ts";
import { renderNow } from "./notebooks.ts";

const maxListed = 50;

/** Stands for the interpreter that ran their cells: unlike those of a file, they may be run again. */
const pythonKernelId = "ipython";

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

/** What its person has to do again, as it went with the interpreter; `null` for nothing. */
export const lostTools = ({ tools }: PythonConversation): string | null =>
	tools.length === 0
		? null
		: `The AI had ${tools.join(", ")} as ${tools.length === 1 ? "a tool" : "tools"} in this session: define ${tools.length === 1 ? "it" : "them"} again, then %ipyai tool NAME.`;

/** Copies it into the new session, whose first events are there already. */
export const importPythonSession = (
	store: Store,
	sessionId: string,
	historyFile: string,
	found: PythonConversation,
	model: { readonly backend: string; readonly model: string },
): void => {
	const log = new SessionLog(store, sessionId, store.session(sessionId)!.headSeq);
	for (const item of found.items) {
		if ("response" in item) takePrompt(log, item, { ...model, backend: found.backend ?? model.backend });
		else takeInput(log, item);
	}
	// Its Python is gone; what is known of it is where a new one goes on.
	const kernelId = pythonKernelId;
	const { session: historySession, lastLine } = found;
	const nextExecutionCount = lastLine + 1;
	log.append([
		{
			kind: "kernelAttached",
			kernelId,
			nextExecutionCount,
			historySession,
			historyFile,
			banner: "",
			fresh: false,
		},
		{ kind: "kernelDetached", kernelId, reason: "exited" },
	]);
};

const takeInput = (log: SessionLog, { line, source, output }: PythonInput): void =>
	importCell(
		log,
		{
			kind: "code",
			id: newId(),
			code: source,
			executionCount: line,
			isNote: false,
			outputs: toOutputs(output ?? ""),
		},
		null,
		pythonKernelId,
	);

/** What was printed, then the traceback that IPython kept as text. */
const toOutputs = (text: string): Output[] => {
	const at = text.search(/(?:\x1b\[[\d;]*m)*-{60,}.*Traceback \(most recent call last\)/);
	const printed = at < 0 ? text : text.slice(0, at);
	const stream: Output[] = printed === "" ? [] : [{ kind: "stream", name: "stdout", text: printed }];
	if (at < 0) return stream;
	const traceback = text.slice(at).trimEnd().split("\n");
	const last = stripVTControlCharacters(traceback.at(-1)!);
	const [, ename = "Error", evalue = ""] = /^([\w.]+): (.*)$/s.exec(last) ?? [last, last];
	return [...stream, { kind: "error", ename, evalue, traceback }];
};

const takePrompt = (
	log: SessionLog,
	{ prompt, fullPrompt, response, line }: PythonPrompt,
	{ backend, model }: { backend: string; model: string },
): void => {
	const sent = fullPrompt ?? renderNow(log, prompt);
	importTurn(
		log,
		{
			kind: "prompt",
			id: newId(),
			content: [{ kind: "text", text: prompt }],
			executionCount: line,
			fullPrompt,
			backend,
			model,
			hidden: false,
			rendered: [{ kind: "text", text: sent }],
			parentId: log.store.session(log.sessionId)?.lastTurn ?? null,
			...parseAnswer(response),
		},
		null,
	);
};
