/** A server's process at work: what it is made of, how long it stays, and how it ends. */
import { rmSync } from "node:fs";
import type { Server as Listener } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
	createProtocolConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver/node";
import { ensureRuntimeDir, ensureStateDir } from "../ground/paths/ownFolders.ts";
import { connectPrivately } from "../ground/paths/privateSocket.ts";
import { type PlaceFacts, serverSocket } from "../ground/paths/runtimeDir.ts";
import { startTimeOf } from "../ground/processes.ts";
import { aiShellVersion } from "../protocol/version.ts";
import type { Environment } from "./backends/backend.ts";
import { createBackends } from "./backends/registry.ts";
import { Completions } from "./completions/completions.ts";
import { Handshake } from "./connection/handshake.ts";
import { listenOnSocket } from "./connection/listen.ts";
import type { Services } from "./features/feature.ts";
import { idleWatch } from "./idleWatch.ts";
import { answerInitialize, type ServerFacts } from "./initialize.ts";
import { KernelHost } from "./kernel/kernelHost.ts";
import { Server } from "./server.ts";
import { Sessions } from "./sessions/sessions.ts";
import { openStore } from "./store/openStore.ts";
import { schemaVersion } from "./store/schema.ts";
import { type ServerLock, takeServerLock } from "./store/serverLock.ts";

/** An ending server is gone by then, whatever hangs. */
const endWithinMs = 5000;
/** So long a turn of an older server may take before the newer one gives up. */
const retireWithinMs = 30_000;

export type ServerProcess = ServerFacts & {
	readonly facts: PlaceFacts;
	log(text: string): void;
};

/** Serves one client, whose `initialize` may have come already. */
export const serveClient = (own: ServerProcess, handshake: Handshake): void => {
	const services = createServices(own);
	const end = endOnce(services, {});
	endOnSignals(end, own.log);
	const server = new Server({
		services,
		// Its client started it.
		environment: process.env as Environment,
		onLog: own.log,
		onConnectionEnded: () => void end(0),
		onRetire: () => {},
	});
	server.serve(handshake);
};

/** Serves this person's clients on their socket. Resolves when it listens, or when another server does already. */
export const serveSocket = async (own: ServerProcess, replace: boolean): Promise<void> => {
	const { facts, log } = own;
	ensureRuntimeDir(facts);
	const socketPath = serverSocket(facts);
	if (replace) await askToRetire(socketPath, log);
	const lock = await takeOver(socketPath, replace);
	if (!lock) {
		log("another server runs already");
		return;
	}
	const services = createServices(own);
	let listener: Listener | null = null;
	const end = endOnce(services, {
		// Who comes now starts the next server, which waits for the lock.
		before() {
			listener?.close();
			rmSync(socketPath, { force: true });
		},
		after: () => lock.release(),
	});
	let retiring = false;
	const idle = idleWatch(services, {
		connections: () => server.connectionCount,
		leave: () => void end(0),
		log,
	});
	const server = new Server({
		services,
		environment: {},
		onLog: log,
		onConnectionEnded: () => idle.touch(),
		onRetire: () => {
			retiring = true;
			log("making room for a newer server");
			const whenQuiet = () => {
				if (services.sessions.live.every(({ turns }) => turns.runningTurn === null)) void end(0);
				else setTimeout(whenQuiet, 200);
			};
			whenQuiet();
		},
	});
	endOnSignals(end, log);
	listener = await listenOnSocket(socketPath, (socket) => {
		if (retiring) socket.destroy();
		else server.serve(new Handshake(socket, socket, { initialize: answerInitialize(own), onLog: own.log }));
	});
	log(`listening on ${socketPath}, version ${own.version}`);
	services.sessions.readoptKernels(process.env as Environment);
	idle.touch();
};

/**
 * The lock that says who serves. Of two servers that are started at once exactly one gets it, the other's client finds
 * the winner's socket: `null`. One that is ending, or was asked to, is waited for.
 */
const takeOver = async (socketPath: string, replace: boolean): Promise<ServerLock | null> => {
	const deadline = Date.now() + (replace ? retireWithinMs : 2 * endWithinMs);
	for (;;) {
		const lock = takeServerLock(`${socketPath}.lock`);
		if (lock !== null || Date.now() > deadline) return lock;
		const winner = replace ? null : await connectPrivately(socketPath);
		winner?.destroy();
		if (winner !== null) return null;
		await delay(20);
	}
};

const createServices = ({ facts, log, serverId }: ServerProcess): Services => {
	const store = openStore(join(ensureStateDir(facts), "ipyai.sqlite"));
	if (store.damage !== null) log(store.damage);
	const backends = createBackends();
	const owner = { instanceId: serverId, pid: process.pid, startTime: startTimeOf(process.pid) ?? "" };
	const sessions = new Sessions({
		store,
		backends,
		owner,
		createHost: (launch, kernelId, listener, heard) =>
			new KernelHost({ launch, kernelId, listener, heard, onLog: log }),
		onLog: log,
		news: store.damage,
		isAlive: ({ instanceId, pid, startTime }) =>
			instanceId === owner.instanceId || startTimeOf(pid) === startTime,
	});
	sessions.removeHalfCopies();
	return { store, backends, sessions, completions: new Completions() };
};

/** Ends the process once: turns are cancelled, kernels kept, the database closed. */
const endOnce = (services: Services, { before, after }: { before?(): void; after?(): void }) => {
	let ending = false;
	return async (code: number): Promise<void> => {
		if (ending) return;
		ending = true;
		// Whatever hangs, the process goes: kernels have their lease, the log is committed.
		setTimeout(() => process.exit(code), endWithinMs).unref();
		before?.();
		await services.sessions.dispose();
		await services.backends.dispose();
		services.store.close();
		after?.();
		process.exit(code);
	};
};

const endOnSignals = (end: (code: number) => Promise<void>, log: (text: string) => void): void => {
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void end(0));
	process.on("uncaughtException", (error) => log(`uncaught: ${error.stack ?? error.message}`));
	process.on("unhandledRejection", (reason) =>
		log(`unhandled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`),
	);
};

/** Tells an older server to end after its running turns. One that is not older says no, and stays. */
const askToRetire = async (path: string, log: (text: string) => void): Promise<void> => {
	const socket = await connectPrivately(path);
	if (socket === null) return;
	const rpc = createProtocolConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket));
	rpc.listen();
	try {
		await rpc.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
		await rpc.sendRequest("aiShell/retire", { version: aiShellVersion, schemaVersion });
	} catch (error) {
		log(`the older server did not answer: ${(error as Error).message}`);
	} finally {
		socket.destroy();
	}
};
