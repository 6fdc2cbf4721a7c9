/** The server's own environment is only that of the shell that happened to start it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { joinServer } from "../../clients/common/joinServer.ts";
import type { SessionUpdateParams } from "../../protocol/index.ts";
import { isAlive, until } from "../support/kernel.ts";
import { startModelServer } from "../support/modelServer/modelServer.ts";

test("headers that the SDKs would read from it are sent for nobody", async () => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-env-"));
	await using model = await startModelServer();
	const client = await joinServer({
		name: "test",
		cwd: folder,
		environment: {
			...model.environment,
			PATH: process.env.PATH!,
			HOME: folder,
			XDG_RUNTIME_DIR: join(folder, "run"),
			XDG_STATE_HOME: join(folder, "state"),
			IPYAI_SERVER_IDLE_MS: "300",
			ANTHROPIC_CUSTOM_HEADERS: "x-custom: leaked",
			OPENAI_CUSTOM_HEADERS: "x-custom: leaked",
		},
		approvals: true,
		input: true,
	});
	onTestFinished(async () => {
		client.close();
		await until(() => !isAlive(client.aiShell.pid));
		rmSync(folder, { recursive: true, force: true });
	});
	for (const backend of ["claude-api", "openai-api"]) {
		const { state } = await client.request("session/new", {
			requestId: backend,
			cwd: folder,
			kernel: null,
			settings: { backend },
		});
		const ended = new Promise((resolve) =>
			client.onUpdate((update: SessionUpdateParams) => {
				if (update.kind === "event" && update.event.kind === "turnFinished") resolve(update.event.stopReason);
			}),
		);
		await client.request("session/prompt", {
			sessionId: state.sessionId,
			requestId: `${backend} prompt`,
			content: [{ kind: "text", text: "hello" }],
		});
		expect(await ended).toBe("endTurn");
		await client.request("session/close", { sessionId: state.sessionId, requestId: `${backend} close` });
	}
	expect(model.requests.map(({ path }) => path)).toEqual(["/v1/messages", "/v1/responses"]);
	for (const { headers } of model.requests) expect(headers["x-custom"]).toBeUndefined();
});
