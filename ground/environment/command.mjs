/** Runs a program to its end and keeps what it printed. */
import { spawn } from "node:child_process";

/** @typedef {{ readonly code: number | null; readonly output: string }} CommandResult */

/** How much of a program's output is kept: its end, where the reason of a failure stands. */
const maxChars = 100_000;

/**
 * Resolves when the program has ended, also when it could not be started (`code: null`). Standard input is empty;
 * standard output and error come back as one text, and go to `onOutput` as they come. The program ends with this
 * process, and when `signal` aborts.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number; signal?: AbortSignal | undefined; onOutput?: (text: string) => void }} [options]
 * @returns {Promise<CommandResult>}
 */
export const runCommand = (file, args, options = {}) =>
	new Promise((resolve) => {
		const { cwd, env = process.env, onOutput, signal, timeoutMs } = options;
		// A process group of its own, so that what the program has started ends with it.
		const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
		const end = () => killGroup(child.pid);
		const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
		signal?.addEventListener("abort", end);
		process.once("exit", end);
		if (signal?.aborted) end();

		let output = "";
		/** @param {string} text */
		const keep = (text) => {
			output = (output + text).slice(-maxChars);
			onOutput?.(text);
		};
		for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", keep);
		/** @param {number | null} code */
		const finish = (code) => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", end);
			process.off("exit", end);
			resolve({ code, output });
		};
		child.once("error", (error) => {
			keep(error.message);
			finish(null);
		});
		child.once("close", finish);
	});

/** @param {number | undefined} pid */
const killGroup = (pid) => {
	if (pid === undefined) return;
	try {
		process.kill(-pid, "SIGKILL");
	} catch {
		// It has ended already.
	}
};

/**
 * The last lines of a program's output, for the end of an error message.
 *
 * @param {string} output
 */
export const lastLines = (output, count = 8) =>
	output
		.split("\n")
		.map((line) => line.trimEnd())
		.filter((line) => line !== "")
		.slice(-count)
		.map((line) => `  ${line.slice(0, 300)}`)
		.join("\n");

const unreachable =
	/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT|Failed to establish a new connection|Temporary failure in name resolution|Max retries exceeded|from versions: none|ProxyError|Network is unreachable|Connection refused/;

/**
 * The line in which a package client says that it could not reach its registry; `null` when it failed otherwise.
 *
 * @param {string} output
 */
export const networkFailure = (output) =>
	output
		.split("\n")
		.find((line) => unreachable.test(line))
		?.trim()
		.slice(0, 300) ?? null;
