/** A server in memory with one session on a real ipykernel, and a client of it. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { spawnKernel } from "../../clients/common/kernel/spawnKernel.ts";
import type { SettingsPatch, StartedKernel } from "../../protocol/index.ts";
import { textOf } from "./kernel.ts";
import { testPython } from "./python.ts";
import { type Script, type ScriptedBackend, scriptedBackend } from "./scriptedBackend.ts";
import { startTestServer, type TestClient, type TestServer } from "./server.ts";

export type KernelSession = {
	readonly server: TestServer;
	readonly client: TestClient;
	readonly backend: ScriptedBackend;
	readonly sessionId: string;
	readonly launch: StartedKernel;
	/** Runs a cell to its end and tells what a person would read. */
	run(code: string): Promise<{ status: string; text: string; executionCount: number | null; cellId: string }>;
	/** Sends a prompt and waits for its end. */
	ask(text: string): Promise<{ turnId: string; stopReason: string }>;
	send(text: string): Promise<{ turnId: string }>;
};

let requests = 0;
export const nextRequestId = (): string => `request-${++requests}`;

/** Starts a kernel that ends with the test, whatever becomes of its session. */
export const launchTestKernel = (env: Record<string, string> = {}): StartedKernel => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-kernel-"));
	const { launch } = spawnKernel({
		python: testPython(),
		cwd: folder,
		env: { ...process.env, XDG_RUNTIME_DIR: folder, ...env },
	});
	onTestFinished(() => {
		try {
			process.kill(-launch.pid, "SIGKILL");
		} catch {
			// It has ended, as it should.
		}
		rmSync(folder, { recursive: true, force: true });
	});
	return launch;
};

/** The session's folder is the server's, one below it, or another. */
export const startKernelSession = async (
	scripts: readonly Script[] = [],
	settings: SettingsPatch = {},
	inside = ".",
	environment: Readonly<Record<string, string>> = {},
): Promise<KernelSession> => {
	const launch = launchTestKernel();
	const backend = scriptedBackend(...scripts);
	const server = await startTestServer({ backends: [backend] });
	const folder = resolve(server.folder, inside);
	mkdirSync(folder, { recursive: true });
	const client = await server.connect({ environment });
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: folder,
		kernel: launch,
		settings,
	});
	const { sessionId } = state;
	await client.event("kernelAttached");
	const send = (text: string) =>
		client.request("session/prompt", {
			sessionId,
			requestId: nextRequestId(),
			content: [{ kind: "text", text }],
			source: `.${text}`,
		});
	return {
		server,
		client,
		backend,
		sessionId,
		launch,
		send,
		run: async (code) => {
			const { cellId } = await client.request("cell/execute", {
				sessionId,
				requestId: nextRequestId(),
				code,
			});
			const { status, executionCount } = await client.event(
				"cellFinished",
				(event) => event.cellId === cellId,
			);
			const outputs = client.updates.flatMap((update) =>
				update.kind === "event" && update.event.kind === "cellOutput" && update.event.cellId === cellId
					? [update.event.output]
					: [],
			);
			return { status, executionCount, text: textOf(outputs), cellId };
		},
		ask: async (text) => {
			const { turnId } = await send(text);
			const { stopReason } = await client.event("turnFinished", (event) => event.turnId === turnId);
			return { turnId, stopReason };
		},
	};
};
