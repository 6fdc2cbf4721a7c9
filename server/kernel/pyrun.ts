/** What tools do in a kernel's Python. The other half is in `clients/ipython/ipyai` (`tools/`). */

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { Content, VariableChange } from "../../protocol/index.ts";
import {
	HostError,
	type LookQuery,
	type Outcome,
	type Python,
	type RunOptions,
} from "../sessions/python/host.ts";
import type { OpenKernel } from "./openKernel.ts";
import { record, text } from "./outputs.ts";

export type KernelPythonOptions = {
	alive(): Promise<OpenKernel>;
	/** A cell runs. */
	isBusy(): boolean;
};

export class KernelPython implements Python {
	readonly #options: KernelPythonOptions;
	/** Where it was last. */
	#cwd: string | null = null;

	constructor(options: KernelPythonOptions) {
		this.#options = options;
	}

	async cwd(): Promise<string | null> {
		const late = delay(cwdMs, null, { ref: false });
		const told = this.#options.alive().then(async ({ control, facts }) => {
			this.#cwd ??= facts.cwd || null;
			this.#cwd = text(await control("cwd", {})) || this.#cwd;
		});
		// A kernel without our module does not know the word, and one that computes in C does not hear it.
		await Promise.race([told.catch(() => {}), late]);
		return this.#cwd;
	}

	async look(query: LookQuery, signal: AbortSignal): ReturnType<Python["look"]> {
		const found = record(await (await this.#options.alive()).look("look", { ...query }, signal));
		return typeof found.problem === "string" ? { problem: found.problem } : { text: text(found.text) };
	}

	async shown(code: string, signal: AbortSignal): ReturnType<Python["shown"]> {
		const { alive, isBusy } = this.#options;
		// What a cell that runs is about to change cannot be told yet.
		if (isBusy()) return { doubt: "a cell runs, and may change variables" };
		const found = record(await (await alive()).look("shown", { code }, signal));
		return Array.isArray(found.makes)
			? { makes: found.makes.map(text) }
			: { doubt: text(found.doubt) || "it could not be looked at" };
	}

	compute(code: string, options: RunOptions): Promise<Outcome> {
		return this.#run("compute", { code }, options);
	}

	runPython(code: string, options: RunOptions): Promise<Outcome> {
		return this.#run("pyrun", { code }, options);
	}

	runScript(path: string, options: RunOptions): Promise<Outcome> {
		return this.#run("runScript", { path }, options);
	}

	async #run(op: string, args: Record<string, unknown>, options: RunOptions): Promise<Outcome> {
		try {
			return await runOperation(await this.#options.alive(), op, args, this.#options.isBusy(), options);
		} catch (error) {
			if (error instanceof HostError)
				return { content: [{ kind: "text", text: error.message }], isError: true };
			throw error;
		}
	}

	async describeFunction(name: string, signal: AbortSignal): ReturnType<Python["describeFunction"]> {
		const found = record(await (await this.#options.alive()).look("tool", { name }, signal));
		if (typeof found.reason === "string") return { reason: found.reason };
		return {
			description: text(found.description),
			inputSchema: record(found.inputSchema),
			definition: text(found.definition),
		};
	}

	async functionNames(signal: AbortSignal): ReturnType<Python["functionNames"]> {
		const found = await (await this.#options.alive()).look("toolNames", {}, signal);
		return Array.isArray(found) ? found.map(text) : [];
	}

	callFunction(...[name, args, definition, options]: Parameters<Python["callFunction"]>): Promise<Outcome> {
		// JSON's strings are Python's.
		const given = [name, JSON.stringify(args), definition].map((each) => JSON.stringify(each)).join(", ");
		const code = `await __import__("sys").modules["_ipyai"].tools.functions.call(${given})`;
		return this.runPython(code, options);
	}
}

const variableChanges = (told: unknown): VariableChange[] =>
	(Array.isArray(told) ? told : []).map(record).map(({ name, before, after }) => ({
		name: text(name),
		before: typeof before === "string" ? before : null,
		after: typeof after === "string" ? after : null,
	}));

/** How long a kernel is asked where it is. */
const cwdMs = 2000;
/** What child processes printed past Python, at most. */
const maxStrayChars = 8000;
/** How long an interrupted call may take to end. */
const endMs = 5000;
/** A message of our own: what the code has printed (`clients/ipython/ipyai/output/capture.py`). */
const outputType = "ipyai_output";

const runOperation = async (
	{ runMain, cancel }: OpenKernel,
	op: string,
	args: Record<string, unknown>,
	isBusy: boolean,
	{ signal, onWaiting, onOutput }: RunOptions,
): Promise<Outcome> => {
	signal.throwIfAborted();
	const id = randomUUID();
	let started = false;
	let stray = "";
	if (isBusy) onWaiting(true);
	const { result } = runMain(op, { ...args, id }, (message) => {
		const type = message.header.msg_type;
		if (!started && type === "status") {
			started = true;
			if (isBusy && !signal.aborted) onWaiting(false);
		}
		if (type === outputType && !signal.aborted) onOutput(text(message.content.text));
		// Python's own prints are caught in Python; a child process writes to the kernel's file descriptors.
		if (type === "stream" && stray.length < maxStrayChars) {
			const said = headOf(text(message.content.text), maxStrayChars - stray.length);
			stray += said;
			if (!signal.aborted) onOutput(said);
		}
	});
	const stopped = Promise.withResolvers<never>();
	const stop = (): void => {
		// What had begun is heard to its end, with what it printed; what waits for a cell is left at once.
		void cancel(id).then((begun) => setTimeout(() => stopped.reject(signal.reason), begun ? endMs : 0));
	};
	signal.addEventListener("abort", stop, { once: true });
	try {
		const answer = record(await Promise.race([result, stopped.promise]));
		const content = (Array.isArray(answer.content) ? answer.content : []) as Content[];
		const whole = stray ? [...content, { kind: "text" as const, text: stray }] : content;
		return { content: whole, isError: answer.isError === true, changed: variableChanges(answer.changed) };
	} catch (error) {
		if (error instanceof HostError && error.code === "notAlive")
			throw new HostError("notAlive", `The kernel ended while the code ran. ${error.message}`, {
				cause: error,
			});
		throw error;
	} finally {
		signal.removeEventListener("abort", stop);
	}
};
