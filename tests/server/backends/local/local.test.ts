/**
 * The contract of `server/backends/backend.ts`, held by a real small model in a real process. What a model of this
 * size says is its own; that it is streamed, remembered, counted, cancelled and ended is ours. `Conversation` checks
 * the contract's invariants on every turn.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../../../server/backends/backend.ts";
import { Engine } from "../../../../server/backends/local/engine.ts";
import { LocalBackend } from "../../../../server/backends/local/local.ts";
import { findLlama } from "../../../../server/backends/local/locate.ts";
import type { ChatWork, HistoryItem } from "../../../../server/backends/local/messages.ts";
import type { Entry, ToolCall } from "../../../../server/context/transcript.ts";
import { quickRetries } from "../../../support/apiBackends.ts";
import { Conversation, type SayOptions, text } from "../../../support/conversation.ts";
import { serveFile, testModelPath } from "../../../support/localModel.ts";
import { repository } from "../../../support/sources.ts";

if (testModelPath === null)
	console.warn("The local model is not tested: its file is missing. npm test gets it when it can.");

// Computed by the cores that all tests share: what takes a second alone takes ten beside others.
describe.skipIf(testModelPath === null)("a real model", { timeout: 120_000 }, () => {
	const model = testModelPath ?? "";
	let backend: Backend;
	let home: string;
	beforeAll(() => {
		home = mkdtempSync(join(process.env.HOME ?? "/nowhere", "local-"));
		backend = new LocalBackend(quickRetries);
	});
	afterAll(() => backend.dispose());

	/** Little of everything: tools take most of a short prompt. */
	const brief = { tools: [], maxOutputTokens: 24 } satisfies SayOptions;
	const environment = (more = {}) => ({ HOME: home, PATH: process.env.PATH ?? "", ...more });
	const begin = (more = {}, file = model) => new Conversation(backend, environment(more), file, home);

	test("answers in text, streamed, with usage, and knows what was said", async () => {
		const conversation = begin();
		const first = await conversation.say("What is the capital of France?", brief);
		expect(first.stopReason).toBe("endTurn");
		expect(first.text).toContain("Paris");
		expect(first.updates.filter((update) => update.kind === "textDelta").length).toBeGreaterThan(3);
		expect(first.usage).toMatchObject({ cacheReadTokens: 0, contextWindow: 8192, costUsd: 0 });
		expect(backend.contextWindow(model)).toBe(8192);

		const second = await conversation.say("And of Italy?", brief);
		expect(second.text).toContain("Rome");
		// What was read and said before is not read again.
		const before = first.usage!.inputTokens! + first.usage!.outputTokens!;
		expect(second.usage!.cacheReadTokens).toBeGreaterThanOrEqual(before - 2);
		expect(second.usage!.inputTokens).toBeLessThan(20);
		expect(second.usage!.contextTokens).toBeGreaterThan(before);
	});

	test("conversations share the process and not their words", async () => {
		const [one, two] = [begin(), begin()];
		await one.say("My cat is called Tom. Say yes.", brief);
		const other = await two.say("What is the capital of France?", brief);
		expect(other.text).toContain("Paris");
		const back = await one.say("What is the capital of Spain?", brief);
		expect(back.usage!.cacheReadTokens).toBeGreaterThan(20);
	});

	test("calls of the model are run, their results told, up to the last round", async () => {
		const conversation = begin();
		conversation.transcript = [...calledBefore("1+1", "2"), ...calledBefore("2+3", "5")];
		const calls: unknown[] = [];
		const callTool: SayOptions["callTool"] = ({ name, args }) => {
			calls.push([name, args]);
			return "9";
		};
		const turn = await conversation.say("run 4+5", { maxOutputTokens: 40, callTool });
		expect(calls[0]).toEqual(["pyrun", { code: "4+5" }]);
		expect(turn.stopReason).toBe("endTurn");
		expect(turn.text).toContain("9");
		expect(turn.entries[0]).toMatchObject({ items: [{ kind: "toolCall", name: "pyrun" }] });

		calls.length = 0;
		const limited = { maxOutputTokens: 40, maxRounds: 1, callTool };
		const last = await conversation.say("run 6+3", limited);
		expect([last.stopReason, calls]).toEqual(["maxTurns", [["pyrun", { code: "6+3" }]]]);
		expect(last.usage!.cacheReadTokens).toBeGreaterThan(300);
	});

	test("steering that comes while the model answers is answered in the same turn", async () => {
		const waiting = [[text("And of Italy?")]];
		const turn = await begin().say("What is the capital of France?", {
			...brief,
			steering: () => waiting.splice(0),
		});
		expect(turn.updates).toContainEqual({ kind: "steered", content: [text("And of Italy?")] });
		expect(turn.text).toMatch(/Paris.*Rome/s);
	});

	test("ends with maxTokens where the answer is cut", async () => {
		const turn = await begin().say("Tell me a long story.", { ...brief, maxOutputTokens: 5 });
		expect(turn.stopReason).toBe("maxTokens");
		expect(turn.usage!.outputTokens).toBeLessThanOrEqual(6);
	});

	test("takes an empty prompt, odd Unicode and a transcript from elsewhere", async () => {
		const conversation = begin();
		conversation.transcript = [
			...calledBefore("6*7", "42"),
			{ role: "user", content: [text("Grüße 🎉 👩‍👩‍👧‍👦 e\u0301 \u202eabc\u202c 日本語")] },
			{ role: "assistant", items: [{ kind: "text", text: "half an ans" }], partial: true },
		];
		expect((await conversation.say("", { ...brief, maxOutputTokens: 4 })).error).toBeNull();
	});

	describe("cancel", () => {
		test("before the start does nothing", async () => {
			const turn = await begin().say("hello", { ...brief, signal: AbortSignal.abort() });
			expect(turn.updates.map(({ kind }) => kind)).toEqual(["end"]);
			expect(turn.stopReason).toBe("cancelled");
		});

		test("while the prompt is read ends the turn, and the next one is answered", async () => {
			const conversation = begin();
			const abort = new AbortController();
			const running = conversation.say(`Sum up: ${"word ".repeat(1500)}`, { ...brief, signal: abort.signal });
			setImmediate(() => abort.abort());
			expect(await running).toMatchObject({ stopReason: "cancelled", entries: [] });
			conversation.transcript = [];
			expect((await conversation.say("What is the capital of France?", brief)).text).toContain("Paris");
		});

		test("in mid-text keeps what was shown", async () => {
			const conversation = begin();
			const abort = new AbortController();
			let shown = "";
			const turn = await conversation.say("Tell me a long story.", {
				tools: [],
				signal: abort.signal,
				onUpdate: (update) => {
					if (update.kind !== "textDelta") return;
					shown += update.delta;
					abort.abort();
				},
			});
			expect(turn.stopReason).toBe("cancelled");
			expect(turn.text).toBe(shown);
			expect(turn.entries).toMatchObject([{ role: "assistant", partial: true }]);
			expect((await conversation.say("What is the capital of France?", brief)).error).toBeNull();
		});

		test("by leaving the stream stops the model", async () => {
			const conversation = begin();
			const left = conversation.say("Tell me a long story.", {
				tools: [],
				onUpdate: (update) => {
					if (update.kind === "textDelta") throw new Error("left");
				},
			});
			await expect(left).rejects.toThrow("left");
			// The same conversation is read by one at a time: an answer means that the other has stopped.
			expect((await conversation.say("What is the capital of France?", brief)).text).toContain("Paris");
		});
	});

	test("a conversation that is longer than the window is refused with what to do", async () => {
		const turn = await begin({ IPYAI_LOCAL_CONTEXT: "512" }).say("word ".repeat(600), brief);
		expect(turn.stopReason).toBe("failed");
		expect(turn.error).toMatch(
			/^local: The conversation has \d+ tokens, and the model's window is 512\. .*%ipyai reset/,
		);
	});

	test("a suggestion is asked for in words where the model cannot fill in", async () => {
		const updates = [];
		for await (const update of backend.runTurn({
			...begin().preparation(),
			conversationId: "completions:x",
			tools: [],
			transcript: [{ role: "user", content: [text("What is the capital of France?")] }],
			fill: { prefix: "x = ", suffix: "" },
			maxRounds: 1,
			maxOutputTokens: 12,
			signal: new AbortController().signal,
			callTool: async ({ callId }) => ({ callId, content: [], isError: true }),
			permitProviderTool: async () => null,
			takeSteering: () => [],
		}))
			updates.push(update);
		expect(updates.at(-1)).toMatchObject({ kind: "end", stopReason: "endTurn" });
		expect(updates).toContainEqual(
			expect.objectContaining({ kind: "text", text: expect.stringContaining("Paris") }),
		);
	});

	test("what is prepared while the person types is not read again", async () => {
		const found = findLlama({});
		const engine = new Engine(found.kind === "found" ? found.url : "");
		const history: HistoryItem[] = [{ type: "system", text: "You help with Python. ".repeat(10) }];
		const work: ChatWork = {
			kind: "chat",
			modelPath: model,
			maxContext: 1024,
			slot: "prepared",
			history,
			functions: {},
			callsAllowed: true,
			maxTokens: 4,
			maxThoughtTokens: null,
			fill: null,
		};
		try {
			expect(await engine.prepare(work, environment())).toBe(1024);
			const prompt: HistoryItem[] = [
				{ type: "user", text: "hi" },
				{ type: "model", response: [] },
			];
			const asked = { ...work, history: [...history, ...prompt] };
			const { signal } = new AbortController();
			const { keptTokens, readTokens } = await engine.chat(asked, environment(), signal, () => {});
			expect(keptTokens).toBeGreaterThan(40);
			expect(readTokens).toBeLessThan(12);
		} finally {
			await engine.close();
		}
	});

	test("a name is downloaded with its progress told, and is a model from then on", async () => {
		const server = await serveFile(model);
		try {
			server.holdAfter = 60_000_000;
			const more = { HF_ENDPOINT: server.url, IPYAI_MODELS: join(home, "models"), NO_PROXY: "127.0.0.1" };
			const turn = await begin(more, "hf:o/r/tiny.gguf").say("What is the capital of France?", {
				...brief,
				onUpdate: (update) => {
					if (update.kind === "progress" && (update.share ?? 0) > 0.5 && server.requests.length === 1)
						server.cut();
				},
			});
			expect(turn.text).toContain("Paris");
			expect(server.requests.map(({ headers }) => headers.range)).toEqual([
				undefined,
				expect.stringMatching(/^bytes=\d{5,}-$/),
			]);
			const steps = turn.updates.filter((update) => update.kind === "progress");
			expect(steps.length).toBeGreaterThan(20);
			expect(steps.at(-2)).toMatchObject({
				text: "downloading tiny.gguf, 98 MB of 98 MB",
				share: 1,
			});
			expect(turn.updates).toContainEqual(expect.objectContaining({ kind: "retrying", attempt: 1 }));
			const listed = await backend.listModels(environment(more), new AbortController().signal);
			expect(listed[0]).toEqual({ id: "tiny", name: null, contextWindow: 8192 });
			expect(listed).toContainEqual({
				id: "qwen3-4b",
				name: "2.5 GB, downloaded on first use",
				contextWindow: null,
			});
			expect(backend.hasModel!(environment(more))).toBe(true);
		} finally {
			await server.close();
		}
	});

	test("files that are no models end the turn with the next step", async () => {
		const broken = join(home, "broken.gguf");
		writeFileSync(broken, "<html>");
		const cut = join(home, "cut.gguf");
		writeFileSync(cut, Buffer.concat([Buffer.from("GGUF"), Buffer.from([3, 0, 0, 0]), Buffer.alloc(16)]));
		for (const [file, said] of [
			[broken, /is no GGUF model file\. Choose another with %ipyai model/],
			[cut, /could not be loaded .*Choose another file with %ipyai model/],
			[join(home, "none.gguf"), /There is no model file/],
		] as const) {
			const turn = await begin({}, file).say("hello", brief);
			expect(turn.stopReason).toBe("failed");
			expect(turn.error).toMatch(said);
		}
	});

	test("without the package the turn says how to get it", async () => {
		const turn = await begin({ IPYAI_LLAMA_PATH: "/nowhere" }).say("hello", brief);
		expect([turn.stopReason, turn.error]).toEqual([
			"failed",
			"local: IPYAI_LLAMA_PATH names /nowhere, which is no node-llama-cpp: correct or unset it.",
		]);
	});

	test("a model that is killed in mid-answer is started again for the next prompt", async () => {
		const conversation = begin();
		const turn = await conversation.say("Tell me a long story.", {
			tools: [],
			maxOutputTokens: 200,
			onUpdate: (update) => {
				if (update.kind === "textDelta") for (const pid of engines()) process.kill(pid, "SIGKILL");
			},
		});
		expect(turn.stopReason).toBe("failed");
		expect(turn.error).toMatch(/^local: its process ended \(SIGKILL\)\. Send the prompt again; when memory/);
		expect(turn.entries).toMatchObject([{ role: "assistant", partial: true }]);
		expect((await conversation.say("What is the capital of France?", brief)).error).toBeNull();
	});

	test("the process is let go of after a rest, and ends with the backend", async () => {
		await backend.dispose();
		expect(engines()).toEqual([]);
		const resting = new LocalBackend(quickRetries, 1);
		const conversation = new Conversation(resting, environment(), model, home);
		await conversation.say("What is the capital of France?", brief);
		const [pid] = engines();
		if (pid !== undefined) await ended(pid);
		expect((await conversation.say("And of Italy?", brief)).text).toContain("Rome");
		await resting.dispose();
		expect(engines()).toEqual([]);
	});

	test("the process ends when the server is killed", async () => {
		const script = `
import { execFileSync } from "node:child_process";
import { LocalBackend } from "./server/backends/local/local.ts";
for await (const update of new LocalBackend().runTurn({
	conversationId: "c", environment: process.env, cwd: "/", systemPrompt: "", tools: [], model: process.argv[1],
	transcript: [{ role: "user", content: [{ kind: "text", text: "Tell me a long story." }] }],
	think: "m", search: null, maxRounds: 1, signal: new AbortController().signal,
	callTool: async () => null, permitProviderTool: async () => null, takeSteering: () => [],
})) {
	if (update.kind !== "textDelta") continue;
	console.log(process.pid, execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }));
	process.kill(process.pid, "SIGKILL");
}`;
		const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script, model], {
			cwd: repository,
			env: environment(),
		});
		const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
		const [pid] = engines(Number.parseInt(stdout, 10), stdout);
		expect(pid, stderr).toBeGreaterThan(0);
		await ended(pid!);
	});
});

/** Two turns in which the model called `pyrun`: a model of this size goes on as it began. */
const calledBefore = (code: string, result: string): Entry[] => {
	const callId = `call-${code}`;
	const call: ToolCall = { kind: "toolCall", callId, name: "pyrun", args: { code }, executor: "server" };
	return [
		{ role: "user", content: [text(`run ${code}`)] },
		{ role: "assistant", items: [call] },
		{ role: "tool", results: [{ callId, content: [text(result)], isError: false }] },
		{ role: "assistant", items: [{ kind: "text", text: `The result is ${result}.` }] },
	];
};

const processes = (): string => execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });

/** Processes of local models that this one has started, or another one had by what `ps` told. */
const engines = (parent = process.pid, told = processes()): number[] =>
	told
		.split("\n")
		.filter((line) => line.includes("local/main.ts") && !line.includes("<defunct>"))
		.map((line) => line.trim().split(/\s+/).map(Number))
		.flatMap(([pid, of]) => (of === parent && pid !== undefined ? [pid] : []));

/** Resolves once the process is gone, or waits only for whoever inherited it to look at how it ended. */
const ended = (pid: number): Promise<void> =>
	expect
		.poll(() =>
			processes()
				.split("\n")
				.filter((line) => Number.parseInt(line, 10) === pid && !line.includes("<defunct>")),
		)
		.toEqual([]);
