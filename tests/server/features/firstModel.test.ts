/** A server of one's own is asked without naming a model: by prompts, and by Alt-. */
import { afterAll, expect, test } from "vitest";
import { inputDocumentUri } from "../../../protocol/completion.ts";
import type { SettingsPatch } from "../../../protocol/index.ts";
import { chatBackend } from "../../support/apiBackends.ts";
import { json, type RawRequest, sse, startRawServer } from "../../support/rawServer.ts";
import { startTestServer } from "../../support/server.ts";
import { nextRequestId } from "../../support/sessionWithKernel.ts";

const models = await startRawServer();
afterAll(() => models.close());

const answer = { body: sse({ choices: [{ delta: { content: "x = 1" }, finish_reason: "stop" }] }) };
const withList = (list: unknown, status = 200) => {
	models.answers(({ path }: RawRequest) => (path.endsWith("/models") ? json(list, status) : answer));
};
const asked = () => models.requests.flatMap(({ method, body }) => (method === "POST" ? [body.model] : []));

const start = async (settings: SettingsPatch, environment = { OPENAI_BASE_URL: `${models.url}/v1` }) => {
	const server = await startTestServer({ backends: [chatBackend()] });
	const client = await server.connect({ environment: { HOME: server.folder, ...environment } });
	const { state, participantId } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings,
	});
	const { sessionId } = state;
	const prompt = async () => {
		const { turnId } = await client.request("session/prompt", {
			sessionId,
			requestId: nextRequestId(),
			content: [{ kind: "text", text: "hi" }],
		});
		return client.event("turnFinished", (event) => event.turnId === turnId);
	};
	const suggest = async () => {
		const uri = inputDocumentUri(sessionId, participantId);
		const textDocument = { uri, languageId: "python", version: 1, text: "x" };
		client.notify("textDocument/didOpen", { textDocument });
		return client.request("textDocument/inlineCompletion", {
			textDocument: { uri },
			position: { line: 0, character: 1 },
			context: { triggerKind: 1 },
		});
	};
	return { client, prompt, suggest };
};

test("the first that the server lists and that talks answers, stays, and is told once", async () => {
	withList({ data: [{ id: "nomic-embed" }, { id: "qwen3:8b" }, { id: "other" }] });
	const { client, prompt, suggest } = await start({});
	expect((await prompt()).error).toBeNull();
	const changed = await client.event("settingsChanged");
	expect(changed.settings).toMatchObject({ backend: "openai-chat", model: "qwen3:8b" });
	await prompt();
	await suggest();
	expect(asked()).toEqual(["qwen3:8b", "qwen3:8b", "qwen3:8b"]);
	const notices = client.updates.flatMap((update) =>
		update.kind === "hint" && update.hint.kind === "notice" ? [update.hint.text] : [],
	);
	expect(notices).toContain(
		"qwen3:8b answers, the first model that the server lists; %ipyai model shows the others.",
	);
	expect(notices.filter((text) => text.includes("the first model"))).toHaveLength(1);
});

test("Alt-. before any prompt asks it too, and with a model chosen that one", async () => {
	withList({ data: [{ id: "first" }] });
	await (await start({})).suggest();
	await (await start({ model: "chosen" })).suggest();
	await (await start({ model: "chosen", completionModel: "small" })).suggest();
	expect(asked()).toEqual(["first", "chosen", "small"]);
});

test("a server without a list is asked for its only model, which is not kept as if it had a name", async () => {
	withList({ detail: "Not Found" }, 404);
	const { client, prompt } = await start({});
	expect((await prompt()).error).toBeNull();
	expect(asked()).toEqual(["default"]);
	expect(
		client.updates.some((update) => update.kind === "event" && update.event.kind === "settingsChanged"),
	).toBe(false);
});

test("a server that cannot be reached is named, and a provider's models have to be chosen", async () => {
	const dead = await start({}, { OPENAI_BASE_URL: "http://127.0.0.1:9/v1" });
	expect((await dead.prompt()).error).toContain("http://127.0.0.1:9/v1 cannot be reached");
	const provider = await start(
		{ backend: "openai-chat" },
		{ OPENAI_BASE_URL: "", ...{ GEMINI_API_KEY: "k" } },
	);
	expect((await provider.prompt()).error).toBe("Choose a model with %ipyai model NAME.");
	await expect(provider.suggest()).rejects.toMatchObject({ code: -32016 });
});

test.each([400, 401, 500])("a provider's %i in a suggestion is no fault of this server", async (status) => {
	models.answers(json({ error: { message: "no" } }, status));
	const { suggest } = await start({ model: "m" });
	await expect(suggest()).rejects.toMatchObject({
		code: -32803,
		message: expect.stringContaining(`${status} no`),
	});
});
