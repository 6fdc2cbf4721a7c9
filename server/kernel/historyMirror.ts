import { setTimeout as delay } from "node:timers/promises";
import type { OpenKernel } from "./openKernel.ts";

const flushMs = 3000;

/**
 * Rows for IPython's own history, written in the kernel once it is free. A failure is logged: the server's own store
 * has it all.
 */
export class HistoryMirror {
	readonly #alive: () => Promise<OpenKernel>;
	readonly #onLog: (text: string) => void;
	readonly #onTheirWay = new Set<Promise<void>>();

	constructor(alive: () => Promise<OpenKernel>, onLog: (text: string) => void) {
		this.#alive = alive;
		this.#onLog = onLog;
	}

	/** Does not wait. */
	write(op: "mirror" | "remark" | "forget", args: Record<string, unknown>): void {
		const writing = this.#write(op, args);
		this.#onTheirWay.add(writing);
		void writing.finally(() => this.#onTheirWay.delete(writing));
	}

	/** A turn's last act and the session's end may come together: the row is worth a moment. */
	async flush(): Promise<void> {
		await Promise.race([Promise.all([...this.#onTheirWay]), delay(flushMs, undefined, { ref: false })]);
	}

	async #write(op: string, args: Record<string, unknown>): Promise<void> {
		try {
			const open = await this.#alive();
			// A person's interrupt may hit it: the transaction was taken back, so once more.
			const problem = await open.runMain(op, args).result.catch(() => open.runMain(op, args).result);
			if (typeof problem === "string") this.#onLog(problem);
		} catch (error) {
			this.#onLog(`IPython's history was not written: ${(error as Error).message}`);
		}
	}
}
