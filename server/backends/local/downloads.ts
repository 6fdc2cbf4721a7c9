/** One download for each file, however many conversations and servers wait for it; told in steps that a person can see. */
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type FileLock, takeLock } from "../../../ground/paths/fileLock.mjs";
import type { Environment, TurnUpdate } from "../backend.ts";
import { orAborted } from "../loop/abort.ts";
import { download, partOf } from "./download.ts";

export class Downloads {
	readonly #running = new Map<string, Promise<void>>();

	/** Throws what `download` throws; `Aborted` when the signal fires. */
	async *get(
		{ url, path }: { readonly url: string; readonly path: string },
		environment: Environment,
		signal: AbortSignal,
	): AsyncGenerator<TurnUpdate> {
		const text = `downloading ${basename(path)}`;
		for (let other = this.#running.get(path); other !== undefined; other = this.#running.get(path)) {
			yield { kind: "progress", text: `${text} for another conversation`, share: null };
			const isDone = other.then(
				() => true,
				() => false,
			);
			if (await orAborted(isDone, signal)) return;
		}
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		// Who waits looks again; without one nobody minds.
		promise.catch(() => {});
		this.#running.set(path, promise);
		let isWhole = false;
		let lock: FileLock | null = null;
		try {
			lock = yield* lockWhenFree(path, signal);
			isWhole = lock === null;
			if (isWhole) return;
			let told = -1;
			for await (const { bytes, total } of download(url, path, environment, signal)) {
				// A step for each hundredth, or for each so many bytes of an unknown sum.
				const step =
					total === null ? Math.floor(bytes / stepBytes) : Math.floor((100 * bytes) / Math.max(1, total));
				if (step === told) continue;
				told = step;
				const share = total === null ? null : bytes / Math.max(1, total);
				yield {
					kind: "progress",
					text: `${text}, ${amount(bytes)}${total === null ? "" : ` of ${amount(total)}`}`,
					share,
				};
			}
			isWhole = true;
		} finally {
			lock?.release();
			this.#running.delete(path);
			if (isWhole) resolve();
			else reject(new Error("The download ended early."));
		}
	}
}

/** Waits while another server downloads the file, and tells how far that is; `null` once it has all of it. */
async function* lockWhenFree(path: string, signal: AbortSignal): AsyncGenerator<TurnUpdate, FileLock | null> {
	for (;;) {
		if (existsSync(path)) return null;
		const lock = takeLock(`${path}.lock`);
		if (lock !== null) return lock;
		const bytes = statSync(partOf(path), { throwIfNoEntry: false })?.size ?? 0;
		const text = `another ipyai downloads ${basename(path)}, ${amount(bytes)}`;
		yield { kind: "progress", text, share: null };
		await orAborted(delay(lookAgainMs, undefined, { ref: false }), signal);
	}
}

const lookAgainMs = 1_000;

const stepBytes = 16_000_000;

const amount = (bytes: number): string => {
	if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
	return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
};
