import { afterAll, beforeAll, expect, test } from "vitest";
import type { Model } from "../../../../server/backends/backend.ts";
import { ModelList } from "../../../../server/backends/models/modelList.ts";
import { backendSubjects } from "../../../support/backendSubjects.ts";
import { type ModelServer, startModelServer } from "../../../support/modelServer/modelServer.ts";

const model = (id: string, contextWindow: number | null = null): Model => ({ id, name: null, contextWindow });
const { signal } = new AbortController();
const known = [model("known")];
const ids = (models: readonly Model[]) => models.map(({ id }) => id).join(" ");

const listThat = (answers: (() => Promise<readonly Model[]>)[], minutes: () => number = () => 0) =>
	new ModelList(
		known,
		() => (answers.shift() ?? never)(),
		20,
		() => minutes() * 60_000,
	);
const never = () => new Promise<never>(() => {});
const says = (id: string) => async () => [model(id, 1000)];
const fails = async () => {
	throw new Error("no network");
};

test("keeps an answer for some minutes, and asks again when told to", async () => {
	let minutes = 0;
	const models = listThat([says("a"), says("b"), says("c")], () => minutes);
	expect(ids(await models.list({}, signal))).toBe("a");
	expect(ids(await models.list({}, signal))).toBe("a");
	expect(ids(await models.list({}, signal, true))).toBe("b");
	minutes = 11;
	expect(ids(await models.list({}, signal))).toBe("c");
});

test("who has another key asks for a list of their own", async () => {
	const models = listThat([says("a"), says("b")]);
	expect(ids(await models.list({ OPENAI_API_KEY: "1", TERM: "x" }, signal))).toBe("a");
	expect(ids(await models.list({ OPENAI_API_KEY: "1", TERM: "y" }, signal))).toBe("a");
	expect(ids(await models.list({ OPENAI_API_KEY: "2" }, signal))).toBe("b");
});

test("a provider that fails, hangs or offers nothing leaves what is known, then what was heard", async () => {
	const models = listThat([fails, never, async () => [], says("a"), fails]);
	for (let n = 0; n < 3; n++) expect(ids(await models.list({}, signal))).toBe("known");
	expect(ids(await models.list({}, signal))).toBe("a");
	expect(ids(await models.list({}, signal, true))).toBe("a");
	expect(ids(await models.list({}, AbortSignal.abort(), true))).toBe("a");
});

test("learns windows", async () => {
	const models = listThat([says("a")]);
	expect(models.window("a")).toBeNull();
	await models.list({}, signal);
	expect(models.window("a")).toBe(1000);
});

let server: ModelServer;
beforeAll(async () => {
	server = await startModelServer();
});
afterAll(() => server.close());

test.each(backendSubjects.filter(({ missing }) => missing === null))(
	"$name lists models, and offers those it knows to a person without network",
	async ({ name, create, environment }) => {
		const backend = create();
		const live = await backend.listModels(environment(server), signal);
		const expected: Record<string, string> = {
			"claude-api": "claude-loop-1",
			"openai-api": "loop-1",
			"openai-chat": "loop-1",
			"claude-sdk": "sonnet",
		};
		expect(live.map(({ id }) => id)).toContain(expected[name] ?? "gpt-5.5");
		if (name === "claude-api") expect(backend.contextWindow("claude-loop-1")).toBe(200_000);
		if (name === "openai-chat") expect(backend.contextWindow("loop-1")).toBe(32_768);
		const offline = await backend.listModels(environment({ url: "http://127.0.0.1:1" }), signal);
		expect(offline.length > 0).toBe(name !== "openai-chat");
		await backend.dispose();
	},
);
