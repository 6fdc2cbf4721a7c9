import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer, type TestClient } from "../../support/server.ts";
import { nextRequestId } from "../../support/sessionWithKernel.ts";

const ask = async (client: TestClient, sessionId: string, text: string) => {
	const { turnId } = await client.request("session/prompt", {
		sessionId,
		requestId: nextRequestId(),
		content: [{ kind: "text", text }],
		source: text,
	});
	await client.event("turnFinished", (event) => event.turnId === turnId);
};

test("a session resumes on another backend with all that was said", async () => {
	const first = scriptedBackend(say("The answer is plum."));
	const second = { ...scriptedBackend(say("Plum, as said.")), name: "second", defaultModel: "second-1" };
	const server = await startTestServer({ backends: [first, second] });
	const client = await server.connect();
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings: {},
	});
	await ask(client, state.sessionId, "which fruit?");
	await client.request("session/close", { sessionId: state.sessionId, requestId: nextRequestId() });
	const other = await server.connect();
	const resumed = await other.request("session/resume", {
		requestId: nextRequestId(),
		ref: { cwd: server.folder },
		settings: { backend: "second" },
	});
	expect(resumed.state.settings).toMatchObject({ backend: "second", model: "second-1" });
	await ask(other, state.sessionId, "again?");
	const sent = JSON.stringify(second.requests[0]!.transcript);
	expect(sent).toContain("which fruit?");
	expect(sent).toContain("The answer is plum.");
});

test("the flag and the file for prompt mode do not cancel each other", async () => {
	const server = await startTestServer();
	const config = join(server.folder, "config");
	mkdirSync(join(config, "ipyai"), { recursive: true });
	writeFileSync(join(config, "ipyai/config.json"), '{"prompt_mode": true}');
	const client = await server.connect({ environment: { XDG_CONFIG_HOME: config } });
	const promptMode = async (settings: { promptMode?: boolean }) =>
		(
			await client.request("session/new", {
				requestId: nextRequestId(),
				cwd: server.folder,
				kernel: null,
				settings,
			})
		).state.settings.promptMode;
	expect(await promptMode({})).toBe(true);
	expect(await promptMode({ promptMode: true })).toBe(true);
	expect(await promptMode({ promptMode: false })).toBe(false);
});

test("what was asked in prompt mode, without a dot, is no code of the next prompt", async () => {
	const backend = scriptedBackend(say("Yes."));
	const server = await startTestServer({ backends: [backend] });
	const client = await server.connect();
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: null,
		settings: { promptMode: true },
	});
	await ask(client, state.sessionId, "is it so?");
	await ask(client, state.sessionId, "and then?");
	expect(JSON.stringify(backend.requests[1]!.transcript.at(-1))).not.toContain("is it so?");
});
