/** The server's process: `--stdio` serves one client, `--listen` all of this person's clients on one socket. */
import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { connect, type Server as Listener } from "node:net";
import { dirname, join } from "node:path";
import {
	createProtocolConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver/node";
import { runtimeDir, serverSocket, stateDir } from "../protocol/runtimeDir.ts";
import { aiShellVersion } from "../protocol/version.ts";
import type { Environment } from "./backends/backend.ts";
import { createBackends } from "./backends/registry.ts";
import { Completions } from "./completions/completions.ts";
import { listenOnSocket } from "./connection/listen.ts";
import { startTimeOf } from "./connection/processFacts.ts";
import { createKernelHost } from "./kernel/kernelHost.ts";
import { Server } from "./server.ts";
import { placeFacts } from "./sessions/config.ts";
import { Sessions } from "./sessions/sessions.ts";
import { openStore } from "./store/openStore.ts";
import { ensurePrivateFolder } from "./store/privateFiles.ts";
import { schemaVersion } from "./store/schema.ts";
import { takeServerLock } from "./store/serverLock.ts";

/** A server that nobody uses and that holds no kernel leaves after this long. */
const idleMs = Number(process.env.IPYAI_SERVER_IDLE_MS ?? 60_000);
/** A kernel whose last client was lost is kept this long. */
const lostKernelMs = 24 * 60 * 60 * 1000;
const maxLogBytes = 1_000_000;

const usage = `Usage: ipyai server --listen [--replace] | --stdio

  --listen   serve this person's clients on a unix socket (started by clients on demand)
  --replace  with --listen: take over from an older server
  --stdio    serve one client on standard input and output
`;

// The provider SDKs read these by themselves, and the server's environment is only that of the shell that started it.
for (const name of ["ANTHROPIC_CUSTOM_HEADERS", "OPENAI_CUSTOM_HEADERS", "ANTHROPIC_LOG", "OPENAI_LOG"])
	delete process.env[name];

const environment = process.env as Environment;
const facts = placeFacts(environment);
const logFile = join(stateDir(facts), "server.log");

const log = (text: string): void => {
	try {
		if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > maxLogBytes)
			renameSync(logFile, `${logFile}.1`);
		appendFileSync(logFile, `${new Date().toISOString()} [${process.pid}] ${text}\n`, { mode: 0o600 });
	} catch {
		// A log that cannot be written must not end the server.
	}
};

const version = (): string => {
	for (const relative of ["../package.json", "../../package.json"]) {
		try {
			return JSON.parse(readFileSync(join(import.meta.dirname, relative), "utf8")).version;
		} catch {
			// From a bundle and from the sources the file lies at different depths.
		}
	}
	return "0.0.0";
};

const main = async (): Promise<void> => {
	const args = new Set(process.argv.slice(2));
	if (args.has("--stdio")) return serveStdio();
	if (args.has("--listen")) return serveSocket(args.has("--replace"));
	process.stderr.write(usage);
	process.exitCode = args.has("--help") ? 0 : 2;
};

const createServices = () => {
	const file = join(stateDir(facts), "ipyai.sqlite");
	const store = openStore(file);
	const backends = createBackends();
	const owner = { instanceId: randomUUID(), pid: process.pid, startTime: startTimeOf(process.pid) ?? "" };
	const sessions = new Sessions({
		store,
		backends,
		owner,
		createHost: (launch, kernelId, listener) => createKernelHost({ launch, kernelId, listener, onLog: log }),
		startTimeOf,
		onLog: log,
		isAlive: ({ instanceId, pid, startTime }) =>
			instanceId === owner.instanceId || startTimeOf(pid) === startTime,
	});
	return { store, backends, sessions, owner, completions: new Completions() };
};

const serveStdio = async (): Promise<void> => {
	const services = createServices();
	const end = endOnce(services, () => {});
	const server = new Server({
		services,
		serverId: services.owner.instanceId,
		version: version(),
		onLog: log,
		onConnectionEnded: () => void end(0),
		onRetire: () => {},
	});
	endOnSignals(end);
	server.serve(process.stdin, process.stdout);
};

const serveSocket = async (replace: boolean): Promise<void> => {
	const folder = runtimeDir(facts);
	ensurePrivateFolder(folder);
	ensurePrivateFolder(stateDir(facts));
	const socketPath = serverSocket(facts);
	if (replace) await askToRetire(socketPath);
	// Two servers may be started at once: exactly one gets the lock, the other's client finds the winner's socket.
	const lock = takeServerLock(`${socketPath}.lock`, replace ? 30_000 : 0);
	if (!lock) {
		log("another server runs already");
		return;
	}
	const services = createServices();
	const serverId = services.owner.instanceId;
	let listener: Listener | null = null;
	const end = endOnce(services, () => {
		listener?.close();
		rmSync(socketPath, { force: true });
		lock.release();
	});
	let retiring = false;
	const idle = idleWatch(
		services,
		() => server.connectionCount,
		() => void end(0),
	);
	const server = new Server({
		services,
		serverId,
		version: version(),
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
	endOnSignals(end);
	listener = await listenOnSocket(socketPath, (socket) => {
		if (retiring) socket.destroy();
		else server.serve(socket, socket);
	});
	log(`listening on ${socketPath}, version ${version()}`);
	services.sessions.readoptKernels(environment);
	idle.touch();
};

type Services = ReturnType<typeof createServices>;

/** Ends the process once: turns are cancelled, kernels kept, the database closed. */
const endOnce = (services: Services, release: () => void) => {
	let ending = false;
	return async (code: number): Promise<void> => {
		if (ending) return;
		ending = true;
		// Whatever hangs, the process goes: kernels have their lease, the log is committed.
		setTimeout(() => process.exit(code), 5000).unref();
		await services.sessions.dispose();
		await Promise.allSettled(services.backends.all.map((backend) => backend.dispose()));
		services.store.close();
		release();
		process.exit(code);
	};
};

const endOnSignals = (end: (code: number) => Promise<void>): void => {
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void end(0));
	process.on("uncaughtException", (error) => log(`uncaught: ${error.stack ?? error.message}`));
	process.on("unhandledRejection", (reason) =>
		log(`unhandled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`),
	);
};

/** Watches for the time when nobody needs the server, and for kernels that were lost for too long. */
const idleWatch = (services: Services, connections: () => number, leave: () => void) => {
	let timer: NodeJS.Timeout | null = null;
	const lostSince = new Map<string, number>();
	/** Nothing ever ran in it: nobody will come back for its kernel. */
	const isUnused = (sessionId: string): boolean => {
		const row = services.store.session(sessionId);
		return row !== null && row.cells === 0 && row.turns === 0;
	};
	const check = async () => {
		for (const session of services.sessions.live) {
			if (session.participants.length > 0) {
				lostSince.delete(session.sessionId);
				continue;
			}
			const since = lostSince.get(session.sessionId) ?? Date.now();
			lostSince.set(session.sessionId, since);
			if (session.hosting.host && (isUnused(session.sessionId) || Date.now() - since > lostKernelMs))
				await services.sessions.close(session.sessionId);
			else await services.sessions.forgetIdle(session);
		}
		if (connections() === 0 && services.sessions.live.length === 0) {
			log("leaving: nobody needs this server");
			leave();
		} else arm();
	};
	const arm = () => {
		timer = setTimeout(() => {
			check().catch((error: Error) => {
				log(`idle check: ${error.message}`);
				arm();
			});
		}, idleMs);
		timer.unref();
	};
	return {
		/** Something changed: the time begins anew. */
		touch: () => {
			if (timer) clearTimeout(timer);
			arm();
		},
	};
};

/** Tells an older server to end after its running turns. One that is not older says no, and stays. */
const askToRetire = async (path: string): Promise<void> => {
	const socket = connect(path);
	const connected = await new Promise<boolean>((resolve) => {
		socket.once("connect", () => resolve(true));
		socket.once("error", () => resolve(false));
	});
	if (!connected) return;
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

mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
await main();
