/** A conversation that nears its model's window, over a real backend and a model on loopback. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { SessionUpdateParams } from "../../../../protocol/index.ts";
import { responsesBackend } from "../../../support/apiBackends.ts";
import { type ModelServer, startModelServer } from "../../../support/modelServer/modelServer.ts";
import { startTestServer } from "../../../support/server.ts";
import { nextRequestId } from "../../../support/sessionWithKernel.ts";

let model: ModelServer;
beforeAll(async () => {
	model = await startModelServer();
});
afterAll(() => model.close());
beforeEach(() => {
	model.requests.length = 0;
});

const window = 1_000;
/** So long that two of these and a polite prompt nearly fill the window; the model's answer to it and to a request to sum it up. */
const long = (word: string, answer: string) =>
	`@@say ${answer}@@ ${`${word} `.repeat(1150 / (word.length + 1))}`;

const politely = (text: string) => `${text} ${"please ".repeat(60)}`;

const startSession = async () => {
	const backend = Object.assign(responsesBackend(), { contextWindow: () => window });
	const server = await startTestServer({ backends: [backend] });
	const client = await server.connect({ environment: { ...model.environment } });
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings: { backend: "openai-api" },
	});
	const { sessionId } = state;
	const ask = async (text: string) => {
		const { turnId } = await client.request("session/prompt", {
			sessionId,
			requestId: nextRequestId(),
			content: [{ kind: "text", text }],
			source: `.${text}`,
		});
		return client.event("turnFinished", (event) => event.turnId === turnId);
	};
	const notices = () =>
		client.updates.flatMap((update: SessionUpdateParams) =>
			update.kind === "hint" && update.hint.kind === "notice" ? [update.hint.text] : [],
		);
	return { server, client, sessionId, ask, notices };
};

test("older turns go into a summary that people see, and stay in the log", async () => {
	const { client, sessionId, ask, notices } = await startSession();
	await ask(long("alpha", "First."));
	await ask(long("beta", "They keep alpha."));
	const isEpoch = (update: SessionUpdateParams) =>
		update.kind === "event" && update.event.kind === "epochStarted";
	expect(client.updates.some(isEpoch)).toBe(false);
	model.requests.length = 0;
	const { usage } = await ask(politely("what now?"));
	const [alpha, beta, answering] = model.requests;
	expect(alpha!.body.tools).toBeUndefined();
	expect(alpha!.raw).toContain("alpha alpha");
	expect(beta!.raw).toContain("<summary-so-far>First.</summary-so-far>");
	expect(answering!.raw).toContain(String.raw`<summary turns=\"2\">They keep alpha.</summary>`);
	expect(answering!.raw).not.toContain("alpha alpha");
	const { reason, folded } = await client.event("epochStarted");
	expect(reason).toContain("neared the window of 1000 tokens");
	expect(folded).toMatchObject({ summary: "They keep alpha.", usage: { inputTokens: expect.any(Number) } });
	// The summary's tokens are the turn's, which needed the room; its window is not.
	expect(usage!.inputTokens).toBeGreaterThan(folded!.usage!.inputTokens!);
	expect(usage!.contextTokens).toBeLessThan(usage!.inputTokens!);
	expect(notices().join("\n")).toContain("They keep alpha.");
	const { warnings } = await client.event("turnStarted", (event) => event.warnings.length > 0);
	expect(warnings).toEqual([expect.stringContaining("2 earlier prompts are sent as a summary")]);
	const { items } = await client.request("session/transcript", { sessionId, before: null, limit: 9 });
	expect(JSON.stringify(items[0])).toContain("alpha alpha");
	expect(items.map((item) => item.kind)).toEqual(["turn", "turn", "turn"]);
});

test("the next turn goes on from the summary, and so does the next summary", async () => {
	const { client, ask } = await startSession();
	await ask(long("alpha", "One."));
	await ask(long("beta", "Two."));
	await ask(politely("short"));
	model.requests.length = 0;
	await ask("and then?");
	expect(model.requests).toHaveLength(1);
	expect(model.requests[0]!.raw).toContain(">Two.</summary>");
	await ask(long("gamma", "Three."));
	await ask(long("delta", "Four."));
	const second = await client.event("epochStarted", ({ folded }) => folded !== undefined && folded.turns > 2);
	expect(second.folded!.summary).not.toBe("Two.");
	expect(model.requests.some(({ raw }) => raw.includes("<summary-so-far>Two."))).toBe(true);
});

test("a hidden turn takes back the summary that tells of it", async () => {
	const { client, sessionId, ask } = await startSession();
	await ask(long("alpha", "One."));
	const { turnId } = await ask(long("beta", "They keep alpha."));
	await ask(politely("short"));
	await client.event("epochStarted");
	await client.request("turn/hide", { sessionId, requestId: nextRequestId(), turnId, hidden: true });
	await ask("and now?");
	expect(model.requests.at(-1)!.raw).not.toContain("They keep");
	expect(model.requests.at(-1)!.raw).toContain("alpha alpha");
});

test("a summary that fails is told, and the turn is sent whole", async () => {
	const { client, ask } = await startSession();
	await ask(long("alpha", "One."));
	// Refused when it is summed up, not when it is asked.
	await ask(long("beta", "Two.@@ @@refuse"));
	await ask(politely("short"));
	expect(model.requests.at(-1)!.raw).toContain("alpha alpha");
	const { warnings } = await client.event("turnStarted", (event) => event.warnings.length > 0);
	expect(warnings).toEqual([expect.stringMatching(/could not be summed up .*refusal.* are sent whole/)]);
});

test("a cancel during the summary ends the turn", async () => {
	const { client, sessionId, ask } = await startSession();
	await ask(long("alpha", "One."));
	const slow = ask(long("beta", "Two two two.@@ @@slow"));
	(await model.held()).release();
	await slow;
	const asked = ask(politely("now"));
	await model.held();
	await client.request("session/cancel", { sessionId });
	expect((await asked).stopReason).toBe("cancelled");
	expect(
		client.updates.some((update) => update.kind === "event" && update.event.kind === "epochStarted"),
	).toBe(false);
});
