/** A provider's process that is killed, as the machine does when memory runs out: nothing of the conversation is lost. */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../../server/backends/backend.ts";
import { findClaude } from "../../../server/backends/claudeSdk/locate.ts";
import { findCodex } from "../../../server/backends/codex/locate.ts";
import { backendSubjects } from "../../support/backendSubjects.ts";
import { Conversation, type Turn } from "../../support/conversation.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer/modelServer.ts";

const programs = {
	"claude-sdk": { path: findClaude({}), variable: "IPYAI_CLAUDE_PATH" },
	codex: { path: findCodex({})?.[0] ?? null, variable: "IPYAI_CODEX_CMD" },
};

/** The real program through a script that notes the process id of each start; `exec` keeps the id. */
const noteStarts = (program: string, cwd: string) => {
	const script = join(cwd, `program-${randomUUID()}`);
	writeFileSync(`${script}.pids`, "");
	writeFileSync(script, `#!/bin/sh\necho $$ >> "${script}.pids"\nexec "${program}" "$@"\n`, { mode: 0o755 });
	return {
		script,
		pids: () => readFileSync(`${script}.pids`, "utf8").split("\n").filter(Boolean).map(Number),
	};
};

describe.each(Object.entries(programs))("%s", (name, { path, variable }) => {
	const subject = backendSubjects.find((one) => one.name === name)!;
	let server: ModelServer;
	let backend: Backend;
	let pids: () => number[];
	let conversation: Conversation;
	beforeAll(async () => {
		server = await startModelServer();
	});
	afterAll(() => server.close());
	afterEach(async () => {
		expect(server.requests.map((request) => request.status)).not.toContain(400);
		await backend.dispose();
	});
	const begin = () => {
		server.requests.length = 0;
		backend = subject.create();
		const cwd = subject.cwd();
		const noted = noteStarts(path!, cwd);
		pids = noted.pids;
		const environment = { ...subject.environment(server), [variable]: noted.script };
		conversation = new Conversation(backend, environment, subject.model, cwd);
	};
	const kill = () => process.kill(pids().at(-1)!, "SIGKILL");
	const expectFailed = (turn: Turn) => {
		expect(turn.stopReason).toBe("failed");
		expect(turn.error).toMatch(new RegExp(`^${name}: .*SIGKILL.*Send the prompt again`, "s"));
	};
	/** Another process answers, and its model is sent what was said before. */
	const expectWhole = async (...before: string[]) => {
		const dead = pids();
		expect((await conversation.say("still there?")).text).toBe("You said: still there?");
		expect(pids().length).toBeGreaterThan(dead.length);
		const { raw } = server.requests.at(-1)!;
		for (const words of before) expect(raw).toContain(words);
		expect((await conversation.say("and now?")).text).toBe("You said: and now?");
	};

	test("killed in mid-text: what was shown stays", async () => {
		begin();
		await conversation.say("the first question");
		let shown = "";
		const turn = await conversation.say("@@slow@@ @@say one two three four@@", {
			onUpdate: (update) => {
				if (update.kind !== "textDelta") return;
				if (shown === "") kill();
				shown += update.delta;
			},
		});
		expectFailed(turn);
		expect(shown).not.toBe("");
		expect(turn.text).toBe(shown);
		expect(turn.entries).toMatchObject([{ role: "assistant", partial: true }]);
		await expectWhole(
			"the first question",
			"You said: the first question",
			JSON.stringify(shown).slice(1, -1),
		);
	});

	test("killed before the first word, and again where that is mended", async () => {
		begin();
		await conversation.say("the first question");
		const running = conversation.say("@@hang@@ a long thought");
		await server.held();
		kill();
		// A Claude that had rested may have been dead before it was asked: another one is asked, once.
		if (name === "claude-sdk") {
			await server.held();
			kill();
		}
		const turn = await running;
		expectFailed(turn);
		expect(turn.entries).toEqual([]);
		expect(turn.updates.filter((update) => update.kind === "retrying")).toHaveLength(
			name === "claude-sdk" ? 1 : 0,
		);
		// The script in the prompt would hold the next answer too.
		conversation.transcript = conversation.transcript.slice(0, -1);
		await expectWhole("You said: the first question");
	});

	test("killed while a tool runs: the call has a result", async () => {
		begin();
		let stopped = false;
		const turn = await conversation.say('@@say I look.@@ @@tool pyrun {"code":"slow()"}@@', {
			callTool: (_, signal) => {
				signal.addEventListener("abort", () => {
					stopped = true;
				});
				kill();
				return new Promise(() => {});
			},
		});
		expectFailed(turn);
		expect(stopped).toBe(true);
		expect(turn.entries).toMatchObject([
			{ role: "assistant", items: [{ text: "I look." }, { kind: "toolCall" }] },
			{ role: "tool", results: [{ isError: true }] },
		]);
		await expectWhole("I look.", "slow()");
	});

	test("killed between turns: the next prompt does not notice", async () => {
		begin();
		await conversation.say("the first question");
		const [pid] = pids();
		kill();
		while (isThere(pid!)) await new Promise(setImmediate);
		await expectWhole("You said: the first question");
	});
});

const isThere = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
};
