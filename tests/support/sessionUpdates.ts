import type { SessionEvent, SessionHint, SessionState, SessionUpdateParams } from "../../protocol/index.ts";

/** The state of a fresh session with a kernel, as `session/new` answers it. */
export const sessionState = (changes: Partial<SessionState> = {}): SessionState => ({
	sessionId: "s1",
	title: null,
	cwd: "/home/ada",
	settings: {
		backend: "scripted",
		model: "model-1",
		completionModel: "model-2",
		think: "m",
		permissions: "ask",
		search: null,
		codeTheme: "auto",
		promptMode: false,
		logExact: false,
		login: { kind: "login", name: "ada" },
	},
	participants: [{ participantId: "p1", name: "ipyai terminal", role: "controller" }],
	kernel: {
		kernelId: "k1",
		status: "idle",
		nextExecutionCount: 1,
		historySession: 43,
		historyFile: "/home/ada/.ipython/profile_default/history.sqlite",
		banner: "Python 3.11.7, IPython 9.18.1",
	},
	approvals: [],
	terminals: [],
	queue: [],
	runningTurn: null,
	input: null,
	...changes,
});

/** Makes updates of session `s1` in order: `event()` takes the next number, `hint()` the last one. */
export const createUpdates = (seq = 0) => ({
	event: (event: SessionEvent): SessionUpdateParams => ({
		kind: "event",
		sessionId: "s1",
		seq: ++seq,
		at: 0,
		event,
	}),
	hint: (hint: SessionHint): SessionUpdateParams => ({ kind: "hint", sessionId: "s1", seq, hint }),
});

export const cellStarted = (cellId: string, code: string, executionCount: number | null, by = "p1") =>
	({ kind: "cellStarted", cellId, kernelId: "k1", code, by, executionCount }) satisfies SessionEvent;
export const printed = (cellId: string, text: string) =>
	({
		kind: "cellOutput",
		cellId,
		output: { kind: "stream", name: "stdout", text },
	}) satisfies SessionEvent;
export const cellFinished = (cellId: string, executionCount: number) =>
	({ kind: "cellFinished", cellId, status: "ok", executionCount, payloads: [] }) satisfies SessionEvent;
export const promptAccepted = (turnId: string, text: string, by = "p1") =>
	({
		kind: "promptAccepted",
		turnId,
		content: [{ kind: "text", text }],
		source: `.${text}`,
		by,
	}) satisfies SessionEvent;
export const turnStarted = (turnId: string, warnings: string[] = []) =>
	({
		kind: "turnStarted",
		turnId,
		parentId: null,
		backend: "scripted",
		model: "model-1",
		rendered: [],
		renderPoint: 0,
		warnings,
	}) satisfies SessionEvent;
export const turnFinished = (
	turnId: string,
	changes: Partial<SessionEvent & { kind: "turnFinished" }> = {},
) =>
	({
		kind: "turnFinished",
		turnId,
		stopReason: "endTurn",
		usage: null,
		error: null,
		...changes,
	}) satisfies SessionEvent;
