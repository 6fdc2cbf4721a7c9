/** What the last edit of each file replaced, for one step back. */
import { createHash } from "node:crypto";

type Step = { readonly before: Buffer | null; readonly after: string };

const maxFiles = 50;
const maxBytes = 32 * 1024 * 1024;

export class Undo {
	/** The longest unchanged first. */
	readonly #steps = new Map<string, Step>();

	remember(path: string, before: Buffer | null, after: Buffer): void {
		this.#steps.delete(path);
		this.#steps.set(path, { before, after: fingerprint(after) });
		let bytes = [...this.#steps.values()].reduce((sum, step) => sum + (step.before?.length ?? 0), 0);
		for (const [oldest, step] of this.#steps) {
			if (oldest === path || (this.#steps.size <= maxFiles && bytes <= maxBytes)) break;
			this.#steps.delete(oldest);
			bytes -= step.before?.length ?? 0;
		}
	}

	/** What the file held before, `null` for nothing; `undefined` when it is not as the edit left it. */
	before(path: string, now: Buffer | null): Buffer | null | undefined {
		const step = this.#steps.get(path);
		return step !== undefined && now !== null && fingerprint(now) === step.after ? step.before : undefined;
	}

	has(path: string): boolean {
		return this.#steps.has(path);
	}

	forget(path: string): void {
		this.#steps.delete(path);
	}
}

const fingerprint = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
