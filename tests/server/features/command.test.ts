import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandNames } from "../../../protocol/commandNames.ts";
import { hangAfter, type Script, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer } from "../../support/server.ts";
import { nextRequestId } from "../../support/sessionWithKernel.ts";

/** A session without a kernel, and `%ipyai` in it. */
const start = async (scripts: readonly Script[] = [], environment: Record<string, string> = {}) => {
	const server = await startTestServer({ backends: [scriptedBackend(...scripts)] });
	const home = { HOME: server.folder, XDG_CONFIG_HOME: join(server.folder, "config"), ...environment };
	const client = await server.connect({ environment: home });
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings: {},
	});
	const { sessionId } = state;
	const run = (line: string) =>
		client.request("command/run", { sessionId, requestId: nextRequestId(), line });
	const text = async (line: string) => (await run(line)).text.replaceAll(server.folder, "~");
	const ask = async (prompt: string) => {
		const { turnId } = await client.request("session/prompt", {
			sessionId,
			requestId: nextRequestId(),
			content: [{ kind: "text", text: prompt }],
		});
		return turnId;
	};
	const answered = async (prompt: string) => {
		const turnId = await ask(prompt);
		await client.event("turnFinished", (event) => event.turnId === turnId);
	};
	return { server, client, sessionId, run, text, ask, answered };
};

test("without a word: every setting with the source that gave it, and the files", async () => {
	const { server, text } = await start([], { IPYAI_MODEL: "from-shell" });
	mkdirSync(join(server.folder, "config/ipyai"), { recursive: true });
	writeFileSync(join(server.folder, "config/ipyai/config.json"), JSON.stringify({ code_theme: "nord" }));
	await text("code_theme nord");
	await text("think h");
	expect(await text("")).toMatchInlineSnapshot(`
		"backend = scripted                   (the first that is ready)
		model = from-shell                   (IPYAI_MODEL)
		completion_model = script-mini       (default)
		think = h                            (this session)
		permissions = ask                    (default)
		search = none                        (default)
		code_theme = nord                    (this session)
		log_exact = off                      (default)
		prompt_mode = off                    (default)
		python = none
		login = not needed
		config file = ~/config/ipyai/config.json
		system prompt = ~/config/ipyai/sysp.txt
		exact log = ~/config/ipyai/exact-log.jsonl
		state = ~/.local/state/ipyai"
	`);
});

test("a setting is shown, or set and shown", async () => {
	const { client, text } = await start();
	expect(await text("think")).toBe("think = l");
	expect(await text("think h")).toBe("think = h");
	expect(
		(await client.event("settingsChanged", ({ settings }) => settings.think === "h")).settings.think,
	).toBe("h");
	expect(await text("search m")).toMatch(/^search = m\n/);
	expect(await text("search off")).toBe("search = none");
	expect(await text("log-exact yes")).toBe("log_exact = on");
	expect(await text("completion_model tiny")).toBe("completion_model = tiny");
	expect(await text("backend")).toBe(
		"backend = scripted\n* scripted       script-1                 not needed",
	);
	expect(await text("prompt")).toBe("Prompt mode ON");
	expect(await text("prompt")).toBe("Prompt mode OFF");
});

test("a wrong value says what fits and changes nothing", async () => {
	const { run, text } = await start();
	expect(await run("permissions yoloo")).toEqual({
		text: "%ipyai permissions yoloo: choose one of ask, auto, plan, yolo. Did you mean yolo?",
		failed: true,
		action: null,
	});
	expect(await text("permissions")).toBe("permissions = ask");
	expect((await run("backend nowhere")).failed).toBe(true);
});

test("--save keeps a setting for later sessions and leaves the rest of the file alone", async () => {
	const { server, text } = await start();
	const file = join(server.folder, "config/ipyai/config.json");
	mkdirSync(join(server.folder, "config/ipyai"), { recursive: true });
	writeFileSync(
		file,
		JSON.stringify({ mine: [1], models: { other: { model: "o" }, scripted: { think: "m" } } }),
	);
	expect(await text("model better --save")).toBe("model = better\nsaved in ~/config/ipyai/config.json");
	expect(await text("search h --save")).toContain("search = h");
	expect(await text("code_theme --save")).toContain("code_theme = auto");
	expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
		mine: [1],
		models: { other: { model: "o" }, scripted: { think: "m", model: "better" } },
		search: "h",
		code_theme: "auto",
	});
	const later = await start([], { XDG_CONFIG_HOME: join(server.folder, "config") });
	expect(await later.text("model")).toContain("model = better");
	writeFileSync(file, "{ broken");
	expect(await text("think x --save")).toContain("is no JSON object: correct it, then save again");
	expect(readFileSync(file, "utf8")).toBe("{ broken");
});

test("an unknown word names the nearest command and never becomes a prompt", async () => {
	const { client, run, text } = await start();
	expect(await run("modle gpt")).toMatchObject({
		text: "Unknown command: modle. Did you mean %ipyai model? %ipyai help lists the commands.",
		failed: true,
	});
	expect(await text("explain this to me")).toBe("Unknown command: explain. %ipyai help lists the commands.");
	expect(await text("constructor")).toContain("Unknown command");
	expect(client.updates.some((each) => each.kind === "event" && each.event.kind === "promptAccepted")).toBe(
		false,
	);
});

test("help has a line for each command", async () => {
	const { text } = await start();
	const help = await text("help");
	expect(commandNames.filter((name) => !new RegExp(`^  ${name}\\b`, "m").test(help))).toEqual([]);
});

test("what only the client can do comes back as an action", async () => {
	const { run } = await start();
	expect(await run("detach")).toEqual({ text: "", failed: false, action: { kind: "detach" } });
	expect(await run("restart")).toMatchObject({ action: { kind: "restart" } });
	expect(await run("resume")).toMatchObject({ action: { kind: "resume", session: null } });
	expect(await run("resume 4711")).toMatchObject({ failed: true, action: null });
});

test("reset counts the prompts of this conversation", async () => {
	const { sessionId, text, answered } = await start([say("x")]);
	await answered("one");
	await answered("two");
	expect(await text("reset")).toBe(`Deleted 2 AI prompts from session ${sessionId.slice(0, 13)}.`);
	await answered("three");
	expect(await text("reset")).toContain("Deleted 1 AI prompts");
});

test("usage adds up what is known and says what is not", async () => {
	const { text, answered } = await start([
		async function* (request) {
			for await (const update of say("x")(request))
				yield update.kind === "end"
					? {
							...update,
							usage: {
								inputTokens: 1000,
								outputTokens: 20,
								cacheReadTokens: 900,
								cacheWriteTokens: null,
								costUsd: 0.0123,
								contextTokens: 1020,
								contextWindow: 200_000,
							},
						}
					: update;
		},
		say("y"),
	]);
	expect(await text("usage")).toBe("No prompt has been answered in this session yet.");
	await answered("first");
	await answered("second");
	expect(await text("usage")).toMatchInlineSnapshot(`
		"prompt   model       input  from cache  to cache   output       cost
		first    script-1     1000         900   unknown       20    $0.0123
		second   script-1  unknown     unknown   unknown  unknown    unknown
		2 turns             ≥ 1000       ≥ 900   unknown     ≥ 20  ≥ $0.0123"
	`);
});

test("context shows what the next prompt would send, and what the last one did", async () => {
	const { run, text, answered } = await start();
	expect(await text("context last")).toContain("no prompt has been sent");
	expect(await run("context how <so>?")).toMatchObject({ action: { kind: "page" } });
	expect(await text("context how <so>?")).toContain("<user-request>how &lt;so&gt;?</user-request>");
	await answered("why?");
	expect(await text("context last")).toContain("<user-request>why?</user-request>");
});

test("waiting prompts are listed, edited and removed by their place", async () => {
	const { client, sessionId, text, ask } = await start([hangAfter("…"), say("done")]);
	await ask("long");
	await ask("second");
	await ask("third");
	expect(await text("queue")).toBe("1  second\n2  third");
	expect(await text("queue edit 2 third, better")).toBe("2  third, better");
	expect(await text("queue remove 1")).toBe("Removed: second");
	expect(await text("queue")).toBe("1  third, better");
	expect(await text("queue remove 7")).toContain("no prompt 7 waits; there are 1");
	expect(await text("queue push")).toContain("write queue, queue edit N TEXT or queue remove N");
	await client.request("session/cancel", { sessionId });
});

test("other sessions of the folder are listed, a title wins over the last prompt", async () => {
	const { client, server, text } = await start();
	expect(await text("sessions")).toBe("No other sessions found for this directory.");
	await text("rename mine");
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings: {},
	});
	const listed = await client.request("command/run", {
		sessionId: state.sessionId,
		requestId: nextRequestId(),
		line: "sessions",
	});
	expect(listed.text).toMatch(/^ {11}ID {2}Start .*\n[0-9a-f-]{13} .* here\n[0-9a-f-]{13} .* lost {4}mine$/);
});

test("an observer may not run commands; a request id sent twice acts once", async () => {
	const { server, client, sessionId } = await start();
	const observer = await server.connect();
	await observer.request("session/attach", { ref: { sessionId }, role: "observer", since: null });
	await expect(
		observer.request("command/run", { sessionId, requestId: "o", line: "prompt" }),
	).rejects.toThrow(/observer/);
	const toggle = { sessionId, requestId: "same", line: "prompt" };
	expect(await client.request("command/run", toggle)).toEqual(await client.request("command/run", toggle));
	expect((await client.request("command/run", { ...toggle, requestId: "other" })).text).toBe(
		"Prompt mode OFF",
	);
});

test("web search says where it is not supported", async () => {
	const { text } = await start();
	expect(await text("search h")).toBe(
		"search = h\nnot supported: scripted does not search the web. It counts on backends that do.",
	);
	expect(await text("search off")).toBe("search = none");
});
