/** A model server alone, or with an ipyai server and a client of it: each a process of its own as in life. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerConnection } from "../clients/common/server/connection.ts";
import { joinServer } from "../clients/common/server/joinServer.ts";
import type { SessionUpdateParams } from "../protocol/index.ts";

export type Loopback = {
	readonly folder: string;
	readonly serverPid: number;
	/** What a provider's client needs to find the model. */
	readonly environment: Readonly<Record<string, string>>;
	newSession(backend: string): Promise<string>;
	closeSession(sessionId: string): Promise<void>;
	/** Milliseconds from the prompt to the first text delta; resolves when the turn has ended. */
	firstToken(sessionId: string, text: string): Promise<number>;
	close(): Promise<void>;
};

export type LoopbackModel = {
	/** For whatever a benchmark leaves; gone with the model. */
	readonly folder: string;
	/** What a provider's client needs to find the model, with a HOME that is empty. */
	readonly environment: Readonly<Record<string, string>>;
	close(): Promise<void>;
};

export const startModel = async (): Promise<LoopbackModel> => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-bench-"));
	const model = spawn(process.execPath, [join(import.meta.dirname, "../tests/support/modelServer/main.ts")], {
		stdio: ["ignore", "pipe", "ignore"],
	});
	const environment: Record<string, string> = {
		PATH: process.env.PATH ?? "",
		HOME: folder,
		CLAUDE_CONFIG_DIR: join(folder, ".claude"),
	};
	for await (const line of createInterface({ input: model.stdout })) {
		const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
		if (name && value) environment[name] = value;
		if (name === "LOOP_KEY") break;
	}
	environment.IPYAI_CODEX_API_BASE_URL = `${environment.ANTHROPIC_BASE_URL}/backend-api/codex`;
	return {
		folder,
		environment,
		close: async () => {
			model.kill();
			// A server and its children write until they have ended.
			await sleep(2_000);
			rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
		},
	};
};

export const startLoopback = async (): Promise<Loopback> => {
	const model = await startModel();
	const { folder, environment } = model;
	const client: ServerConnection = await joinServer({
		name: "bench",
		cwd: folder,
		environment: {
			...environment,
			XDG_RUNTIME_DIR: join(folder, "run"),
			IPYAI_SERVER_IDLE_MS: "200",
		},
		answers: "nothing",
	});
	let onUpdate: (update: SessionUpdateParams) => void = () => {};
	client.onUpdate((update) => onUpdate(update));
	let requests = 0;
	return {
		folder,
		serverPid: client.aiShell.pid,
		environment,
		newSession: async (backend) => {
			const { state } = await client.request("session/new", {
				requestId: `request-${++requests}`,
				cwd: folder,
				kernel: null,
				settings: { backend },
			});
			return state.sessionId;
		},
		closeSession: async (sessionId) =>
			void (await client.request("session/close", { sessionId, requestId: `request-${++requests}` })),
		firstToken: async (sessionId, text) => {
			const started = performance.now();
			let first = Number.NaN;
			const ended = new Promise<void>((resolve, reject) => {
				onUpdate = (update) => {
					if (update.kind === "hint" && update.hint.kind === "textDelta" && Number.isNaN(first))
						first = performance.now() - started;
					if (update.kind !== "event" || update.event.kind !== "turnFinished") return;
					if (update.event.error === null) resolve();
					else reject(new Error(update.event.error));
				};
			});
			await client.request("session/prompt", {
				sessionId,
				requestId: `request-${++requests}`,
				content: [{ kind: "text", text }],
			});
			await ended;
			return first;
		},
		close: async () => {
			client.close();
			await model.close();
		},
	};
};
