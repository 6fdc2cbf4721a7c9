/** Runs a line in a bash of its own, which reads no start-up file. Nothing that it began outlives it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { KeptText, ShownText } from "./output.ts";

export type BashOptions = {
	readonly cwd: string;
	readonly environment: Readonly<Record<string, string>>;
	readonly timeoutMs: number;
	/** What of each stream is kept. */
	readonly maxChars: number;
	readonly signal: AbortSignal;
	onOutput(text: string): void;
};

export type BashEnd = {
	readonly stdout: string;
	readonly stderr: string;
	/** `null`: a signal ended it. */
	readonly exitCode: number | null;
	/** Why it was stopped; `null`: it ended by itself. */
	readonly stopped: string | null;
};

/** Who prints more than this has no end in sight. */
const maxBytes = 64 * 1024 * 1024;
/** How long what was asked to end may take. */
const endMs = 1000;
/** How long output is read on after the end, where something else still holds it open. */
const drainMs = 200;

/** Rejects when bash cannot be started, and with the signal's reason when it fires first. */
export const runBash = async (line: string, options: BashOptions): Promise<BashEnd> => {
	const { cwd, environment, signal, timeoutMs, maxChars, onOutput } = options;
	signal.throwIfAborted();
	const bash = findBash();
	if (bash === null) throw new Error("there is no bash on this machine");
	const child = spawn(bash, ["--noprofile", "--norc", "-c", line], {
		cwd,
		env: environment,
		// A group of its own, so that all of it can be ended.
		detached: true,
		stdio: ["ignore", "pipe", "pipe"],
	});
	running.add(child);
	const shown = new ShownText(onOutput);
	const [stdout, stderr] = [new KeptText(maxChars), new KeptText(maxChars)];
	let stopped: string | null = null;
	let bytes = 0;
	const stop = (why: string): void => {
		stopped ??= why;
		void endGroup(child);
	};
	const timer = setTimeout(() => stop(`it was stopped after ${timeoutMs / 1000} s`), timeoutMs);
	const onAbort = () => stop("it was cancelled");
	signal.addEventListener("abort", onAbort, { once: true });
	for (const [stream, kept] of [
		[child.stdout, stdout],
		[child.stderr, stderr],
	] as const)
		stream.on("data", (chunk: Buffer) => {
			bytes += chunk.length;
			if (bytes > maxBytes) stop(`it was stopped after ${maxBytes / 1024 / 1024} MB of output`);
			if (stopped === null || bytes <= maxBytes) shown.add(kept.add(chunk));
		});
	try {
		const exitCode = await new Promise<number | null>((resolve, reject) => {
			child.once("error", reject);
			child.once("exit", (code) => {
				// What it left in the background may hold its output open for ever.
				const closed = new Promise<void>((done) => child.once("close", () => done()));
				void Promise.race([closed, delay(drainMs, undefined, { ref: false })]).then(() => resolve(code));
			});
		});
		if (signal.aborted) signal.throwIfAborted();
		return { stdout: stdout.text, stderr: stderr.text, exitCode, stopped };
	} finally {
		clearTimeout(timer);
		signal.removeEventListener("abort", onAbort);
		shown.flush();
		await endGroup(child);
		child.stdout.destroy();
		child.stderr.destroy();
		running.delete(child);
	}
};

export const findBash = (): string | null =>
	["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"].find((path) => existsSync(path)) ?? null;

const running = new Set<ChildProcess>();
process.on("exit", () => {
	for (const child of running) signalGroup(child, "SIGKILL");
});

/** Resolves when nothing of the group is left. */
const endGroup = async (child: ChildProcess): Promise<void> => {
	if (!signalGroup(child, "SIGTERM")) return;
	for (let waited = 0; waited < endMs; waited += 20) {
		await delay(20, undefined, { ref: false });
		if (!signalGroup(child, 0)) return;
	}
	signalGroup(child, "SIGKILL");
};

/** Whether there was anything to signal. */
const signalGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean => {
	if (pid === undefined) return false;
	try {
		return process.kill(-pid, signal);
	} catch {
		return false;
	}
};
