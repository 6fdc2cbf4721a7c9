/** MCP over the standard input and output of a program of its own group, of which nothing is left behind. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { MessageLines } from "./messageLines.ts";

export type Program = {
	readonly command: string;
	readonly args: readonly string[];
	readonly cwd: string;
	readonly environment: Readonly<Record<string, string>>;
};

/** How long a program may take to end by itself when its input ends, and when it is asked to. */
const endMs = 300;
const killMs = 1000;
/** How long output is read on after the end. */
const drainMs = 50;
/** What is kept of the error output, for the reason of a failure. */
const keptChars = 2000;

export class ProgramTransport implements Transport {
	onclose?: () => void;
	onerror?: (error: Error) => void;
	onmessage?: (message: JSONRPCMessage) => void;
	readonly #program: Program;
	#child: ChildProcessWithoutNullStreams | null = null;
	#ended: Promise<void> = Promise.resolve();
	#stderr = "";
	#end: string | null = null;

	constructor(program: Program) {
		this.#program = program;
	}

	/** How it ended and what it said last; `null` while it runs. */
	get end(): string | null {
		if (this.#end === null) return null;
		const said = this.#stderr.trim();
		return said === "" ? this.#end : `${this.#end}, and said: ${said}`;
	}

	/** Rejects when the program cannot be started. */
	start(): Promise<void> {
		const { command, args, cwd, environment } = this.#program;
		const child = spawn(command, [...args], {
			cwd,
			env: environment,
			detached: true,
			stdio: ["pipe", "pipe", "pipe"],
		});
		this.#child = child;
		running.add(child);
		const guard = guardOf(child);
		const lines = new MessageLines({
			onMessage: (message) => this.onmessage?.(message),
			onLost: (reason) => {
				this.#end ??= reason;
				void this.close();
			},
		});
		child.stdout.on("data", (chunk: Buffer) => lines.write(chunk));
		child.stderr.on("data", (chunk: Buffer) => {
			this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-keptChars);
		});
		// A program that is gone takes nothing any more; its end is told by itself.
		for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => {});
		this.#ended = new Promise((resolve) => {
			const onEnd = (how: string): void => {
				this.#end ??= how;
				signalGroup(child, "SIGKILL");
				guard?.kill("SIGKILL");
				running.delete(child);
				child.stdout.destroy();
				child.stderr.destroy();
				resolve();
				this.onclose?.();
			};
			child.once("error", (error: NodeJS.ErrnoException) =>
				onEnd(
					error.code === "ENOENT"
						? `there is no program ${command} that can be started from ${cwd}`
						: `it could not be started (${error.message})`,
				),
			);
			child.once("exit", (code, signal) => {
				const how = signal === null ? `it ended with code ${code}` : `${signal} ended it`;
				// What it said last is still read.
				void delay(drainMs).then(() => onEnd(how));
			});
		});
		return new Promise((resolve, reject) => {
			child.once("spawn", resolve);
			child.once("error", reject);
		});
	}

	async send(message: JSONRPCMessage): Promise<void> {
		const child = this.#child;
		if (!child || this.#end !== null) throw new Error(this.end ?? "it does not run");
		if (!child.stdin.write(`${JSON.stringify(message)}\n`) && child.stdin.writableLength > maxWaitingBytes)
			throw new Error("it does not read what it is sent");
	}

	/** Resolves when nothing of it runs any more. */
	async close(): Promise<void> {
		const child = this.#child;
		if (!child) return;
		this.#end ??= "it was stopped";
		child.stdin.end();
		if (await endsWithin(this.#ended, endMs)) return;
		signalGroup(child, "SIGTERM");
		if (await endsWithin(this.#ended, killMs)) return;
		signalGroup(child, "SIGKILL");
		await this.#ended;
	}
}

const maxWaitingBytes = 32 * 1024 * 1024;

/** The timers hold this process: what it ends is to be ended before it does. */
const endsWithin = async (end: Promise<void>, ms: number): Promise<boolean> => {
	const inTime = new AbortController();
	try {
		return await Promise.race([end.then(() => true), delay(ms, false, { signal: inTime.signal })]);
	} finally {
		inTime.abort();
	}
};

const running = new Set<ChildProcess>();
process.on("exit", () => {
	for (const child of running) signalGroup(child, "SIGKILL");
});

const signalGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals): void => {
	if (pid === undefined) return;
	try {
		process.kill(-pid, signal);
	} catch {
		// Nothing of it is left.
	}
};

/** Waits for the end of this process, however it comes, and then ends the group, which may not care for its input. */
const guardOf = ({ pid }: ChildProcess): ChildProcess | null => {
	if (pid === undefined) return null;
	const guard = spawn("/bin/sh", ["-c", 'read -r _; kill -s KILL -- "-$0"', String(pid)], {
		cwd: "/",
		env: {},
		detached: true,
		stdio: ["pipe", "ignore", "ignore"],
	});
	// Without it a program that ignores the end of its input may outlive a server that was killed.
	guard.on("error", () => {});
	guard.stdin?.on("error", () => {});
	guard.unref();
	(guard.stdin as unknown as { unref?(): void } | null)?.unref?.();
	return guard;
};
