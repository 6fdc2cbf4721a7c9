/** Answers beyond all measure: each is cut or refused with a sentence, and nobody else is held up by it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { ChatCalls } from "../../../server/backends/chat/calls.ts";
import { ThinkTags } from "../../../server/backends/chat/thinkTags.ts";
import { ResponseItems } from "../../../server/backends/loop/responseItems.ts";
import { Lines } from "../../../server/backends/programs/lines.ts";
import { chatBackend, messagesBackend, responsesBackend } from "../../support/apiBackends.ts";
import { Conversation, sayOnce, type Turn } from "../../support/conversation.ts";
import { namedSse, type RawAnswer, sse, startRawServer } from "../../support/rawServer.ts";

const server = await startRawServer();
afterAll(() => server.close());

const backends = { chat: chatBackend, messages: messagesBackend, responses: responsesBackend };
type Wire = keyof typeof backends;

const say = (wire: Wire, ...answers: readonly RawAnswer[]): Promise<Turn> => {
	server.answers(...answers);
	return sayOnce(backends[wire](), {
		OPENAI_BASE_URL: `${server.url}/v1`,
		OPENAI_API_KEY: "k",
		ANTHROPIC_BASE_URL: server.url,
		ANTHROPIC_API_KEY: "k",
	});
};
const noticesOf = (turn: Turn) =>
	turn.updates.flatMap((update) => (update.kind === "notice" ? [update.text] : []));

/** The beginnings of answers that say a text, think it, or give it to a call. */
const streams: Readonly<
	Record<Wire, Readonly<Record<"text" | "thinking" | "call", (text: string) => string>>>
> = {
	chat: {
		text: (content) => sse({ choices: [{ delta: { content } }] }),
		thinking: (reasoning_content) => sse({ choices: [{ delta: { reasoning_content } }] }),
		call: (code) =>
			sse({ choices: [{ delta: { tool_calls: [{ index: 0, function: { name: "f", arguments: code } }] } }] }),
	},
	messages: {
		text: (text) => block({ type: "text", text: "" }, { type: "text_delta", text }),
		thinking: (thinking) => block({ type: "thinking" }, { type: "thinking_delta", thinking }),
		call: (partial_json) =>
			block({ type: "tool_use", id: "a", name: "f" }, { type: "input_json_delta", partial_json }),
	},
	responses: {
		text: (delta) => responses("output_text", delta),
		thinking: (delta) => responses("reasoning_text", delta),
		call: (delta) => responses("function_call_arguments", delta),
	},
};
const block = (content_block: object, delta: object): string =>
	namedSse(
		{ type: "content_block_start", index: 0, content_block } as { type: string },
		{ type: "content_block_delta", index: 0, delta } as { type: string },
	);
const responses = (what: string, delta: string): string =>
	namedSse({ type: `response.${what}.delta`, output_index: 0, delta } as { type: string });

const cut = "The answer was cut after 1,000,000 characters.";

describe.each(Object.entries(streams))("%s", (wire, forms) => {
	const long = "é🎉".repeat(400_000);

	test.each(["text", "thinking"] as const)(
		"%s in one piece is cut where it fits, and shown in small ones",
		async (form) => {
			const turn = await say(wire as Wire, { body: forms[form](`x${long}`) });
			expect(turn).toMatchObject({ stopReason: "maxTokens", error: null });
			// The half of a pair that would still fit is left out.
			expect(turn[form]).toBe(`x${long}`.slice(0, 1_000_000).replace(/[\ud800-\udbff]$/, ""));
			expect(turn[form].isWellFormed()).toBe(true);
			expect(noticesOf(turn)).toEqual([cut]);
			const shown = turn.updates.flatMap((update) => ("delta" in update ? [update.delta.length] : []));
			expect(Math.max(...shown)).toBeLessThanOrEqual(16_384);
		},
	);

	test("a call that is given more than an answer has is not run", async () => {
		const half = forms.call("x".repeat(600_000));
		const turn = await say(wire as Wire, { body: half + half });
		expect(turn).toMatchObject({ stopReason: "maxTokens", text: "", error: null });
		expect(turn.updates.map(({ kind }) => kind)).toEqual(["notice", "response", "end"]);
	});

	test("an event beyond all measure is refused before it has come", async () => {
		const turn = await say(wire as Wire, {
			body: [forms.text("so far"), forms.text("x".repeat(50_000_000))],
		});
		expect(turn).toMatchObject({ stopReason: "failed", text: "so far" });
		expect(turn.error).toContain("more than 8,000,000 characters in one event");
		expect(turn.error).toContain("%ipyai model");
	});
});

test("others get their turns while much comes at once", async () => {
	server.answers({ body: streams.chat.text("word ".repeat(100_000)) });
	let turns = 0;
	let isOver = false;
	const count = () => {
		turns++;
		if (!isOver) setImmediate(count);
	};
	setImmediate(count);
	const seen: number[] = [];
	const backend = chatBackend();
	await new Conversation(backend, { OPENAI_BASE_URL: `${server.url}/v1` }, "m").say("hello", {
		onUpdate({ kind }) {
			if (kind !== "textDelta" || seen.push(turns) > 3) return;
			// Whoever takes an update may be at it for long.
			for (const until = performance.now() + 11; performance.now() < until; );
		},
	});
	isOver = true;
	expect(new Set(seen).size).toBeGreaterThan(3);
	await backend.dispose();
});

test.each([
	["one line", (part: string) => part],
	["lines that are no stream", (part: string) => `${part}\n`],
	["lines of one event", (part: string) => `data: ${part}\n`],
])("a server that never ends %s is left", async (_, toChunk) => {
	let isLeft = (): void => {};
	const left = new Promise<void>((resolve) => {
		isLeft = resolve;
	});
	const endless = createServer((request, response) => {
		request.resume();
		response.on("close", isLeft).writeHead(200, { "content-type": "text/event-stream" });
		const part = toChunk("x".repeat(65_536));
		const more = () => void response.write(part, (error) => error || setImmediate(more));
		more();
	});
	await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
	const { port } = endless.address() as AddressInfo;
	const turn = await sayOnce(chatBackend(), { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` });
	expect(turn.error).toContain("more than 8,000,000 characters");
	await left;
	await new Promise((resolve) => endless.close(resolve));
});

test("an answer of too many parts is cut", async () => {
	const call = (id: number) => ({
		index: id,
		id: `${id}`,
		function: { name: "f", arguments: `{"n":${id}}` },
	});
	const calls = Array.from({ length: 1_001 }, (_, id) => ({
		choices: [{ delta: { tool_calls: [call(id)] } }],
	}));
	const turn = await say("chat", { body: sse(...calls, { choices: [{ finish_reason: "tool_calls" }] }) });
	expect(turn).toMatchObject({ stopReason: "maxTokens", error: null });
	expect(noticesOf(turn)).toEqual(["The answer was cut after 1,000 parts."]);
});

describe("time grows as the text does: what came before is not read again", () => {
	/** How often a text of so many pieces was looked at, by the pieces' own count. */
	const pieces = 100_000;

	test("names that each piece of a call repeats", () => {
		const calls = new ChatCalls();
		for (let n = 0; n < pieces; n++)
			calls.take({ index: 0, function: { name: "f", arguments: n ? "}{" : "{" } });
		calls.take({ index: 0, function: { name: "f", arguments: "}" } });
		expect(calls.whole()).toHaveLength(1);
	});

	test("blanks before anything is said", () => {
		const tags = new ThinkTags(false);
		let chars = 0;
		const count = (prose: Iterable<object>) => {
			for (const part of prose) if ("text" in part) chars += String(part.text).length;
		};
		for (let n = 0; n < pieces; n++) count(tags.take("  "));
		count(tags.end());
		expect(chars).toBe(2 * pieces);
	});

	test("searches of the provider's own", () => {
		const items = new ResponseItems(() => {});
		for (let n = 0; n < 1_000; n++) items.providerCall("web_search", {});
		items.settleProviderCalls();
		expect(items.providerResults).toHaveLength(1_000);
	});
});

test("a program's line beyond all measure is refused", () => {
	const lines = new Lines();
	const megabyte = Buffer.alloc(1_000_000, "x");
	const feed = () => {
		for (let n = 0; n < 40; n++) lines.feed(megabyte);
	};
	expect(feed).toThrow("a line has more than 32,000,000 characters");
});
