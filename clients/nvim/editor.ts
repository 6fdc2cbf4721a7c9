/**
 * Messages to Lua, in order and in batches: the next batch goes when Neovim has taken the last. So a slow or busy
 * Neovim is never flooded, and what changed many times meanwhile is told once, as it is then.
 */
import type { Message } from "./messages.ts";

/** Runs `code` in Neovim with `args`; resolves when it has. */
export type RunLua = (code: string, args: unknown[]) => Promise<unknown>;

type Queued = { readonly key: string | null; readonly make: () => Message | null };

export class Editor {
	readonly #runLua: RunLua;
	#queue: Queued[] = [];
	readonly #keys = new Set<string>();
	#sending = false;

	constructor(runLua: RunLua) {
		this.#runLua = runLua;
	}

	post(message: Message): void {
		this.#add({ key: null, make: () => message });
	}

	/** Tells the state under `key`; `make` is called when the batch goes, and may have nothing to say. */
	update(key: string, make: () => Message | null): void {
		if (this.#keys.has(key)) return;
		this.#keys.add(key);
		this.#add({ key, make });
	}

	#add(queued: Queued): void {
		this.#queue.push(queued);
		if (this.#sending) return;
		this.#sending = true;
		queueMicrotask(() => void this.#send());
	}

	async #send(): Promise<void> {
		while (this.#queue.length > 0) {
			const queue = this.#queue;
			this.#queue = [];
			this.#keys.clear();
			const messages = queue.flatMap(({ make }) => make() ?? []).map(withoutNulls);
			try {
				if (messages.length > 0) await this.#runLua("require('ipyai.host').receive(...)", [messages]);
			} catch (error) {
				process.stderr.write(`A message to Neovim failed: ${(error as Error).message}\n`);
			}
		}
		this.#sending = false;
	}
}

/** Lua has no null in tables: what is null or undefined is absent there. */
const withoutNulls = (value: unknown): unknown => {
	if (Array.isArray(value)) return value.map(withoutNulls);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, each]) => each !== null && each !== undefined)
			.map(([name, each]) => [name, withoutNulls(each)]),
	);
};
