/** Starts servers: the shared one, which outlives its starter, and one of a client's own. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { closeSync, constants } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { ensureStateDir } from "../../../ground/paths/ownFolders.ts";
import { packageRoot, runsFromSources } from "../../../ground/paths/packageRoot.mjs";
import { openOwnFile } from "../../../ground/paths/privateFiles.mjs";
import { connectPrivately } from "../../../ground/paths/privateSocket.ts";
import type { PlaceFacts } from "../../../ground/paths/runtimeDir.ts";
import { ServerUnavailable } from "./serverUnavailable.ts";

/** An older server may take so long to make room, its running turns included. */
const startTimeoutMs = 40_000;

/** A stream to a server that is started now, or to a faster one. Fails with `ServerUnavailable` or `PrivatePathError`. */
export const startServer = async (
	path: string,
	facts: PlaceFacts,
	options: readonly string[],
): Promise<Socket> => {
	const logFile = join(ensureStateDir(facts), "server.log");
	const { O_APPEND, O_CREAT, O_WRONLY } = constants;
	const log = openOwnFile(logFile, O_APPEND | O_CREAT | O_WRONLY);
	const child = spawn(process.execPath, [...serverCommand(), "--listen", "--report", ...options], {
		cwd: "/",
		detached: true,
		stdio: ["ignore", "ignore", log, "pipe"],
		env: serverEnvironment(facts.environment),
	});
	closeSync(log);
	child.unref();
	const end = endOf(child);
	const report = child.stdio[3] as Readable;
	const timeout = delay(startTimeoutMs, null, { ref: false });
	try {
		// Ends when the server listens, without a word then, or when it cannot.
		const told = await Promise.race([text(report), timeout]);
		const socket = told === "" ? await connectPrivately(path) : null;
		if (socket) return socket;
		if (told) throw new ServerUnavailable(`The ipyai server could not start: ${told}`);
		// Its end is waited for: nothing else may hold this process now.
		child.ref();
		const ended = (await Promise.race([end, timeout])) ?? `it did not listen on ${path} in time`;
		throw new ServerUnavailable(`The ipyai server could not start: ${ended}. Its log is ${logFile}.`);
	} finally {
		report.destroy();
	}
};

/** A server of one's own on standard input and output, which ends with its caller. */
export const startOwnServer = (environment: PlaceFacts["environment"]): ChildProcessWithoutNullStreams =>
	spawn(process.execPath, [...serverCommand(), "--stdio"], {
		cwd: "/",
		stdio: ["pipe", "pipe", "pipe"],
		env: serverEnvironment(environment),
	});

/** How the process ended. */
const endOf = (child: ChildProcess): Promise<string> =>
	new Promise((resolve) => {
		child.once("error", (error) => resolve(error.message));
		child.once("exit", (code, signal) =>
			resolve(signal ? `it was ended by ${signal}` : `it ended with code ${code}`),
		);
	});

const serverCommand = (): string[] => {
	const root = packageRoot();
	if (runsFromSources()) return [join(root, "server/main.ts")];
	return ["--enable-source-maps", join(root, "dist/server.js")];
};

/**
 * What the server process itself needs. Keys and base URLs are not among it: they come with each client's
 * `initialize` and belong to that client's sessions.
 */
const serverEnvironment = (environment: PlaceFacts["environment"]): Record<string, string> => {
	const kept =
		/^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|IPYAI_SERVER_\w+|NODE_\w+|SYSTEMROOT)$/;
	return Object.fromEntries(
		Object.entries(environment).filter(
			(entry): entry is [string, string] => kept.test(entry[0]) && entry[1] !== undefined,
		),
	);
};
