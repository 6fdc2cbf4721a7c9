/** An HTTP body line by line. */
import { Breath } from "../loop/breath.ts";

export type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/**
 * The lines of a body, as many at a time as have arrived; one that no line end closes counts, and an empty one stands
 * at the end. A line is given up at some length beyond `maxChars`, as it is then. Lets go of the connection when the
 * signal fires.
 */
export async function* readLines(
	reader: BodyReader,
	signal: AbortSignal,
	maxChars: number,
): AsyncGenerator<readonly string[]> {
	const stop = () => leave(reader);
	signal.addEventListener("abort", stop, { once: true });
	try {
		const decoder = new TextDecoder();
		let pending = "";
		let afterReturn = false;
		const breath = new Breath();
		for (;;) {
			const { done, value } = await reader.read();
			if (signal.aborted) return;
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
		signal.removeEventListener("abort", stop);
		if (signal.aborted) leave(reader);
		else void drain(reader);
	}
}

/** The connection is closed; who waits for more of the body finds its end. */
export const leave = (reader: BodyReader): void => void reader.cancel().catch(() => {});

const drainMs = 1_000;
const drainBytes = 100_000;

/**
 * Behind the last event comes the end of the body, or nothing for long. Once that is read, too, the connection serves
 * the next request. Of one that goes on no more is read.
 */
const drain = async (reader: BodyReader): Promise<void> => {
	const timer = setTimeout(() => leave(reader), drainMs).unref();
	let left = drainBytes;
	try {
		for (let read = await reader.read(); !read.done && left > 0; read = await reader.read())
			left -= read.value.byteLength;
		if (left <= 0) leave(reader);
	} catch {
		// The connection broke, or was broken off.
	} finally {
		clearTimeout(timer);
	}
};
