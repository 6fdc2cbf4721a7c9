/** Codex's own shell and file tools: each use is asked for, shows its output, and leaves nothing running. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Backend } from "../../../../server/backends/backend.ts";
import { findCodex } from "../../../../server/backends/codex/locate.ts";
import { lastRoundNote } from "../../../../server/backends/loop/toolLoop.ts";
import type { ToolCall } from "../../../../server/context/transcript.ts";
import { backendSubjects } from "../../../support/backendSubjects.ts";
import { Conversation, text } from "../../../support/conversation.ts";
import { isRunning } from "../../../support/kernel.ts";
import { type ModelServer, startModelServer } from "../../../support/modelServer/modelServer.ts";

const subject = backendSubjects.find((one) => one.name === "codex")!;

const command = (cmd: string, more: object = {}) =>
	`@@tool exec_command ${JSON.stringify({ cmd, ...more })}@@`;

describe.skipIf(subject.missing !== null)("Codex's own tools", () => {
	let server: ModelServer;
	let backend: Backend;
	let conversation: Conversation;
	let folder: string;
	let asked: ToolCall[];
	const permit = (reason: string | null) => (call: ToolCall) => {
		asked.push(call);
		return reason;
	};
	const allow = permit(null);
	beforeAll(async () => {
		server = await startModelServer();
		backend = subject.create();
	});
	beforeEach(() => {
		server.requests.length = 0;
		asked = [];
		folder = mkdtempSync(join(process.env.HOME!, "project-"));
		conversation = new Conversation(backend, subject.environment(server), subject.model, folder);
	});
	afterAll(async () => {
		await backend.dispose();
		await server.close();
	});

	/** A file that a command wrote its process id to. */
	const pidFrom = async (file: string): Promise<number> => {
		const path = join(folder, file);
		await vi.waitUntil(() => existsSync(path) && readFileSync(path, "utf8").endsWith("\n"), 10_000);
		return Number(readFileSync(path, "utf8"));
	};

	test("a turn without tools offers none of them", async () => {
		await conversation.say("hello", { tools: [] });
		const names = (server.requests[0]!.body.tools ?? []).map((tool: { name: string }) => tool.name);
		expect(names).not.toContain("exec_command");
		const turn = await conversation.say(command("touch made"), { tools: [], permit: allow });
		expect(asked).toEqual([]);
		expect(turn.stopReason).toBe("endTurn");
		expect(existsSync(join(folder, "made"))).toBe(false);
	});

	test.each([
		["a version that might not ask", "s#ipyai/[0-9]*[.][0-9]*#ipyai/0.168#"],
		["an organisation's other policy", 's/"approvalPolicy":"untrusted"/"approvalPolicy":"on-request"/'],
		["another reviewer", 's/"approvalsReviewer":"user"/"approvalsReviewer":"auto_review"/'],
	])("%s leaves them off", async (_, rewrite) => {
		const program = join(folder, "codex");
		const [real] = findCodex({})!;
		writeFileSync(program, `#!/bin/sh\n"${real}" "$@" | sed -u '${rewrite}'\n`, { mode: 0o755 });
		const environment = { ...subject.environment(server), IPYAI_CODEX_CMD: `'${program}'` };
		const turn = await conversation.say(command("touch made"), { permit: allow, environment });
		expect(turn.text).toBe("No tool named exec_command is offered.");
		expect(asked).toEqual([]);
		const patch = "*** Begin Patch\n*** Add File: made\n+hello\n*** End Patch\n";
		await conversation.say(`@@custom apply_patch ${patch}@@`, { permit: allow, environment });
		expect(asked).toEqual([]);
		expect(existsSync(join(folder, "made"))).toBe(false);
		expect((await conversation.say("next", { environment })).text).toBe("You said: next");
	});

	test("a reviewer in the person's own configuration is not asked instead of them", async () => {
		const home = mkdtempSync(join(process.env.HOME!, "reviewed-"));
		const { CODEX_HOME } = subject.environment(server);
		const config = readFileSync(join(CODEX_HOME!, "config.toml"), "utf8");
		writeFileSync(join(home, "config.toml"), `approvals_reviewer = "auto_review"\n${config}`);
		const environment = { ...subject.environment(server), CODEX_HOME: home };
		await conversation.say(command("touch made"), { permit: permit("no"), environment });
		expect(asked).toHaveLength(1);
		expect(existsSync(join(folder, "made"))).toBe(false);
	});

	test.each([
		["gpt-5.5", command("cat /etc/hostname")],
		["gpt-5.5", command("ls")],
		["gpt-5.5", command("git status")],
		["gpt-6-sol", `@@custom exec text(await tools.exec_command({cmd: "cat /etc/hostname"}))@@`],
	])("%s has a command asked for, however harmless: %s", async (model, prompt) => {
		const refused = await conversation.say(prompt, { permit: permit("the person said no"), model });
		expect(asked).toMatchObject([
			{ name: "exec_command", executor: "provider", args: { cmd: expect.any(String) } },
		]);
		expect(refused.stopReason).toBe("endTurn");
		expect(refused.entries).toMatchObject([
			{ role: "assistant" },
			{ role: "tool", results: [{ isError: true, content: [text("the person said no")] }] },
			{ role: "assistant" },
		]);
		expect(server.requests.at(-1)!.raw).toContain("exec_command: the person said no");
	});

	test("an allowed one runs in the folder, and its output is the result", async () => {
		const turn = await conversation.say(command("pwd; echo more > made; echo $((6 * 7))"), { permit: allow });
		expect(turn.entries[1]).toMatchObject({
			results: [{ isError: false, content: [text(`${folder}\n42\n`)] }],
		});
		expect(readFileSync(join(folder, "made"), "utf8")).toBe("more\n");
		expect((await conversation.say("next")).text).toBe("You said: next");
	});

	test("one that fails says its exit code", async () => {
		const turn = await conversation.say(command("echo oh; exit 3"), { permit: allow });
		expect(turn.entries[1]).toMatchObject({
			results: [{ isError: true, content: [text("oh\nexit code 3")] }],
		});
	});

	test("the output shows while it runs", async () => {
		const shown: string[] = [];
		const ready = join(folder, "ready");
		const cmd = `sleep 0.4; echo first; while [ ! -e '${ready}' ]; do sleep 0.05; done; echo last`;
		const turn = await conversation.say(command(cmd), {
			permit: allow,
			onUpdate: (update) => {
				if (update.kind !== "toolOutput") return;
				shown.push(update.delta);
				writeFileSync(ready, "");
			},
		});
		expect(shown.join("")).toContain("first\n");
		expect(turn.entries[1]).toMatchObject({ results: [{ content: [text("first\nlast\n")] }] });
	});

	describe.each([
		["a patch", "gpt-5.5", (patch: string) => `@@custom apply_patch ${patch}@@`],
		[
			"a patch from a script",
			"gpt-6-sol",
			(patch: string) => `@@custom exec text(await tools.apply_patch(${JSON.stringify(patch)}))@@`,
		],
	])("%s", (_, model, prompt) => {
		const patch = "*** Begin Patch\n*** Add File: made.txt\n+hello\n*** End Patch\n";

		test("that is refused writes nothing", async () => {
			const turn = await conversation.say(prompt(patch), { model, permit: permit("no") });
			expect(asked).toMatchObject([{ name: "apply_patch", executor: "provider" }]);
			expect(JSON.stringify(asked[0]!.args)).toContain("made.txt");
			expect(turn.entries[1]).toMatchObject({ results: [{ isError: true, content: [text("no")] }] });
			expect(existsSync(join(folder, "made.txt"))).toBe(false);
		});

		test("that is allowed is applied", async () => {
			const turn = await conversation.say(prompt(patch), { model, permit: allow });
			expect(turn.stopReason).toBe("endTurn");
			expect(turn.entries[1]).toMatchObject({ results: [{ isError: false }] });
			expect(JSON.stringify(turn.entries[1])).not.toContain("Wall time");
			expect(readFileSync(join(folder, "made.txt"), "utf8")).toBe("hello\n");
		});
	});

	test("commands and our tools of one response are begun in the order of the calls", async () => {
		const order: string[] = [];
		const turn = await conversation.say(
			`${command("echo one")}@@tool pyrun {"code":"2"}@@${command("echo three")}`,
			{
				permit: (call) => {
					order.push(String(call.args.cmd));
					return null;
				},
				callTool: () => `${order.push("pyrun")}`,
			},
		);
		expect(order).toEqual(["echo one", "pyrun", "echo three"]);
		const results = ["one\n", "2", "three\n"].map((said) => ({ content: [text(said)], isError: false }));
		expect(turn.entries[1]).toMatchObject({ results });
	});

	test("one left running is waited for by a later call", async () => {
		const cmd = "while [ ! -e go ]; do sleep 0.05; done; echo done";
		const first = await conversation.say(
			`${command(cmd, { yield_time_ms: 300 })}@@tool pyrun {"code":"meanwhile"}@@`,
			{ permit: allow, callTool: () => "ran meanwhile" },
		);
		expect(JSON.stringify(first.entries[1])).toContain("ran meanwhile");
		const session_id = Number(/It still runs, as session (\d+)\./.exec(JSON.stringify(first.entries))?.[1]);
		const typed = await conversation.say(
			`@@tool write_stdin ${JSON.stringify({ session_id, chars: "rm -rf x\n" })}@@`,
		);
		expect(typed.text).toContain("stdin is closed");
		writeFileSync(join(folder, "go"), "");
		const waited = await conversation.say(`@@tool write_stdin ${JSON.stringify({ session_id })}@@`);
		expect(waited.entries[1]).toMatchObject({ results: [{ isError: false, content: [text("done\n")] }] });
		expect(asked).toHaveLength(1);
	});

	test("one left running ends with its conversation", async () => {
		await conversation.say(command("echo $$ > pid; exec sleep 600", { yield_time_ms: 300 }), {
			permit: allow,
		});
		const pid = await pidFrom("pid");
		expect(isRunning(pid)).toBe(true);
		conversation.transcript = [];
		await conversation.say("another beginning");
		await vi.waitUntil(() => !isRunning(pid), 10_000);
	});

	test("none gets a terminal to type into", async () => {
		const turn = await conversation.say(command("bash", { tty: true }), { permit: allow });
		expect(asked).toEqual([]);
		expect(turn.entries[1]).toMatchObject({ results: [{ isError: true }] });
		expect(turn.text).toContain("TTY execution is disabled");
	});

	test("a cancel ends the command", async () => {
		const abort = new AbortController();
		const saying = conversation.say(command("echo $$ > pid; exec sleep 600"), {
			permit: allow,
			signal: abort.signal,
		});
		const pid = await pidFrom("pid");
		abort.abort();
		expect((await saying).stopReason).toBe("cancelled");
		await vi.waitUntil(() => !isRunning(pid), 10_000);
		expect((await conversation.say("go on")).text).toBe("You said: go on");
	});

	test("a cancel takes the question back", async () => {
		const abort = new AbortController();
		const turn = await conversation.say(command("touch made"), {
			permit: () => {
				abort.abort();
				return new Promise<null>(() => {});
			},
			signal: abort.signal,
		});
		expect(turn.stopReason).toBe("cancelled");
		expect((await conversation.say("go on")).text).toBe("You said: go on");
		expect(existsSync(join(folder, "made"))).toBe(false);
	});

	test("what is said during a command reaches the model with its result", async () => {
		const steering = [[text("also this")]];
		const turn = await conversation.say(command("echo hello"), {
			permit: allow,
			steering: () => steering.splice(0),
		});
		expect(turn.entries.map((entry) => entry.role)).toEqual(["assistant", "tool", "user", "assistant"]);
		expect(server.requests.at(-1)!.raw).toContain("also this");
	});

	test("after the last round the model is told, and no command runs", async () => {
		const turn = await conversation.say(
			`@@forever exec_command ${JSON.stringify({ cmd: "echo x >> made" })}@@`,
			{
				permit: allow,
				maxRounds: 2,
			},
		);
		expect(turn.stopReason).toBe("maxTurns");
		expect(readFileSync(join(folder, "made"), "utf8")).toBe("x\nx\n");
		expect(server.requests.at(-1)!.raw).toContain(lastRoundNote);
	});
});
