/** Servers that a person names in `config.json`, from the file to the request. */
import { expect, test } from "vitest";
import type { Environment } from "../../../server/backends/backend.ts";
import { createBackends } from "../../../server/backends/registry.ts";
import { withServers } from "../../../server/sessions/settings/config.ts";
import { chatBackend } from "../../support/apiBackends.ts";
import { Conversation } from "../../support/conversation.ts";
import { folderWith } from "../../support/folder.ts";
import { startModelServer } from "../../support/modelServer/modelServer.ts";

const environmentWith = (servers: object, more: Environment = {}): Environment => {
	const XDG_CONFIG_HOME = folderWith({ "ipyai/config.json": JSON.stringify({ servers }) });
	return withServers({ XDG_CONFIG_HOME, HOME: XDG_CONFIG_HOME, ...more });
};

test("a named server is asked with the key of its variable, and lists its models under its name", async () => {
	const server = await startModelServer();
	const mine = { baseUrl: `${server.url}/v1/`, keyEnv: "MINE_KEY" };
	const environment = environmentWith({ mine }, { MINE_KEY: "loopback-key" });
	const backend = chatBackend();
	expect(backend.login(environment)).toEqual({ kind: "environment", name: "MINE_KEY" });
	expect(backend.login(environmentWith({ mine })).kind).toBe("missing");
	const turn = await new Conversation(backend, environment, "mine/loop-1").say("hello");
	expect(turn.text).toBe("You said: hello");
	const models = await backend.listModels(environment, new AbortController().signal);
	expect(models.map(({ id }) => id)).toContain("mine/loop-1");
	await backend.dispose();
	await server.close();
});

test("a refused key is named by its variable", async () => {
	const server = await startModelServer();
	const mine = { baseUrl: `${server.url}/v1`, keyEnv: "MINE_KEY" };
	const backend = chatBackend();
	const environment = environmentWith({ mine }, { MINE_KEY: "bad-key-123456" });
	const turn = await new Conversation(backend, environment, "mine/loop-1").say("hello");
	expect(turn.stopReason).toBe("failed");
	expect(turn.error).toContain("MINE_KEY");
	expect(turn.error).not.toContain("bad-key");
	await backend.dispose();
	await server.close();
});

test("the server's name chooses the backend, where the configuration has it", () => {
	const backends = createBackends();
	const environment = environmentWith({ mine: { baseUrl: "http://127.0.0.1:1/v1" } });
	const found = { backend: "openai-chat", model: "mine/loop-1" };
	expect(backends.modelSpec("mine/loop-1", environment)).toEqual(found);
	expect(backends.modelSpec("mine/loop-1", {})).toBeNull();
	expect(backends.modelSpec("constructor/loop-1", environment)).toBeNull();
	expect(chatBackend().login(environment)).toEqual({ kind: "notNeeded" });
	expect(environmentWith({ mine: { baseUrl: "no address" } })).not.toHaveProperty("IPYAI_CHAT_SERVERS");
});
