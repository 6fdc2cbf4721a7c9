import { expect, test } from "vitest";
import { effortsOf } from "../../../server/backends/models/models.ts";
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
