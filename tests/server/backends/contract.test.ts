/** The contract of `server/backends/backend.ts`, held by every backend against a model server on loopback. */
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Content } from "../../../protocol/index.ts";
import type { Backend, TurnUpdate } from "../../../server/backends/backend.ts";
import { backendSubjects, type Subject } from "../../support/backendSubjects.ts";
import { Conversation, pyrun, type SayOptions, type Turn, text } from "../../support/conversation.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer/modelServer.ts";
import { repeatedShare, requestParts } from "../../support/requestPrefix.ts";

const pixel =
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const picture: Content = { kind: "image", mimeType: "image/png", data: pixel };

for (const { name, missing } of backendSubjects)
	if (missing !== null) console.warn(`The contract of ${name} is not tested: ${missing}.`);

describe.each(backendSubjects.filter((subject) => subject.missing === null))("$name", (subject: Subject) => {
	let server: ModelServer;
	let backend: Backend;
	let conversation: Conversation;
	const say = (prompt: string | readonly Content[], options?: SayOptions): Promise<Turn> =>
		conversation.say(prompt, options);
	const newConversation = () =>
		new Conversation(backend, subject.environment(server), subject.model, subject.cwd());
	/** Statuses of all requests so far: the server answers what providers refuse with 400. */
	const statuses = () => server.requests.map((request) => request.status);

	beforeAll(async () => {
		server = await startModelServer();
		backend = subject.create();
	});
	afterAll(async () => {
		await backend.dispose();
		await server.close();
	});
	const begin = () => {
		server.requests.length = 0;
		conversation = newConversation();
	};
	afterEach(() => expect(statuses()).not.toContain(400));

	test("answers in text, streamed, with usage", async () => {
		begin();
		const turn = await say("hello there");
		expect(turn.text).toBe("You said: hello there");
		expect(turn.stopReason).toBe("endTurn");
		expect(turn.updates.filter((update) => update.kind === "textDelta").length).toBeGreaterThan(1);
		expect(turn.usage?.inputTokens).toBeGreaterThan(0);
		expect(turn.usage?.outputTokens).toBeGreaterThan(0);
		expect(turn.usage?.contextTokens).toBeGreaterThan(0);
		expect(server.requests).toHaveLength(1);
	});

	test("tells thinking apart from text", async () => {
		begin();
		const turn = await say("@@think Hm, let me see.@@ @@say Done.@@");
		expect(turn.thinking).toBe("Hm, let me see.");
		expect(turn.text).toBe("Done.");
	});

	test("keeps text whole when the network cuts inside code points", async () => {
		begin();
		const odd = "Grüße 🎉 👩‍👩‍👧‍👦 ｆｕｌｌ e\u0301 \u202eabc\u202c 𝔘𝔫𝔦 日本語 a\u2028b\u2029c\u0085d\vd";
		const turn = await say(`@@say ${odd}@@`);
		expect(turn.text).toBe(odd);
		const again = await say(odd);
		expect(again.text).toBe(`You said: ${odd}`);
	});

	test("takes an empty prompt and an empty answer", async () => {
		begin();
		expect((await say("")).stopReason).toBe("endTurn");
		const silent = await say("@@empty@@");
		expect(silent.stopReason).toBe("endTurn");
		if (!subject.retriesItself) expect(silent.text).toBe("");
		expect((await say("still there?")).text).toBe("You said: still there?");
	});

	test("runs several tools in the model's order", async () => {
		begin();
		const calls: string[] = [];
		const turn = await say('@@say Two calls.@@ @@tool pyrun {"code":"a"}@@ @@tool pyrun {"code":"b"}@@', {
			callTool: (call) => {
				calls.push(`${call.name} ${JSON.stringify(call.args)}`);
				return `result of ${call.args.code}`;
			},
		});
		expect(calls).toEqual(['pyrun {"code":"a"}', 'pyrun {"code":"b"}']);
		expect(turn.text).toContain("Two calls.");
		expect(turn.text).toContain("result of a | result of b");
		expect(turn.stopReason).toBe("endTurn");
		expect((await say("and now?")).text).toBe("You said: and now?");
	});

	test("gives the model a tool's failure and goes on", async () => {
		begin();
		const turn = await say('@@tool pyrun {"code":"1/0"}@@', {
			callTool: () => ({ content: [text("ZeroDivisionError")], isError: true }),
		});
		expect(turn.text).toContain("ZeroDivisionError");
		const result = turn.updates.find((update) => update.kind === "toolResult");
		expect(result).toMatchObject({ result: { isError: true } });
	});

	test("takes tools over rounds, pictures and long output", async () => {
		begin();
		const long = "x".repeat(subject.toolChars);
		const answers: Record<string, { content: Content[] }> = {
			long: { content: [text(long)] },
			plot: { content: [text("a plot"), picture] },
			none: { content: [] },
		};
		const turn = await say(
			'@@tool pyrun {"code":"plot"}@@ @@then@@ @@tool pyrun {"code":"none"}@@ @@then@@ @@tool pyrun {"code":"long"}@@',
			{ callTool: (call) => answers[String(call.args.code)]! },
		);
		expect(turn.stopReason).toBe("endTurn");
		expect(turn.text.length).toBeGreaterThan(subject.toolChars);
		expect(server.requests).toHaveLength(4);
		expect(JSON.stringify(server.requests[1]!.body)).toContain(pixel);
	});

	test("sends the pictures of a prompt", async () => {
		begin();
		const turn = await say([picture, text("what is this?")]);
		expect(turn.text).toBe("You said: what is this? [1 image]");
	});

	test("takes a very long prompt whole", async () => {
		begin();
		const long = `${"many words ".repeat(25_000)}and the last.`;
		expect((await say(`@@say Read.@@ ${long}`)).text).toBe("Read.");
		expect(server.requests.at(-1)!.raw).toContain(long);
		expect((await say("next")).text).toBe("You said: next");
	});

	test("an answer beyond all measure is cut, and said to be", async () => {
		begin();
		const turn = await say("@@long 1100000@@");
		expect(turn).toMatchObject({ stopReason: "maxTokens", error: null });
		expect(turn.text.length).toBe(1_000_000);
		expect(turn.updates).toContainEqual({
			kind: "notice",
			text: "The answer was cut after 1,000,000 characters.",
		});
		const shown = turn.updates.flatMap((update) =>
			update.kind === "textDelta" ? [update.delta.length] : [],
		);
		expect(Math.max(...shown)).toBeLessThanOrEqual(16_384);
		expect((await say("next")).text).toBe("You said: next");
	});

	test("answers arguments that are no JSON object with an error", async (context) => {
		if (subject.providerChecksArguments) context.skip();
		begin();
		const called: unknown[] = [];
		const turn = await say('@@tool pyrun {"code": oops@@', {
			callTool: (call) => {
				called.push(call);
				return "never";
			},
		});
		expect(called).toEqual([]);
		expect(turn.text).toMatch(/not valid JSON|failed to parse/);
	});

	test("ends with a summary when the rounds are used up", async () => {
		begin();
		const calls: string[] = [];
		const turn = await say('@@forever pyrun {"code":"1"}@@', {
			maxRounds: 3,
			callTool: (call) => {
				calls.push(call.callId);
				return "again";
			},
		});
		expect(calls).toHaveLength(3);
		expect(turn.stopReason).toBe("maxTurns");
		expect(turn.text).not.toBe("");
		expect((await say("next")).text).toBe("You said: next");
	});

	test("takes steering between responses", async () => {
		begin();
		const waiting = [[text("rather do that")]];
		const turn = await say('@@tool pyrun {"code":"1"}@@', { steering: () => waiting.splice(0) });
		expect(turn.updates).toContainEqual({ kind: "steered", content: [text("rather do that")] });
		expect(turn.text).toContain("You said: rather do that");
		expect((await say("next")).text).toBe("You said: next");
	});

	test("ends with maxTokens and with refusal", async () => {
		begin();
		const full = await say("@@say as much as fits@@ @@maxtokens@@");
		expect(full.text).toContain("as much as fits");
		// Claude Code asks the model to go on by itself, after a refusal too.
		if (!subject.retriesItself) expect(full.stopReason).toBe("maxTokens");
		const refused = await say("@@say I will not.@@ @@refuse@@");
		if (!subject.retriesItself) expect(refused.stopReason).toBe("refusal");
		expect((await say("next")).text).toBe("You said: next");
	});

	describe("cancel", () => {
		test("before the first delta closes the request at once", async () => {
			begin();
			const abort = new AbortController();
			const running = say("@@hang@@", { signal: abort.signal });
			const held = await server.held();
			abort.abort();
			const turn = await running;
			expect([turn.stopReason, turn.entries]).toEqual(["cancelled", []]);
			await held.closed;
			expect((await say("next")).text).toBe("You said: next");
		});

		test("in mid-text keeps what was shown", async () => {
			begin();
			const abort = new AbortController();
			let shown = "";
			const running = say("@@slow@@ @@say one two three four@@", {
				signal: abort.signal,
				onUpdate: (update) => {
					if (update.kind !== "textDelta") return;
					shown += update.delta;
					abort.abort();
				},
			});
			const turn = await running;
			await (await server.held()).closed;
			expect(turn.stopReason).toBe("cancelled");
			expect(turn.text).toBe(shown);
			expect(turn.entries).toMatchObject([{ role: "assistant", partial: true }]);
			expect((await say("next")).text).toBe("You said: next");
			expect(server.requests.at(-1)!.raw).toContain(JSON.stringify(shown).slice(1, -1));
		});

		test("during a tool does not wait for it, and the next request is whole", async () => {
			begin();
			const abort = new AbortController();
			let stopped = false;
			const turn = await say('@@tool pyrun {"code":"while True: pass"}@@ @@tool pyrun {"code":"2"}@@', {
				signal: abort.signal,
				callTool: (_, signal) => {
					signal.addEventListener("abort", () => {
						stopped = true;
					});
					queueMicrotask(() => abort.abort());
					return new Promise(() => {});
				},
			});
			expect(turn.stopReason).toBe("cancelled");
			expect(stopped).toBe(true);
			for (const update of turn.updates)
				if (update.kind === "toolResult") expect(update.result.isError).toBe(true);
			expect((await say("next")).text).toBe("You said: next");
		});

		test("before the start sends nothing", async () => {
			begin();
			const turn = await say("hello", { signal: AbortSignal.abort() });
			expect(turn.updates.map((update) => update.kind)).toEqual(["end"]);
			expect(turn.stopReason).toBe("cancelled");
			expect(server.requests).toHaveLength(0);
		});

		test("by leaving the stream closes the request", async () => {
			begin();
			const request = { signal: new AbortController().signal };
			const left = say("@@slow@@ @@say one two three@@", {
				...request,
				onUpdate: (update) => {
					if (update.kind === "textDelta") throw new Error("left");
				},
			});
			await expect(left).rejects.toThrow("left");
			await (await server.held()).closed;
		});
	});

	describe("failure", () => {
		const retries = (turn: Turn) =>
			turn.updates.filter(
				(update): update is TurnUpdate & { kind: "retrying" } => update.kind === "retrying",
			);

		test("401 names the key's variable, not the key", async () => {
			begin();
			const environment = { ...subject.environment(server), ...subject.badKey };
			const turn = await say("hello", { environment });
			expect(turn.stopReason).toBe("failed");
			expect(turn.error).toContain(subject.name);
			expect(turn.error).toContain(Object.keys(subject.badKey)[0]);
			expect(turn.error).not.toContain(Object.values(subject.badKey)[0]);
			expect(retries(turn)).toEqual([]);
		});

		test("400 says what the provider refused", async () => {
			begin();
			const turn = await say("@@error 400@@");
			expect(turn.stopReason).toBe("failed");
			expect(turn.error).toContain("Scripted error 400");
			server.requests.length = 0;
			expect((await say("next")).text).toContain("You said: next");
		});

		test("429 waits as long as the provider says", async (context) => {
			if (subject.retriesItself) context.skip();
			begin();
			const turn = await say("@@error 429 retry-after=7 times=1@@");
			expect(retries(turn)).toMatchObject([{ attempt: 1, delayMs: 7000 }]);
			expect(turn.stopReason).toBe("endTurn");
		});

		test.each([500, 529])("%i is tried again, then told", async (status) => {
			begin();
			const healed = await say(`@@error ${status} times=1@@`);
			if (!subject.retriesItself) {
				expect(healed.stopReason).toBe("endTurn");
				expect(retries(healed)).toHaveLength(1);
			}
			const turn = await say(`@@error ${status}@@`);
			expect(turn.stopReason).toBe("failed");
			// Codex has words of its own for this.
			if (!subject.retriesItself) expect(turn.error).toContain(String(status));
			expect((await say("next")).text).toContain("You said: next");
		});

		test("a cancel ends the wait before another attempt", async (context) => {
			if (subject.retriesItself) context.skip();
			begin();
			const abort = new AbortController();
			const turn = await say("@@error 500@@", {
				signal: abort.signal,
				onUpdate: (update) => update.kind === "retrying" && abort.abort(),
			});
			expect(turn.stopReason).toBe("cancelled");
			expect(server.requests).toHaveLength(1);
		});

		test("a stream cut before text is tried again", async (context) => {
			if (subject.retriesItself) context.skip();
			begin();
			const turn = await say("@@cut early times=1@@ @@say all of it@@");
			expect([turn.stopReason, turn.text]).toEqual(["endTurn", "all of it"]);
		});

		test.each([
			["cut", "@@cut@@"],
			["ended with an error", "@@streamerror@@"],
			["broken by a bad event", "@@badevent@@"],
		])("a stream %s keeps what was shown", async (_, fault) => {
			begin();
			const turn = await say(`${fault} @@say one two three four@@`);
			if (turn.stopReason === "endTurn") {
				// A provider's own client may mend the stream or skip an event that it cannot read.
				expect(subject.retriesItself).toBe(true);
			} else {
				expect(turn.stopReason).toBe("failed");
				expect(turn.error).toContain(subject.name);
				if (!subject.retriesItself)
					expect(turn.entries).toMatchObject([{ role: "assistant", partial: true }]);
			}
			expect((await say("next")).text).toContain("You said: next");
		});

		test("a page of HTML is not dumped", async () => {
			begin();
			const turn = await say("@@html@@");
			expect(turn.stopReason).toBe("failed");
			expect(turn.error).not.toMatch(/<p>|<html/);
			expect(turn.error!.length).toBeLessThan(500);
		});

		test("a dead network is named with its address", async () => {
			begin();
			const port = await closedPort();
			const environment = subject.environment({ ...server, url: `http://127.0.0.1:${port}` });
			const turn = await say("hello", { environment });
			expect(turn.stopReason).toBe("failed");
			expect(turn.error).toContain(subject.name);
			if (!subject.retriesItself) {
				expect(turn.error).toContain(`127.0.0.1:${port}`);
				expect(turn.error).toContain("ECONNREFUSED");
				expect(retries(turn)).toHaveLength(2);
			}
		});
	});

	describe("repeated prefix", () => {
		test("each request begins with the one before", async () => {
			begin();
			for (let n = 0; n < 6; n++) {
				await say(`turn ${n} @@think@@ @@tool pyrun {"code":"${n}"}@@`, {
					callTool: () => ({ content: [text(`result ${n}`), ...(n === 2 ? [picture] : [])] }),
				});
				await say(`plain turn ${n}`);
			}
			const { requests } = server;
			expect(requests.length).toBe(18);
			for (const [index, request] of requests.entries())
				if (index > 0) expect(repeatedShare(requests[index - 1]!, request), `request ${index}`).toBe(1);
		});

		test("each request begins with the one before, however a turn has ended", async (context) => {
			// A child that has lost something of the transcript is given all of it anew.
			if (subject.keepsHistory) context.skip();
			begin();
			const abortOn = async (prompt: string, kind: TurnUpdate["kind"]) => {
				const abort = new AbortController();
				await say(prompt, {
					signal: abort.signal,
					onUpdate: (update) => update.kind === kind && abort.abort(),
				});
			};
			const tool = '@@tool pyrun {"code":"1"}@@';
			const waiting = [[text("rather that")]];
			const turns: (() => Promise<unknown>)[] = [
				() => abortOn("@@slow@@ @@say one two three four@@", "textDelta"),
				() => abortOn(`@@think@@ ${tool} ${tool}`, "toolCall"),
				() => say("@@say I will not.@@ @@refuse@@"),
				() => say("@@say as much@@ @@maxtokens@@"),
				() => say("@@empty@@"),
				() => say(`@@say Two.@@ ${tool} ${tool} @@then@@ @@think@@ ${tool}`),
				() => say(tool, { callTool: () => ({ content: [], isError: true }) }),
				() => say(tool, { steering: () => waiting.splice(0) }),
				() => say("@@error 500 times=1@@"),
				() => say("@@cut@@ @@say one two three four@@"),
				() => say("@@say one@@ @@say two@@"),
			];
			for (const turn of turns) {
				await turn();
				await say("after");
			}
			const { requests } = server;
			for (const [index, request] of requests.entries())
				if (index > 0) expect(repeatedShare(requests[index - 1]!, request), `request ${index}`).toBe(1);
		});

		test("equal transcripts give equal requests", async (context) => {
			if (subject.keepsHistory) context.skip();
			begin();
			await say('@@tool pyrun {"code":"1"}@@ @@think@@');
			await say("twice");
			const other = newConversation();
			other.transcript = structuredClone(conversation.transcript.slice(0, -2));
			await other.say("twice");
			const [first, second] = server.requests.slice(-2);
			expect(requestParts(first!)).toEqual(requestParts(second!));
		});

		test("native items are replayed to the model that made them and to no other", async (context) => {
			if (!subject.otherModel) context.skip();
			begin();
			await say('@@think Signed.@@ @@tool pyrun {"code":"1"}@@');
			const native = conversation.transcript.find((entry) => entry.role === "assistant")!.native;
			expect(native).toMatchObject({ backend: subject.name, model: subject.model });
			await say("same model");
			expect(server.requests.at(-1)!.raw).toContain("sig-");
			await say("other model", { model: subject.otherModel! });
			expect(server.requests.at(-1)!.raw).not.toContain("sig-");
			const elsewhere = await startModelServer();
			await say("other endpoint", { environment: subject.environment(elsewhere) });
			expect(elsewhere.requests.map((request) => request.status)).toEqual([200]);
			expect(elsewhere.requests[0]!.raw).not.toContain("sig-");
			await elsewhere.close();
		});

		test("native items are replayed in another conversation with this transcript", async (context) => {
			if (!subject.otherModel) context.skip();
			begin();
			await say('@@think Signed.@@ @@tool pyrun {"code":"1"}@@');
			const other = newConversation();
			other.transcript = structuredClone(conversation.transcript);
			await other.say("next");
			expect(server.requests.at(-1)!.raw).toContain("sig-");
		});

		test("a transcript from elsewhere seeds a new conversation", async () => {
			begin();
			conversation.transcript = foreignTranscript;
			const turn = await say("and then?");
			expect(turn.text).toBe("You said: and then?");
			const { raw } = server.requests.at(-1)!;
			for (const word of ["first question", "first answer", "6 * 7", "forty-two", "half an ans", "ls -l"])
				expect(raw).toContain(word);
			expect(raw).not.toContain("foreign-signature");
		});
	});
});

const foreignTranscript: Conversation["transcript"] = [
	{ role: "user", content: [text("first question")] },
	{
		role: "assistant",
		items: [
			{ kind: "thinking", text: "secret" },
			{ kind: "text", text: "first answer" },
			{ kind: "text", text: "  " },
			{ kind: "toolCall", callId: "odd id/1", name: pyrun.name, args: { code: "6 * 7" }, executor: "server" },
			{ kind: "toolCall", callId: "c2", name: pyrun.name, args: { code: "8" }, executor: "server" },
		],
		native: {
			backend: "elsewhere",
			model: "m",
			endpoint: "e",
			items: [{ type: "thinking", thinking: "secret", signature: "foreign-signature" }],
		},
	},
	{ role: "tool", results: [{ callId: "odd id/1", content: [text("forty-two")], isError: false }] },
	{
		role: "assistant",
		items: [
			{ kind: "toolCall", callId: "c3", name: "Bash", args: { command: "ls -l" }, executor: "provider" },
			{ kind: "text", text: "half an ans" },
		],
		partial: true,
	},
	{ role: "tool", results: [{ callId: "c3", content: [text("total 0")], isError: false }] },
	{ role: "user", content: [text("never answered")] },
];

const closedPort = (): Promise<number> =>
	new Promise((resolve) => {
		const probe = createServer().listen(0, "127.0.0.1", () => {
			const { port } = probe.address() as { port: number };
			probe.close(() => resolve(port));
		});
	});
