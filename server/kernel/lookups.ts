/**
 * Look-ups: requests that change nothing, answered while a cell runs. They go to one subshell of the kernel, one at a
 * time. Nobody waits longer than a limit: a look-up that is stuck keeps its subshell, the next ones get a new one.
 */
import { setTimeout as delay } from "node:timers/promises";
import { HostError } from "../sessions/python/host.ts";
import type { KernelClient } from "./kernelClient.ts";
import { text } from "./outputs.ts";
import type { Message } from "./wire.ts";

export type LookupOptions = {
	readonly signal?: AbortSignal | undefined;
	/** Overrides how long the caller waits; the look-up itself may take the usual limit. */
	readonly waitMs?: number;
};

export type LookupsOptions = {
	readonly client: KernelClient;
	readonly supportsSubshells: boolean;
	readonly limitMs: number;
	/** Nobody waits for what this subshell does: it is to come back. */
	onStuck(subshellId: string): void;
	onLog(text: string): void;
};

/** What does not come back, as C code may, costs a thread each. */
const maxStuckApart = 8;
const maxStuck = 32;

export class Lookups {
	readonly #options: LookupsOptions;
	#subshell: Promise<string> | null = null;
	#tail: Promise<unknown> = Promise.resolve();
	#stuck = 0;

	constructor(options: LookupsOptions) {
		this.#options = options;
	}

	/** Starts the subshell ahead of the first look-up. */
	warm(): void {
		if (this.#options.supportsSubshells) this.#current().catch(() => {}); // the first look-up tells
	}

	/** Rejects with `timeout` when the kernel does not answer in time, with `notAlive` when it ended. */
	async request(type: string, content: Message["content"], options: LookupOptions = {}): Promise<Message> {
		const { signal, waitMs } = options;
		signal?.throwIfAborted();
		const turn = this.#tail.then(() => (signal?.aborted ? null : this.#run(type, content)));
		this.#tail = turn.catch(() => {});
		const reply = await limited(turn, waitMs ?? null, type, signal);
		if (!reply) throw new HostError("timeout", "The look-up was cancelled.");
		return reply;
	}

	/** Runs something that may be slow on a subshell of its own, so that look-ups need not wait for it. */
	async apart(
		type: string,
		content: Message["content"],
		limitMs: number,
		signal: AbortSignal,
	): Promise<Message> {
		const { client, supportsSubshells } = this.#options;
		const subshellId = supportsSubshells ? await this.#create(maxStuckApart) : undefined;
		const { reply } = client.request({ channel: "shell", type, content, subshellId });
		try {
			const answer = await limited(reply, limitMs, type, signal);
			this.#delete(subshellId);
			return answer;
		} catch (error) {
			this.#abandon(subshellId, reply);
			throw error;
		}
	}

	/** Does something on the look-ups' subshell; `undefined` stands for the main shell of a kernel without any. */
	async withSubshell<T>(work: (subshellId: string | undefined) => Promise<T>): Promise<T> {
		return work(this.#options.supportsSubshells ? await this.#current() : undefined);
	}

	async #run(type: string, content: Message["content"]): Promise<Message> {
		const { client, limitMs, supportsSubshells } = this.#options;
		const subshellId = supportsSubshells ? await this.#current() : undefined;
		const { reply } = client.request({ channel: "shell", type, content, subshellId });
		try {
			return await limited(reply, limitMs, type);
		} catch (error) {
			if (error instanceof HostError && error.code === "timeout") {
				this.#subshell = null;
				this.#abandon(subshellId, reply);
			}
			throw error;
		}
	}

	#current(): Promise<string> {
		this.#subshell ??= this.#create(maxStuck).catch((error) => {
			this.#subshell = null;
			throw error;
		});
		return this.#subshell;
	}

	async #create(most: number): Promise<string> {
		const { limitMs } = this.#options;
		if (this.#stuck >= most)
			throw new HostError(
				"timeout",
				`${this.#stuck} look-ups in this kernel are stuck: restart it to look again.`,
			);
		const asked = new AbortController();
		try {
			return await limited(this.#createOnceStarted(asked.signal), limitMs, "create_subshell_request");
		} finally {
			asked.abort();
		}
	}

	/**
	 * ipykernel 7.4 answers on control a moment before its main thread has made what subshells need. Until then the
	 * request's handler fails and nothing is sent. Control is answered in order, so an answer to a request sent after it
	 * tells that none will come.
	 */
	async #createOnceStarted(signal: AbortSignal): Promise<string> {
		const ask = (type: string) =>
			this.#options.client.request({ channel: "control", type, content: {} }).reply;
		for (let waitMs = 10; ; waitMs = Math.min(2 * waitMs, 500)) {
			const created = ask("create_subshell_request");
			created.catch(() => {}); // where it was not answered, the next one tells
			const reply = await Promise.race([created, ask("kernel_info_request").then(() => null)]);
			const id = text(reply?.content.subshell_id);
			if (id && !signal.aborted) return id;
			if (id) this.#delete(id);
			await delay(waitMs, null, { signal, ref: false });
		}
	}

	#abandon(subshellId: string | undefined, reply: Promise<Message>): void {
		if (subshellId === undefined) return;
		this.#stuck++;
		this.#options.onLog("A look-up is stuck; later ones use a new subshell.");
		this.#options.onStuck(subshellId);
		// Deleting waits for the subshell's thread, so a stuck one is deleted only once it has come back.
		const back = (): void => {
			this.#stuck--;
			this.#delete(subshellId);
		};
		reply.then(back, (error) => {
			if (!(error instanceof HostError && error.code === "notAlive")) back();
		});
	}

	#delete(subshellId: string | undefined): void {
		if (subshellId === undefined) return;
		const request = {
			channel: "control",
			type: "delete_subshell_request",
			content: { subshell_id: subshellId },
		} as const;
		this.#options.client.request(request).reply.catch(() => {}); // the kernel ended
	}
}

/** Ends the waiting, not the work. */
const limited = <T>(
	work: Promise<T>,
	limitMs: number | null,
	what: string,
	signal?: AbortSignal,
): Promise<T> =>
	new Promise((resolve, reject) => {
		const timer =
			limitMs === null
				? undefined
				: setTimeout(
						() =>
							reject(new HostError("timeout", `The kernel did not answer "${what}" within ${limitMs} ms.`)),
						limitMs,
					);
		const onAbort = () => reject(signal?.reason);
		signal?.addEventListener("abort", onAbort, { once: true });
		work.then(resolve, reject).finally(() => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", onAbort);
		});
	});
