import { expect, test } from "vitest";
import { parseCommand, type Request, runCommand } from "../../../clients/terminal/commands.ts";
import { SessionView } from "../../../clients/terminal/sessionView.ts";
import { sessionState } from "../../support/sessionUpdates.ts";

/** Runs a command against canned answers; tells what was asked and what is shown. */
const run = async (words: string, answers: Record<string, unknown> = {}) => {
	const asked: string[] = [];
	const view = new SessionView("p1", sessionState(), 0);
	const request = (async (method: string, params: object) => {
		const { sessionId: _, requestId: __, ...rest } = params as Record<string, unknown>;
		asked.push(`${method} ${JSON.stringify(rest)}`);
		const answer = answers[method];
		if (answer instanceof Error) throw answer;
		if (method === "session/configure")
			return { settings: { ...view.settings, ...(params as { settings: object }).settings } };
		return answer ?? {};
	}) as Request;
	const outcome = await runCommand(
		{ view, request, newRequestId: () => "r1", configFolder: "/config/ipyai", stateFolder: "/state/ipyai" },
		words,
	);
	return { ...outcome, asked };
};

test("a cell is a command when it is one line of %ipyai or %ipycodex", () => {
	expect(parseCommand("%ipyai")).toBe("");
	expect(parseCommand(" %ipyai model  gpt x \n")).toBe("model  gpt x");
	expect(parseCommand("%ipycodex help")).toBe("help");
	expect(parseCommand("%ipyai2 help")).toBe(null);
	expect(parseCommand("%%ipyai\nhi")).toBe(null);
	expect(parseCommand("%ipyai help\nx = 1")).toBe(null);
	expect(parseCommand("x = 1\n%ipyai help")).toBe(null);
});

test("no argument shows the settings and where the files are", async () => {
	expect((await run("")).text).toMatchInlineSnapshot(`
		"backend = scripted
		model = model-1
		completion_model = model-2
		think = m
		permissions = ask
		search = none
		code_theme = monokai
		log_exact = off
		prompt_mode = off
		login = logged in as ada
		config file = /config/ipyai/config.json
		system prompt = /config/ipyai/sysp.txt
		exact log = /config/ipyai/exact-log.jsonl
		state = /state/ipyai"
	`);
});

test("a setting is shown, or set and shown", async () => {
	expect(await run("think")).toEqual({ text: "think = m", asked: [] });
	expect(await run("think h")).toEqual({
		text: "think = h",
		asked: ['session/configure {"settings":{"think":"h"}}'],
	});
	expect((await run("search off")).asked).toEqual(['session/configure {"settings":{"search":null}}']);
	expect((await run("prompt")).text).toBe("Prompt mode ON");
});

test("a wrong value names what fits and sends nothing", async () => {
	expect(await run("permissions yoloo")).toEqual({
		text: "%ipyai permissions yoloo: choose one of ask, auto, plan, yolo. Did you mean yolo?",
		failed: true,
		asked: [],
	});
});

test("an unknown command names the nearest one and never becomes a prompt", async () => {
	expect(await run("modle gpt")).toEqual({
		text: "Unknown command: modle. Did you mean %ipyai model? %ipyai help lists the commands.",
		failed: true,
		asked: [],
	});
	expect((await run("explain this to me")).text).toBe(
		"Unknown command: explain. %ipyai help lists the commands.",
	);
});

test("the server's sentence is shown when it refuses", async () => {
	const outcome = await run("backend nope", { "session/configure": new Error("No backend nope.") });
	expect(outcome).toMatchObject({ failed: true, text: "%ipyai backend nope: No backend nope." });
});

test("sessions are listed newest first, without this one", async () => {
	const at = new Date(2026, 10, 21, 9, 5, 7).getTime();
	const session = {
		title: null,
		cwd: "/home/ada",
		createdAt: at,
		updatedAt: at,
		cells: 3,
		turns: 2,
		backend: "scripted",
		historyFile: null,
		state: "live",
	};
	const { text, asked } = await run("sessions", {
		"session/list": {
			sessions: [
				{ ...session, sessionId: "s1", lastPrompt: "mine", historySession: 43 },
				{ ...session, sessionId: "s2", lastPrompt: "plot\nit", historySession: 42 },
				{
					...session,
					sessionId: "0190a1b2-c3d4-7000-8000-000000000000",
					lastPrompt: null,
					historySession: null,
					state: "closed",
				},
			],
			nextCursor: null,
		},
	});
	expect(asked).toEqual(['session/list {"cwd":"/home/ada","limit":20}']);
	expect(text).toMatchInlineSnapshot(`
		"    ID  Start                  Cmds  State   Last prompt
		    42  2026-11-21 09:05:07       5  live    plot it
		0190a1b2-c3d4  2026-11-21 09:05:07       5  closed  "
	`);
});

test("context shows what would be sent and what was left out", async () => {
	const { text } = await run("context", {
		"context/preview": {
			rendered: [{ kind: "text", text: "<context/>" }],
			warnings: ["x is not defined"],
			parts: [{ label: "In [1]", chars: 10, cutChars: 4 }],
		},
	});
	expect(text).toBe("<context/>\n\n10 characters\n  In [1]: 10 characters, 4 cut\n! x is not defined");
});
