/** Events for tests, short to write. Free of the test runner, so that child processes can use them too. */
import type { Output, SessionEvent, Settings } from "../../protocol/index.ts";
import type { Owner } from "../../server/store/store.ts";

export const owner: Owner = { instanceId: "server-1", pid: 100, startTime: "t1" };

export const created = (cwd = "/work"): SessionEvent => ({ kind: "sessionCreated", cwd, title: null });

export const cellStarted = (
	cellId: string,
	code: string,
	executionCount: number | null = null,
): SessionEvent => ({ kind: "cellStarted", cellId, kernelId: "k", code, by: "p", executionCount });

export const print = (cellId: string, text: string, name: "stdout" | "stderr" = "stdout"): SessionEvent => ({
	kind: "cellOutput",
	cellId,
	output: { kind: "stream", name, text },
});

export const output = (cellId: string, one: Output): SessionEvent => ({
	kind: "cellOutput",
	cellId,
	output: one,
});

export const cellFinished = (cellId: string, executionCount: number | null = null): SessionEvent => ({
	kind: "cellFinished",
	cellId,
	status: "ok",
	executionCount,
	payloads: [],
});

export const prompt = (turnId: string, text: string): SessionEvent => ({
	kind: "promptAccepted",
	turnId,
	content: [{ kind: "text", text }],
	source: `.${text}`,
	by: "p",
});

export const turnStarted = (turnId: string, renderPoint = 0): SessionEvent => ({
	kind: "turnStarted",
	turnId,
	parentId: null,
	backend: "scripted",
	model: "m",
	rendered: [{ kind: "text", text: `rendered ${turnId}` }],
	renderPoint,
	warnings: [],
});

export const turnFinished = (turnId: string): SessionEvent => ({
	kind: "turnFinished",
	turnId,
	stopReason: "endTurn",
	usage: null,
	error: null,
});

export const settings = (backend: string): Settings => ({
	backend,
	model: "m",
	completionModel: null,
	think: "m",
	permissions: "ask",
	search: null,
	codeTheme: "monokai",
	promptMode: false,
	logExact: false,
	login: { kind: "notNeeded" },
});
