/**
 * The server's process: `--stdio` serves one client, `--listen` all of this person's clients on one socket. What
 * serves loads while the one client's `initialize` is answered.
 */
import { closeSync, constants, readFileSync, renameSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ensureStateDir } from "../ground/paths/ownFolders.ts";
import { placeFacts } from "../ground/paths/placeFacts.ts";
import { openOwnFile } from "../ground/paths/privateFiles.mjs";
import { stateDir } from "../ground/paths/runtimeDir.ts";
import { createRedact } from "../ground/secrets/redact.ts";
import { plainText } from "../ground/text/plainText.ts";
import { words } from "../ground/text/screenText.ts";
import { Handshake } from "./connection/handshake.ts";
import { answerInitialize } from "./initialize.ts";
import type { ServerProcess } from "./serving.ts";

const maxLogBytes = 1_000_000;

const usage = `Usage: ipyai server --listen [--replace] | --stdio

  --listen   serve this person's clients on a unix socket (started by clients on demand)
  --replace  with --listen: take over from an older server
  --stdio    serve one client on standard input and output
`;

// The provider SDKs read these by themselves, and the server's environment is only that of the shell that started it.
for (const name of ["ANTHROPIC_CUSTOM_HEADERS", "OPENAI_CUSTOM_HEADERS", "ANTHROPIC_LOG", "OPENAI_LOG"])
	delete process.env[name];

const facts = placeFacts(process.env);
const logFile = join(stateDir(facts), "server.log");

/** What others wrote may hold keys, and may be long. */
const redact = createRedact({});
const maxLineChars = 20_000;

const log = (text: string): void => {
	try {
		if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > maxLogBytes)
			renameSync(logFile, `${logFile}.1`);
		const { O_APPEND, O_CREAT, O_WRONLY } = constants;
		const file = openOwnFile(logFile, O_APPEND | O_CREAT | O_WRONLY);
		writeSync(file, `${new Date().toISOString()} [${process.pid}] ${redact(text.slice(0, maxLineChars))}\n`);
		closeSync(file);
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

const args = new Set(process.argv.slice(2));

const main = async (): Promise<void> => {
	if (!args.has("--stdio") && !args.has("--listen")) {
		process.stderr.write(usage);
		process.exitCode = args.has("--help") ? 0 : 2;
		return;
	}
	const own: ServerProcess = { facts, log, serverId: crypto.randomUUID(), version: version() };
	const handshake = args.has("--stdio")
		? new Handshake(process.stdin, process.stdout, { initialize: answerInitialize(own), onLog: own.log })
		: null;
	try {
		ensureStateDir(facts);
		// Loading keeps this thread from reading: first the client has its answer.
		await handshake?.begun;
		const { serveClient, serveSocket } = await import("./serving.ts");
		if (handshake) serveClient(own, handshake);
		else await serveSocket(own, args.has("--replace"));
		report("");
	} catch (error) {
		fail(error as Error, handshake);
	}
};

/** Tells whoever started this server that it listens, by nothing, or why it cannot. */
const report = (text: string): void => {
	if (!args.has("--report")) return;
	writeSync(reportFile, text);
	closeSync(reportFile);
};

/** With `--report` the starter has a pipe there. */
const reportFile = 3;

/** Tells people why there is no server, and ends the process. */
const fail = (error: Error, handshake: Handshake | null): void => {
	const isForPeople = ["StoreError", "PrivatePathError"].includes(error.name);
	const text = plainText(isForPeople ? error.message : `${error.message}. Its log is ${logFile}.`);
	log(`could not start: ${isForPeople ? text : error.stack}`);
	handshake?.showLast(words`The ipyai server could not start: ${text}`);
	if (args.has("--report")) report(text);
	else process.stderr.write(`ipyai server: ${text}\n`);
	process.exit(1);
};

await main();
