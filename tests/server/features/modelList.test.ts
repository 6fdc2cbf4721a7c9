import { afterAll, describe, expect, test } from "vitest";
import { ListBackendsResult, ListModelsResult } from "../../../protocol/index.ts";
import type { Backend, Environment } from "../../../server/backends/backend.ts";
import { effortsOf } from "../../../server/backends/models/models.ts";
import { createBackends } from "../../../server/backends/registry.ts";
import { chatBackend, messagesBackend, responsesBackend } from "../../support/apiBackends.ts";
import { folderWith } from "../../support/folder.ts";
import { json, startRawServer } from "../../support/rawServer.ts";
import { say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer } from "../../support/server.ts";
import { nextRequestId } from "../../support/sessionWithKernel.ts";

test("models used lately come first, with window, efforts and price where they are known", async () => {
	const listed = ["gpt-5.5", "gpt-4.1", "script-1"].map((id) => ({ id, name: null, contextWindow: 1000 }));
	const backend = { ...scriptedBackend(say("ok")), listModels: async () => listed };
	const server = await startTestServer({ backends: [backend] });
	const client = await server.connect();
	const models = async () => (await client.request("model/list", { backend: "scripted" })).models;
	expect((await models()).map(({ id, recent }) => [id, recent])).toEqual([
		["gpt-5.5", false],
		["gpt-4.1", false],
		["script-1", false],
	]);
	const settings = { model: "script-1" };
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings,
	});
	const { sessionId } = state;
	for (const model of ["script-1", "unlisted", "gpt-5.5"]) {
		await client.request("session/configure", {
			sessionId,
			requestId: nextRequestId(),
			settings: { model },
		});
		const { turnId } = await client.request("session/prompt", {
			sessionId,
			requestId: nextRequestId(),
			content: [{ kind: "text", text: "go" }],
		});
		await client.event("turnFinished", (event) => event.turnId === turnId);
	}
	expect(await models()).toEqual([
		{
			id: "gpt-5.5",
			name: null,
			contextWindow: 1000,
			efforts: ["l", "m", "h", "x"],
			price: { input: 5, output: 30, cacheRead: 0.5, cacheWrite: 5 },
			recent: true,
		},
		{ id: "unlisted", name: null, contextWindow: 200_000, efforts: null, price: null, recent: true },
		{ id: "script-1", name: null, contextWindow: 1000, efforts: null, price: null, recent: true },
		expect.objectContaining({ id: "gpt-4.1", efforts: [], recent: false }),
	]);
	const { text } = await client.request("command/run", {
		sessionId,
		requestId: nextRequestId(),
		line: "model",
	});
	expect(text).toContain("gpt-5.5, $5 / $30 per million tokens\n");
});

test("efforts are those of the model", () => {
	expect(effortsOf("claude-3-5-haiku-20241022")).toEqual([]);
	expect(effortsOf("sonnet")).toEqual(["l", "m", "h", "x"]);
	expect(effortsOf("gpt-4.1")).toEqual([]);
	expect(effortsOf("something")).toBeNull();
});

describe("results fit the protocol's schema, whatever a server tells of its models:", async () => {
	const raw = await startRawServer();
	afterAll(() => raw.close());
	const own = {
		OPENAI_BASE_URL: `${raw.url}/v1`,
		ANTHROPIC_BASE_URL: raw.url,
		ANTHROPIC_API_KEY: "k",
		OPENAI_API_KEY: "k",
	};

	const listFor = async (backends: readonly Backend[], environment: Environment) => {
		const server = await startTestServer({ backends });
		const client = await server.connect({ environment: { HOME: server.folder, ...environment } });
		const listed = await client.request("backend/list", {});
		expect(ListBackendsResult.parse(listed)).toEqual(listed);
		return Promise.all(
			listed.backends.map(async ({ name }) => {
				const models = await client.request("model/list", { backend: name });
				expect(ListModelsResult.parse(models), name).toEqual(models);
				return models.models;
			}),
		);
	};

	test.each([
		["names alone", { data: [{ id: "a" }, "b", { name: "c" }] }],
		["nulls", { data: [{ id: "a", display_name: null, context_length: null }, null, { id: null }] }],
		[
			"other kinds",
			{ data: [{ id: "a", display_name: 7, max_model_len: "8k", meta: [] }, 7, [], { id: 7 }] },
		],
		[
			"odd windows",
			{
				data: [
					{ id: "a", context_length: 0 },
					{ id: "b", context_length: -1 },
					{ id: "c", context_length: 1.5 },
					{ id: "d", max_input_tokens: 1e300 },
				],
			},
		],
		["no list", { data: { id: "a" } }],
		["nothing", null],
	])("%s", async (_, body) => {
		raw.answers(json(body));
		const lists = await listFor([chatBackend(), messagesBackend(), responsesBackend()], own);
		for (const models of lists)
			for (const { contextWindow } of models) expect(contextWindow ?? 1).toBeGreaterThan(0);
	});

	test("programs' and files' too", async () => {
		raw.answers(json({ data: [{ id: "a" }] }));
		const IPYAI_MODELS = folderWith({ "tiny.gguf": "no model" });
		const backends = createBackends().all;
		// The programs leave files at home until they have ended.
		const { PATH = "", HOME = "" } = process.env;
		await listFor(backends, { ...own, PATH, HOME, IPYAI_MODELS });
		await Promise.all(backends.map((backend) => backend.dispose()));
	});
});

test("a model that the provider does not list is told, and asked for all the same", async () => {
	const listed = ["gpt-5.5", "claude-haiku-4-5-20251001", "qwen3:8b"].map((id) => ({
		id,
		name: null,
		contextWindow: null,
	}));
	const server = await startTestServer({
		backends: [{ ...scriptedBackend(say("ok")), listModels: async () => listed }],
	});
	const client = await server.connect();
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings: {},
	});
	const configure = (model: string) =>
		client.request("session/configure", {
			sessionId: state.sessionId,
			requestId: nextRequestId(),
			settings: { model },
		});
	for (const model of ["gpt-5.5", "claude-haiku-4-5", "qwen3"]) await configure(model);
	await configure("gtp-5.5");
	await client.until((update) => update.kind === "hint" && update.hint.kind === "notice");
	const notices = client.updates.flatMap((update) =>
		update.kind === "hint" && update.hint.kind === "notice" ? [update.hint.text] : [],
	);
	expect(notices).toEqual([
		"scripted does not list gtp-5.5, but gpt-5.5. It is asked for all the same; %ipyai model shows what there is.",
	]);
});
