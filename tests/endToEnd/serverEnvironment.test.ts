/** A server that an editor starts has the editor's whole environment, which is not each client's. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { openConnection } from "../../clients/common/server/connection.ts";
import type { SessionUpdateParams } from "../../protocol/index.ts";
import { startModelServer } from "../support/modelServer/modelServer.ts";

test("headers that the SDKs would read from it are sent for nobody", async () => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-env-"));
	await using model = await startModelServer();
	const environment = {
		...model.environment,
		PATH: process.env.PATH!,
		HOME: folder,
		XDG_RUNTIME_DIR: join(folder, "run"),
		XDG_STATE_HOME: join(folder, "state"),
	};
	const custom = { ANTHROPIC_CUSTOM_HEADERS: "x-custom: leaked", OPENAI_CUSTOM_HEADERS: "x-custom: leaked" };
	const server = spawn(process.execPath, [join(import.meta.dirname, "../../server/main.ts"), "--stdio"], {
		env: { ...environment, ...custom },
		stdio: ["pipe", "pipe", "inherit"],
	});
	const stream = Duplex.from({ readable: server.stdout, writable: server.stdin });
	// The stream breaks off when the server ends, as it should.
	stream.on("error", () => {});
	const client = await openConnection(stream, {
		name: "test",
		cwd: folder,
		environment,
		answers: "everything",
	});
	onTestFinished(async () => {
		const exited = once(server, "exit");
		server.stdin.end();
		client.close();
		await exited;
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
