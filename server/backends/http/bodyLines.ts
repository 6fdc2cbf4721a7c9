/** An HTTP body line by line, read with a limit of patience. */
import { Breath } from "../loop/breath.ts";

/**
 * The lines of a body, as many at a time as have arrived; one that no line end closes counts, and an empty one stands
 * at the end. A line is given up at some length beyond `maxChars`, as it is then. Lets go of the connection when the
 * signal fires.
 */
export async function* readLines(
	response: Response,
	signal: AbortSignal,
	patience: Patience,
	maxChars: number,
): AsyncGenerator<readonly string[]> {
	const reader = response.body?.getReader();
	if (reader === undefined) return;
	const leave = () => void reader.cancel().catch(() => {});
	signal.addEventListener("abort", leave, { once: true });
	try {
		const decoder = new TextDecoder();
		let pending = "";
		let afterReturn = false;
		const breath = new Breath();
		for (;;) {
			const read = await patience.with(reader.read());
			if (signal.aborted) return;
			if (read === null) break;
			const { done, value } = read;
			let text = done ? decoder.decode() : decoder.decode(value, { stream: true });
			if (afterReturn && text.startsWith("\n")) text = text.slice(1);
			if (text !== "") afterReturn = text.endsWith("\r");
			const lines = text.split(/\r\n|\n|\r/);
			lines[0] = pending + lines[0];
			pending = lines.pop()!;
			breath.begin();
			yield lines;
			if (breath.end()) await breath.take();
			if (done || pending.length > maxChars) break;
		}
		yield pending === "" ? [""] : [pending, ""];
	} finally {
		signal.removeEventListener("abort", leave);
		if (signal.aborted) leave();
		else void drain(reader);
	}
}

/** Waiting that has a limit from some moment on. */
export class Patience {
	readonly #waitMs: number;
	#until: number | null = null;

	constructor(waitMs: number) {
		this.#waitMs = waitMs;
	}

	get isLimited(): boolean {
		return this.#until !== null;
	}

	limit(): void {
		this.#until = performance.now() + this.#waitMs;
	}

	/** What was waited for; `null` when it took too long. */
	async with<T>(promise: Promise<T>): Promise<T | null> {
		if (this.#until === null) return promise;
		// What it comes to later, nobody reads.
		promise.catch(() => {});
		const left = this.#until - performance.now();
		if (left <= 0) return null;
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<null>((resolve) => {
			timer = setTimeout(() => resolve(null), left);
		});
		return Promise.race([promise, late]).finally(() => clearTimeout(timer));
	}
}

const drainMs = 1_000;
const drainBytes = 100_000;

/**
 * Behind the last event comes the end of the body, or nothing for long. Once that is read, too, the connection serves
 * the next request. Of one that goes on no more is read.
 */
const drain = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> => {
	const leave = () => void reader.cancel().catch(() => {});
	const timer = setTimeout(leave, drainMs).unref();
	let left = drainBytes;
	try {
		for (let read = await reader.read(); !read.done; read = await reader.read()) {
			left -= read.value.byteLength;
			if (left < 0) return leave();
		}
	} catch {
		// The connection broke, or was broken off.
	} finally {
		clearTimeout(timer);
	}
};
