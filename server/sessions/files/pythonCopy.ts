/**
 * A session of the predecessors that somebody resumes is copied into one of ours, which goes on under the same number of
 * IPython's.
 */
import { stripVTControlCharacters } from "node:util";
import type { Output, SessionRef, SettingsPatch } from "../../../protocol/index.ts";
import type { Environment } from "../../backends/backend.ts";
import type { Backends } from "../../backends/registry.ts";
import { parseAnswer } from "../../notebooks/answerText.ts";
import type { PythonConversation, PythonInput, PythonPrompt } from "../../store/ipythonHistory.ts";
import type { Owner, SessionRow, Store } from "../../store/store.ts";
import { newId } from "../ids.ts";
import { SessionLog } from "../log.ts";
import { settingSources } from "../settings/settingSources.ts";
import { newSettings } from "../settings/settings.ts";
import { importCell, importTurn } from "./imports.ts";
import { renderNow } from "./notebooks.ts";
import { findPythonSession, pythonHistoryFile } from "./pythonSessions.ts";

/** Stands for the interpreter that ran their cells: unlike those of a file, they may be run again. */
const pythonKernelId = "ipython";

/** What a copy is made with: the sessions of this server. */
type Owning = {
	readonly store: Store;
	readonly owner: Owner;
	readonly backends: Backends;
	discard(sessionId: string): void;
};

/** Copies a session of the predecessors into one of ours when the reference means one. */
export const takePythonSession = (
	sessions: Owning,
	ref: SessionRef,
	environment: Environment,
	patch: SettingsPatch,
): { readonly row: SessionRow; readonly notice: string | null } | null => {
	const { store, owner, backends } = sessions;
	const found = findPythonSession(store, environment, ref);
	if (!found) return null;
	const backend = found.backend === null ? null : backends.find(found.backend);
	const isReady = backend !== null && backend.login(environment).kind !== "missing";
	const isWanted = isReady && patch.backend === undefined && patch.model === undefined;
	const settings = newSettings(
		isWanted ? { ...patch, backend: backend.name } : patch,
		settingSources(environment, sessions),
	);
	const sessionId = newId();
	const cwd = found.cwd ?? ref.cwd ?? "/";
	store.beginCopy(sessionId, cwd, owner);
	try {
		store.append(sessionId, [
			{ kind: "sessionCreated", cwd, title: null },
			{ kind: "settingsChanged", settings },
		]);
		importPythonSession(store, sessionId, pythonHistoryFile(environment), found, {
			backend: settings.backend ?? "none",
			model: settings.model ?? "none",
		});
		store.endCopy(sessionId);
	} catch (error) {
		sessions.discard(sessionId);
		throw error;
	}
	return { row: store.session(sessionId)!, notice: lostTools(found) };
};

/** What its person has to do again, as it went with the interpreter; `null` for nothing. */
const lostTools = ({ tools }: PythonConversation): string | null =>
	tools.length === 0
		? null
		: `The AI had ${tools.join(", ")} as ${tools.length === 1 ? "a tool" : "tools"} in this session: define ${tools.length === 1 ? "it" : "them"} again, then %ipyai tool NAME.`;

/** Copies it into the new session, whose first events are there already. */
const importPythonSession = (
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
