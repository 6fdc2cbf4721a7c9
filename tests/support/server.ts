/** A whole server in memory, and clients of it over the real framing. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Duplex, duplexPair } from "node:stream";
import { expect, onTestFinished } from "vitest";
import {
	type ClientDescription,
	openConnection,
	type ServerConnection,
} from "../../clients/common/server/connection.ts";
import { startTimeOf } from "../../ground/processes.ts";
import type { SessionEvent, SessionUpdateParams } from "../../protocol/index.ts";
import type { Backend } from "../../server/backends/backend.ts";
import { Backends } from "../../server/backends/registry.ts";
import { Completions } from "../../server/completions/completions.ts";
import { Handshake } from "../../server/connection/handshake.ts";
import { answerInitialize } from "../../server/initialize.ts";
import { KernelHost } from "../../server/kernel/kernelHost.ts";
import { Server } from "../../server/server.ts";
import type { CreateHost } from "../../server/sessions/python/hosting.ts";
import { Sessions } from "../../server/sessions/sessions.ts";
import { type OpenedStore, openStore, type StoreOptions } from "../../server/store/openStore.ts";
import { scriptedBackend } from "./scriptedBackend.ts";
import { checkWire, type WireCheck } from "./wireCheck.ts";

export type TestServer = {
	readonly folder: string;
	readonly logged: string[];
	/** A raw stream to the server, before any handshake. */
	open(): Duplex;
	connect(description?: Partial<ClientDescription>): Promise<TestClient>;
	/** Ends it as a stopped process would: kernels stay, the database keeps what was committed. */
	stop(): Promise<void>;
};

/** A connection that keeps every update it saw. */
export type TestClient = ServerConnection & {
	readonly updates: SessionUpdateParams[];
	/** Resolves with the first event, past or to come, that fits. */
	event<K extends SessionEvent["kind"]>(
		kind: K,
		fits?: (event: Extract<SessionEvent, { kind: K }>) => boolean,
	): Promise<Extract<SessionEvent, { kind: K }>>;
	/** Resolves with the first update, past or to come, that fits. */
	until(fits: (update: SessionUpdateParams) => boolean): Promise<SessionUpdateParams>;
};

export type TestServerOptions = {
	readonly backends?: readonly Backend[];
	readonly folder?: string;
	readonly createHost?: CreateHost;
	/** Stands between the server and its store, to break it. */
	readonly withStore?: (store: OpenedStore) => OpenedStore;
	readonly storeOptions?: StoreOptions;
};

export const startTestServer = async (options: TestServerOptions = {}): Promise<TestServer> => {
	const folder = options.folder ?? mkdtempSync(join(tmpdir(), "ipyai-server-"));
	const logged: string[] = [];
	const opened = openStore(join(folder, "ipyai.sqlite"), options.storeOptions);
	const store = options.withStore?.(opened) ?? opened;
	const backends = new Backends(options.backends ?? [scriptedBackend()]);
	const owner = { instanceId: randomUUID(), pid: process.pid, startTime: startTimeOf(process.pid) ?? "" };
	const sessions = new Sessions({
		store,
		backends,
		owner,
		createHost:
			options.createHost ??
			((launch, kernelId, listener, heard) =>
				new KernelHost({
					launch,
					kernelId,
					listener,
					heard,
					// A loaded machine takes its time, for the first completion above all.
					lookupTimeoutMs: 20_000,
					onLog: (text) => logged.push(text),
				})),
		onLog: (text) => logged.push(text),
		news: opened.damage,
		isAlive: ({ instanceId }) => instanceId === owner.instanceId,
	});
	sessions.removeHalfCopies();
	const server = new Server({
		environment: {},
		services: { store, backends, sessions, completions: new Completions() },
		onLog: (text) => logged.push(text),
		onConnectionEnded: () => {},
		onRetire: () => {},
	});
	const answer = {
		initialize: answerInitialize({ serverId: owner.instanceId, version: "0.0.0-test" }),
		onLog: (text: string) => logged.push(text),
	};
	const open = () => {
		const [ours, theirs] = duplexPair();
		const check = checkWire();
		checks.push(check);
		watch(theirs, check);
		server.serve(new Handshake(theirs, theirs, answer));
		return ours;
	};
	const checks: WireCheck[] = [];
	let stopped = false;
	const stop = async () => {
		if (stopped) return;
		stopped = true;
		server.dispose();
		await sessions.dispose();
		store.close();
	};
	onTestFinished(async () => {
		if (!stopped) await Promise.allSettled(sessions.live.map(({ sessionId }) => sessions.close(sessionId)));
		await stop();
		expect(
			checks.flatMap(({ problems }) => problems),
			"what the server sent fits its schemas",
		).toEqual([]);
		if (!options.folder) rmSync(folder, { recursive: true, force: true });
	});
	return {
		folder,
		logged,
		open,
		stop,
		connect: async (description = {}) =>
			watched(
				await openConnection(open(), {
					name: "test",
					cwd: folder,
					environment: {},
					answers: "everything",
					...description,
				}),
			),
	};
};

/** Looks at all that goes through the server's end. */
const watch = (end: Duplex, check: WireCheck): void => {
	end.on("data", check.toServer);
	const write = end.write.bind(end) as (...args: unknown[]) => boolean;
	end.write = (chunk: Buffer, ...rest: unknown[]) => {
		check.toClient(chunk);
		return write(chunk, ...rest);
	};
};

const watched = (connection: ServerConnection): TestClient => {
	const updates: SessionUpdateParams[] = [];
	const waiting = new Set<(update: SessionUpdateParams) => void>();
	connection.onUpdate((update) => {
		updates.push(update);
		for (const each of [...waiting]) each(update);
	});
	const until = (fits: (update: SessionUpdateParams) => boolean) =>
		new Promise<SessionUpdateParams>((resolve) => {
			const past = updates.find(fits);
			if (past) return resolve(past);
			const onUpdate = (update: SessionUpdateParams) => {
				if (!fits(update)) return;
				waiting.delete(onUpdate);
				resolve(update);
			};
			waiting.add(onUpdate);
		});
	return {
		...connection,
		updates,
		until,
		event: async (kind, fits = () => true) => {
			const update = await until(
				(each) => each.kind === "event" && each.event.kind === kind && fits(each.event as never),
			);
			return (update as unknown as { event: never }).event;
		},
	};
};
