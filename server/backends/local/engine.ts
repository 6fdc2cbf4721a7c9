/**
 * The process in which the local model lives, as the server sees it. It starts with the first request, serves all
 * conversations, is let go of after a rest, and dies with the server.
 */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Environment } from "../backend.ts";
import { orAborted } from "../loop/abort.ts";
import { readVariable } from "../programs/environment.ts";
import type { ChatEnd, ChatWork, FromEngine, ToEngine } from "./messages.ts";

export type Delta = { readonly of: "text" | "thinking"; readonly text: string };

/** The model could not do it: what to tell stands in the message. */
export class EngineFailure extends Error {
	override readonly name = "EngineFailure";
	readonly reason: "tooLong" | "load" | "other" | "ended";
	constructor(reason: EngineFailure["reason"], message: string) {
		super(message);
		this.reason = reason;
	}
}

type Answer = Extract<FromEngine, { kind: "done" | "prepared" }>;

type Waiting = { take(message: FromEngine): void; fail(error: EngineFailure): void };

/** A model takes much memory, and seconds to load. */
const defaultRestMs = 15 * 60_000;

/** Bundles and sources are started by different files. */
const program =
	process.env.IPYAI_BUNDLE === "1"
		? join(import.meta.dirname, "../model.js")
		: join(import.meta.dirname, "main.ts");

export class Engine {
	readonly #packageUrl: string;
	readonly #restMs: number;
	readonly #waiting = new Map<number, Waiting>();
	#child: ChildProcess | null = null;
	#rest: NodeJS.Timeout | undefined;
	#lastId = 0;

	constructor(packageUrl: string, restMs = defaultRestMs) {
		this.#packageUrl = packageUrl;
		this.#restMs = restMs;
	}

	/** The process id while there is a process. */
	get pid(): number | null {
		return this.#child?.pid ?? null;
	}

	/**
	 * Tells the answer as it is made. Throws `EngineFailure`, what `tell` throws, and `Aborted` as soon as the signal
	 * fires, which stops the model at its next step and does not wait for that.
	 */
	async chat(
		work: ChatWork,
		environment: Environment,
		signal: AbortSignal,
		tell: (delta: Delta) => void,
	): Promise<ChatEnd> {
		const { id, answer } = this.#ask((id) => ({ ...work, id }), environment, tell);
		try {
			return (await orAborted(answer, signal)) as Extract<Answer, { kind: "done" }>;
		} catch (error) {
			this.#send({ kind: "cancel", id });
			throw error;
		} finally {
			this.#finish(id);
		}
	}

	/**
	 * Loads the model and has it read the conversation so far, which stops when a prompt comes. Answers with the
	 * model's window; throws `EngineFailure`.
	 */
	async prepare(work: ChatWork, environment: Environment): Promise<number> {
		const { id, answer } = this.#ask(
			(id) => ({ kind: "prepare", id, work }),
			environment,
			() => {},
		);
		try {
			return (await answer).contextWindow;
		} finally {
			this.#finish(id);
		}
	}

	/** Ends the process; resolves once it is gone. */
	async close(): Promise<void> {
		clearTimeout(this.#rest);
		const child = this.#child;
		if (child === null) return;
		const gone = new Promise((resolve) => child.once("exit", resolve));
		// It has nothing to save, and may be in the middle of a long computation.
		child.kill("SIGKILL");
		await gone;
	}

	#ask(
		question: (id: number) => ToEngine,
		environment: Environment,
		tell: (delta: Delta) => void,
	): { id: number; answer: Promise<Answer> } {
		clearTimeout(this.#rest);
		if (this.#child === null) this.#start(environment);
		const id = ++this.#lastId;
		const answer = new Promise<Answer>((resolve, reject) => {
			this.#waiting.set(id, {
				take(message) {
					if (message.kind === "failed") reject(new EngineFailure(message.reason, message.message));
					else if (message.kind !== "delta") resolve(message);
					else
						try {
							tell(message);
						} catch (error) {
							reject(error);
						}
				},
				fail: reject,
			});
		});
		this.#send(question(id));
		return { id, answer };
	}

	#finish(id: number): void {
		this.#waiting.delete(id);
		if (this.#waiting.size > 0 || this.#child === null) return;
		this.#rest = setTimeout(() => void this.close(), this.#restMs).unref();
	}

	#send(message: ToEngine): void {
		// A process that has just ended takes nothing; its end is told by its event.
		if (this.#child?.connected) this.#child.send(message, () => {});
	}

	#start(environment: Environment): void {
		const child = fork(program, [], {
			env: engineEnvironment(environment),
			execArgv: [],
			stdio: ["ignore", "ignore", "pipe", "ipc"],
		});
		this.#child = child;
		let lastError = "";
		child.stderr?.on("data", (data) => {
			lastError = `${lastError}${data}`.slice(-300);
		});
		const end = (reason: string) => {
			if (this.#child !== child) return;
			this.#child = null;
			clearTimeout(this.#rest);
			const said = lastError.trim();
			const failure = new EngineFailure(
				"ended",
				`its process ended (${reason})${said === "" ? "" : `: ${said}`}`,
			);
			for (const { fail } of [...this.#waiting.values()]) fail(failure);
			this.#waiting.clear();
		};
		child.once("error", (error) => end(error.message));
		child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
		child.on("message", (message: FromEngine) => this.#waiting.get(message.id)?.take(message));
		this.#send({
			kind: "start",
			packageUrl: this.#packageUrl,
			gpu: readVariable(environment, "IPYAI_LOCAL_GPU") !== "off",
			threads: threadsOf(environment),
		});
	}
}

/**
 * One core is left to the rest: llama.cpp's threads wait for each other in a loop, so that one thread too many makes
 * all of them many times slower.
 */
const threadsOf = (environment: Environment): number => {
	const chosen = Number(readVariable(environment, "IPYAI_LOCAL_THREADS") ?? Number.NaN);
	return Number.isInteger(chosen) && chosen > 0 ? chosen : Math.max(1, availableParallelism() - 1);
};

/** What finds libraries and devices, and no key. */
const engineEnvironment = (environment: Environment): Record<string, string> =>
	Object.fromEntries(
		Object.entries(environment).filter(([name]) =>
			/^(PATH|HOME|TMPDIR|LANG|LC_.*|LD_LIBRARY_PATH|DYLD_.*|XDG_CACHE_HOME|(CUDA|GGML|LLAMA|VK|HIP|ROCR|OMP)_.*)$/.test(
				name,
			),
		),
	);
