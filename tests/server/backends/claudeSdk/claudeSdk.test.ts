/** What only Claude Code does: tools of its own, a child that is kept, sessions that are seeded. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Backend } from "../../../../server/backends/backend.ts";
import { ClaudeSdkBackend } from "../../../../server/backends/claudeSdk/claudeSdk.ts";
import { findClaude } from "../../../../server/backends/claudeSdk/locate.ts";
import { backendSubjects } from "../../../support/backendSubjects.ts";
import { Conversation, text } from "../../../support/conversation.ts";
import { type ModelServer, startModelServer } from "../../../support/modelServer/modelServer.ts";
import { repeatedShare } from "../../../support/requestPrefix.ts";

const subject = backendSubjects.find((one) => one.name === "claude-sdk")!;

test("without the program the turn ends with the way to get it", async () => {
	const environment = { PATH: "/nowhere", HOME: "/nowhere", IPYAI_CLAUDE_PATH: "/nowhere/claude" };
	const backend = new ClaudeSdkBackend();
	expect(backend.login(environment)).toEqual({
		kind: "missing",
		hint: "IPYAI_CLAUDE_PATH names /nowhere/claude, which is no program: correct or unset it.",
	});
	const turn = await new Conversation(backend, environment, "sonnet").say("hello");
	expect(turn.stopReason).toBe("failed");
	expect(turn.error).toContain("IPYAI_CLAUDE_PATH names /nowhere/claude");
});

describe.skipIf(subject.missing !== null)("with Claude Code", () => {
	let server: ModelServer;
	let backend: Backend;
	let conversation: Conversation;
	beforeAll(async () => {
		server = await startModelServer();
		backend = subject.create();
	});
	beforeEach(() => {
		server.requests.length = 0;
		conversation = new Conversation(backend, subject.environment(server), subject.model, subject.cwd());
	});
	afterAll(async () => {
		await backend.dispose();
		await server.close();
	});

	test("a login is preferred to a key, a key of one's own server to a login", () => {
		const environment = subject.environment(server);
		expect(backend.login(environment)).toEqual({ kind: "environment", name: "ANTHROPIC_API_KEY" });
		const both = { ...environment, CLAUDE_CODE_OAUTH_TOKEN: "t" };
		expect(backend.login(both)).toEqual({ kind: "environment", name: "ANTHROPIC_API_KEY" });
		const login = { kind: "login", name: "CLAUDE_CODE_OAUTH_TOKEN" };
		expect(backend.login({ ...both, ANTHROPIC_BASE_URL: "" })).toEqual(login);
		expect(backend.login({ ...environment, ANTHROPIC_API_KEY: "" }).kind).toBe("missing");
	});

	test.each([
		["a shell command", '@@tool Bash {"command":"echo it-ran"}@@'],
		["a harmless look", '@@tool Read {"file_path":"/etc/hostname"}@@'],
	])("%s of its own is asked for, and refused with the reason", async (_, prompt) => {
		const asked: string[] = [];
		const permit = (reason: string | null) => (call: { name: string; executor: string }) => {
			asked.push(`${call.name} by ${call.executor}`);
			return reason;
		};
		const refused = await conversation.say(prompt, { permit: permit("the person said no") });
		expect(asked).toHaveLength(1);
		expect(asked[0]).toMatch(/^(Bash|Read) by provider$/);
		expect(refused.text).toContain("the person said no");
		const allowed = await conversation.say(prompt, { permit: permit(null) });
		expect(asked).toHaveLength(2);
		expect(allowed.text).not.toContain("the person said no");
		expect(allowed.entries).toMatchObject([
			{ items: [{ kind: "toolCall", executor: "provider" }] },
			{ role: "tool", results: [{ isError: false }] },
			{ items: [{ kind: "text" }] },
		]);
	});

	test("a turn without tools offers none, and the child has none of its own", async () => {
		const turn = await conversation.say('@@tool Bash {"command":"echo it-ran"}@@', { tools: [] });
		expect(turn.text).toBe("No tool named Bash is offered.");
		expect(server.requests[0]!.body.tools ?? []).toEqual([]);
	});

	test("what a person types is not read as a command or a file", async () => {
		expect((await conversation.say("/help me")).text).toBe("You said: /help me");
		expect((await conversation.say("see @/etc/hostname")).text).toBe("You said: see @/etc/hostname");
		expect(server.requests.at(-1)!.raw).not.toContain("<file");
	});

	test("an edited transcript is what the model sees next", async () => {
		await conversation.say("the first");
		await conversation.say("the second");
		conversation.transcript = [
			{ role: "user", content: [text("the edited")] },
			...conversation.transcript.slice(1),
		];
		const turn = await conversation.say("third");
		expect(turn.text).toBe("You said: third");
		const { raw } = server.requests.at(-1)!;
		expect(raw).toContain("the edited");
		expect(raw).not.toContain('"the first"');
	});

	test("turns that have nothing to do with each other keep nothing of each other", async () => {
		for (const word of ["one", "two", "three"]) {
			conversation.transcript = [];
			const turn = await conversation.say(word, { tools: [] });
			expect(turn.text).toBe(`You said: ${word}`);
		}
		expect(server.requests.at(-1)!.raw).not.toContain("two");
	});

	test("a turn that overtakes a cancelled one of the same conversation is answered", async () => {
		const abort = new AbortController();
		const first = conversation.say("@@hang@@", { signal: abort.signal });
		await server.held();
		abort.abort();
		const [cancelled, second] = await Promise.all([
			first,
			new Conversation(
				backend,
				subject.environment(server),
				subject.model,
				subject.cwd(),
				conversation.conversationId,
			).say("overtaking"),
		]);
		expect([cancelled.stopReason, second.text]).toEqual(["cancelled", "You said: overtaking"]);
	});

	test.each([
		["alone", "", 1],
		["the first of two", '@@tool pyrun {"code":"2"}@@', 1],
		["in the second round", '@@then@@ @@tool pyrun {"code":"2"}@@', 2],
	])(
		"a stopped tool, %s, ends the turn without another request, and the next begins with the last",
		async (_, more, last) => {
			await conversation.say("before");
			const abort = new AbortController();
			let calls = 0;
			const turn = await conversation.say(`@@think@@ @@tool pyrun {"code":"1"}@@ ${more}`, {
				signal: abort.signal,
				callTool: () => {
					if (++calls < last) return "done";
					queueMicrotask(() => abort.abort());
					return new Promise(() => {});
				},
			});
			expect([turn.stopReason, calls, server.requests.length]).toEqual(["cancelled", last, last + 1]);
			await conversation.say("after");
			expect((await conversation.say("after that")).text).toBe("You said: after that");
			const { requests } = server;
			expect(requests[last + 1]!.raw).toContain("Cancelled before it finished.");
			for (const [index, request] of requests.entries())
				if (index > 0) expect(repeatedShare(requests[index - 1]!, request), `request ${index}`).toBe(1);
		},
	);

	test("a stopped command of its own is not waited for", async () => {
		const abort = new AbortController();
		const turn = await conversation.say('@@tool Bash {"command":"tail -f /dev/null"}@@', {
			signal: abort.signal,
			permit: () => {
				queueMicrotask(() => abort.abort());
				return null;
			},
		});
		expect([turn.stopReason, server.requests.length]).toEqual(["cancelled", 1]);
		expect((await conversation.say("after")).text).toBe("You said: after");
	});

	test("a call that it refuses by itself, before it has read the next, has a result", async () => {
		const turn = await conversation.say(
			'@@tool Bash {"command":"sleep 60"}@@ @@tool pyrun {"code":"1"}@@ @@tool Read {"no":"path"}@@',
		);
		expect(turn.stopReason).toBe("endTurn");
		const [, results] = turn.entries;
		expect(results).toMatchObject({ results: [{ isError: true }, { isError: false }, { isError: true }] });
		expect(JSON.stringify(results)).toMatch(/Blocked.*file_path/);
	});

	test("what was prepared for a turn serves it, and gives way where it does not fit", async () => {
		const program = join(subject.cwd(), `claude-${randomUUID()}`);
		const script = `#!/bin/sh\necho started >> "${program}.log"\nexec "${findClaude({})}" "$@"\n`;
		writeFileSync(program, script, { mode: 0o755 });
		const environment = { ...subject.environment(server), IPYAI_CLAUDE_PATH: program };
		const starts = () => readFileSync(`${program}.log`, "utf8").trim().split("\n").length;
		const own = new Conversation(backend, environment, subject.model, subject.cwd());
		backend.prepare!(own.preparation());
		backend.prepare!(own.preparation());
		expect((await own.say("hello")).text).toBe("You said: hello");
		expect(starts()).toBe(1);
		backend.prepare!({ ...own.preparation(), think: "h" });
		expect((await own.say("next")).text).toBe("You said: next");
		expect(server.requests.at(-1)!.raw).toContain("You said: hello");
		expect(starts()).toBeGreaterThan(1);
	});

	test("nothing of a conversation stays in the person's folders, also where history was handed over", async () => {
		const folder = mkdtempSync(join(process.env.HOME!, "config-"));
		const environment = { ...subject.environment(server), CLAUDE_CONFIG_DIR: folder };
		const own = new ClaudeSdkBackend();
		const talk = new Conversation(own, environment, subject.model, folder);
		await talk.say("plum jam");
		talk.transcript = [{ role: "user", content: [text("pear jam")] }, ...talk.transcript.slice(1)];
		expect((await talk.say("and now?")).text).toBe("You said: and now?");
		// The SDK gives a history to the child as files in a folder that it makes.
		const project = `projects/${realpathSync(folder).replaceAll(/[^a-zA-Z0-9]/g, "-")}`;
		const copies = () =>
			readdirSync(tmpdir()).filter(
				(name) => name.startsWith("claude-resume-") && existsSync(join(tmpdir(), name, project)),
			);
		expect(copies()).not.toEqual([]);
		await own.dispose();
		expect(copies()).toEqual([]);
		const files = readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name));
		expect(files.filter((file) => file.includes("projects"))).toEqual([]);
		for (const file of files) expect(readFileSync(file, "utf8"), file).not.toMatch(/(plum|pear) jam/);
	});

	test("the cost of a turn is its own", async () => {
		const [first, second] = [await conversation.say("one"), await conversation.say("two")];
		expect(first.usage?.costUsd).toBeGreaterThan(0);
		expect(second.usage?.costUsd).toBeLessThan(first.usage!.costUsd! * 2);
	});
});
