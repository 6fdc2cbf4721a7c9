/**
 * Filling in between two texts, through the real library and process. No model of the tests' size was trained for it,
 * so a copy of one gets the names of the tokens that say so: what it answers means nothing, what it is sent does.
 */
import { closeSync, copyFileSync, mkdtempSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine } from "../../../../server/backends/local/engine.ts";
import { LocalBackend } from "../../../../server/backends/local/local.ts";
import { findLlama } from "../../../../server/backends/local/locate.ts";
import type { ChatEnd, ChatWork } from "../../../../server/backends/local/messages.ts";
import { Conversation, text } from "../../../support/conversation.ts";
import { testModelPath } from "../../../support/localModel.ts";

/** Tokens that the model never uses, and as long as those that take their place. */
const renamed = {
	"<issue_closed>": "<|fim_prefix|>",
	"<jupyter_text>": "<|fim_suffix|>",
	"<jupyter_code>": "<|fim_middle|>",
};

const fillingModel = (): string => {
	const path = join(mkdtempSync(join(process.env.HOME ?? "/nowhere", "fill-")), "filling.gguf");
	copyFileSync(testModelPath!, path);
	const file = openSync(path, "r+");
	const head = Buffer.alloc(65_536);
	readSync(file, head, 0, head.length, 0);
	for (const [from, to] of Object.entries(renamed)) {
		const at = head.indexOf(from);
		if (at < 0) throw new Error(`The model has no token ${from}.`);
		writeSync(file, to, at);
	}
	closeSync(file);
	return path;
};

describe.skipIf(testModelPath === null)("a model that fills in", { timeout: 120_000 }, () => {
	const environment = { HOME: process.env.HOME ?? "", PATH: process.env.PATH ?? "" };
	let model: string;
	let engine: Engine;
	beforeAll(() => {
		model = fillingModel();
		const found = findLlama({});
		engine = new Engine(found.kind === "found" ? found.url : "");
	});
	afterAll(() => engine.close());

	const fill = async (prefix: string, suffix: string, asked = "", more: Partial<ChatWork> = {}) => {
		const work: ChatWork = {
			kind: "chat",
			modelPath: model,
			maxContext: 1024,
			slot: "completions",
			history: [
				{ type: "user", text: asked },
				{ type: "model", response: [] },
			],
			functions: {},
			callsAllowed: true,
			maxTokens: 8,
			maxThoughtTokens: 0,
			fill: { prefix, suffix },
			...more,
		};
		let said = "";
		const end: ChatEnd = await engine.chat(work, environment, new AbortController().signal, ({ text }) => {
			said += text;
		});
		return { said, ...end };
	};

	test("reads the text around the cursor and three tokens that mark it, and nothing of the question", async () => {
		// One token for each of a, b, c, as its vocabulary has them.
		const short = await fill("a", "b", "", { slot: "one" });
		const longer = await fill("a b", "c", "", { slot: "two" });
		expect(longer.readTokens).toBe(short.readTokens + 1);
		const asked = await fill("a", "b", "Which capital has France? ".repeat(20), { slot: "three" });
		expect(asked.readTokens).toBe(short.readTokens);
		expect(asked.said).toBe(short.said);
	});

	test("ends at the limit of tokens, and does not read again what stands before the cursor", async () => {
		const prefix = Array.from({ length: 60 }, (_, n) => `value_${n} = ${n}\n`).join("");
		const first = await fill(prefix, "\nprint(total)");
		expect(first).toMatchObject({ stop: "maxTokens", madeTokens: 8 });
		const next = await fill(`${prefix}total`, "\nprint(total)");
		expect(next.keptTokens).toBeGreaterThan(first.readTokens / 2);
		expect(next.readTokens).toBeLessThan(first.readTokens / 2);
	});

	test("keeps to the window where the text does not", async () => {
		const window = { maxContext: 512, slot: "small" };
		const long = await fill("x = 1\n".repeat(2_000), "y = 2\n".repeat(2_000), "", window);
		expect(long.readTokens).toBeLessThan(512);
		expect(long.madeTokens).toBeGreaterThan(0);
	});

	test("a suggestion of the backend goes this way", async () => {
		const backend = new LocalBackend();
		try {
			const conversation = new Conversation(backend, environment, model, "/");
			const suggest = async (question: string) => {
				const updates = [];
				for await (const update of backend.runTurn({
					...conversation.preparation(),
					conversationId: "completions:x",
					tools: [],
					transcript: [{ role: "user", content: [text(question)] }],
					fill: { prefix: "def add(a, b):\n    return ", suffix: "\n\nprint(add(1, 2))\n" },
					maxRounds: 1,
					maxOutputTokens: 6,
					signal: new AbortController().signal,
					callTool: async ({ callId }) => ({ callId, content: [], isError: true }),
					permitProviderTool: async () => null,
					takeSteering: () => [],
				}))
					updates.push(update);
				return updates;
			};
			const ends = [];
			for (const question of ["short", "a much longer question ".repeat(50)])
				ends.push((await suggest(question)).at(-1));
			expect(ends[0]).toMatchObject({ kind: "end", error: null });
			const read = ends.map((end) =>
				end?.kind === "end" ? (end.usage?.inputTokens ?? 0) + (end.usage?.cacheReadTokens ?? 0) : 0,
			);
			expect(read[0]).toBeGreaterThan(10);
			expect(read[1]).toBe(read[0]);
		} finally {
			await backend.dispose();
		}
	});
});
