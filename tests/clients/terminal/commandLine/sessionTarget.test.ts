import { expect, test } from "vitest";
import { noArguments } from "../../../../clients/terminal/commandLine/runArguments.ts";
import { chooseTarget } from "../../../../clients/terminal/commandLine/sessionTarget.ts";

const session = (sessionId: string, backend: string) => ({
	sessionId,
	backend,
	cells: 1,
	turns: 0,
	title: null,
});

/** A server that lists these sessions, newest first. */
const connected = (...sessions: readonly object[]) => {
	const answers: Record<string, object> = {
		"session/list": { sessions },
		"backend/list": {
			backends: [
				{ name: "claude-api", aliases: ["ipyclaude"] },
				{ name: "codex", aliases: [] },
			],
		},
	};
	const server = { request: async (method: string) => answers[method], close: () => {} };
	return { connect: async () => server as never, canPick: false };
};

const resume = (backend: string | null) => ({ ...noArguments, resume: { kind: "newest" }, backend }) as const;

test("-r with a backend prefers that backend's sessions, by any of its names", async () => {
	const options = connected(session("new", "codex"), session("old", "claude-api"));
	for (const name of ["claude-api", "ipyclaude"])
		expect(await chooseTarget(resume(name), "/work", options)).toEqual({
			kind: "resume",
			ref: { sessionId: "old" },
		});
	expect(await chooseTarget(resume("codex"), "/work", options)).toEqual({
		kind: "resume",
		ref: { sessionId: "new" },
	});
});

test("-r with a backend that has no session takes the newest of all", async () => {
	const options = connected(session("new", "codex"), session("old", "codex"));
	expect(await chooseTarget(resume("claude-api"), "/work", options)).toEqual({
		kind: "resume",
		ref: { sessionId: "new" },
	});
	expect(await chooseTarget(resume("claude-api"), "/work", connected())).toEqual({
		kind: "resume",
		ref: { cwd: "/work" },
	});
	expect(await chooseTarget(resume(null), "/work", options)).toEqual({
		kind: "resume",
		ref: { cwd: "/work" },
	});
});

test("with a person at a terminal the one session of the backend is taken without a question", async () => {
	const options = { ...connected(session("new", "codex"), session("old", "claude-api")), canPick: true };
	expect(await chooseTarget(resume("claude-api"), "/work", options)).toEqual({
		kind: "resume",
		ref: { sessionId: "old" },
	});
});
