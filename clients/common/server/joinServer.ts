/**
 * Finds this person's server, or starts it. Any number of clients may do so at once: one server wins, and every
 * client ends up connected to it.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { packageRoot, runsFromSources } from "../../../ground/paths/packageRoot.ts";
import { type PlaceFacts, serverSocket, stateDir } from "../../../ground/paths/runtimeDir.ts";
import { aiShellVersion } from "../../../protocol/version.ts";
import {
	type ClientDescription,
	ConnectionLost,
	openConnection,
	type ServerConnection,
} from "./connection.ts";

const startTimeoutMs = 15_000;

/** The server could not be started or does not fit. The message says why and what to do. */
export class ServerUnavailable extends Error {
	override readonly name = "ServerUnavailable";
}

/** A server that leaves at this moment is looked for, or started, anew. */
const joinAttempts = 3;

/** Fails with `ServerUnavailable`. */
export const joinServer = async (client: ClientDescription): Promise<ServerConnection> => {
	for (let attempt = 1; ; attempt++) {
		try {
			return await joinOnce(client);
		} catch (error) {
			if (attempt === joinAttempts || !(error instanceof ConnectionLost)) throw error;
		}
	}
};

const joinOnce = async (client: ClientDescription): Promise<ServerConnection> => {
	const connection = await openConnection(await connectServer(client.environment), client);
	const { version } = connection.aiShell;
	if (version === aiShellVersion) return connection;
	connection.close();
	if (version > aiShellVersion)
		throw new ServerUnavailable(
			`The running ipyai server speaks version ${version} of the protocol, this client version ${aiShellVersion}: update ipyai here, or end that server.`,
		);
	// Ours is newer: it takes over when the old one's turns have ended.
	return openConnection(await replaceServer(client.environment), client);
};

type Environment = PlaceFacts["environment"];

/** A stream to the running server, or to one that is started now; before any handshake. Fails with `ServerUnavailable`. */
export const connectServer = async (environment: Environment): Promise<Socket> => {
	const facts = placeFactsOf(environment);
	const path = serverSocket(facts);
	return (await tryConnect(path)) ?? (await startServer(path, facts, ["--listen"]));
};

/** The same to a server of this version, which takes over from an older one. */
export const replaceServer = (environment: Environment): Promise<Socket> => {
	const facts = placeFactsOf(environment);
	return startServer(serverSocket(facts), facts, ["--listen", "--replace"]);
};

/** A server of one's own on standard input and output, which ends with its caller. */
export const startOwnServer = (environment: Environment): ChildProcessWithoutNullStreams =>
	spawn(process.execPath, [...serverCommand(), "--stdio"], {
		cwd: "/",
		stdio: ["pipe", "pipe", "pipe"],
		env: serverEnvironment(environment),
	});

/** The facts that the path rules need, from an environment. */
export const placeFactsOf = (environment: Environment): PlaceFacts => ({
	environment,
	home: environment.HOME ?? homedir(),
	tmp: environment.TMPDIR ?? tmpdir(),
	uid: process.getuid?.() ?? 0,
});

const tryConnect = (path: string): Promise<Socket | null> =>
	new Promise((resolve) => {
		const socket = connect(path);
		socket.setNoDelay();
		socket.once("connect", () => {
			socket.removeAllListeners("error");
			resolve(socket);
		});
		socket.once("error", () => resolve(null));
	});

const startServer = async (path: string, facts: PlaceFacts, args: readonly string[]): Promise<Socket> => {
	const folder = stateDir(facts);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const logFile = join(folder, "server.log");
	const log = openSync(logFile, "a", 0o600);
	const child = spawn(process.execPath, [...serverCommand(), ...args], {
		cwd: "/",
		detached: true,
		stdio: ["ignore", "ignore", log],
		env: serverEnvironment(facts.environment),
	});
	closeSync(log);
	child.unref();
	let failure: string | null = null;
	child.once("error", (error) => {
		failure = error.message;
	});
	child.once("exit", (code, signal) => {
		// Code 0 means that another server was faster: that one is ours too.
		if (code !== 0) failure = signal ? `it was ended by ${signal}` : `it ended with code ${code}`;
	});
	const deadline = Date.now() + startTimeoutMs;
	for (let waitMs = 5; Date.now() < deadline; waitMs = Math.min(waitMs * 1.5, 100)) {
		const socket = await tryConnect(path);
		if (socket) return socket;
		if (failure !== null) break;
		await delay(waitMs);
	}
	throw new ServerUnavailable(
		`The ipyai server could not be started: ${failure ?? `it did not listen on ${path} in time`}.${lastLines(logFile)}`,
	);
};

const serverCommand = (): string[] => {
	const root = packageRoot();
	if (runsFromSources()) return [join(root, "server/main.ts")];
	return ["--enable-source-maps", join(root, "dist/server.js")];
};

/**
 * What the server process itself needs. Keys and base URLs are not among it: they come with each client's
 * `initialize` and belong to that client's sessions.
 */
const serverEnvironment = (environment: Environment): Record<string, string> => {
	const kept =
		/^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|IPYAI_SERVER_\w+|NODE_\w+|SYSTEMROOT)$/;
	return Object.fromEntries(
		Object.entries(environment).filter(
			(entry): entry is [string, string] => kept.test(entry[0]) && entry[1] !== undefined,
		),
	);
};

const lastLines = (path: string): string => {
	try {
		const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(-5);
		return `\nThe end of ${path}:\n${lines.join("\n")}`;
	} catch {
		return "";
	}
};
