/** Answers of a server over HTTP, with a bound for each message in them: the SDK reads messages whole. */
import { maxMessageBytes } from "./messageLines.ts";

export type Fetch = typeof fetch;

/** A message that is too long ends its answer; `onTooLong` is told before. */
export const boundedFetch =
	(fetch: Fetch, onTooLong: (reason: string) => void): Fetch =>
	async (input, init) => {
		const response = await fetch(input, init);
		if (response.body === null) return response;
		const isStream = (response.headers.get("content-type") ?? "").includes("text/event-stream");
		let bytes = 0;
		let last = 0;
		const bound = new TransformStream<Uint8Array, Uint8Array>({
			transform(chunk, controller) {
				bytes += chunk.byteLength;
				if (bytes > maxMessageBytes) {
					const reason = `its answer has more than ${maxMessageBytes / 1024 / 1024} MB`;
					onTooLong(reason);
					controller.error(new Error(reason));
					return;
				}
				// An empty line ends an event.
				if (isStream) {
					const at = lastEmptyLine(chunk, last);
					if (at >= 0) bytes = chunk.byteLength - at;
					last = chunk.at(-1) ?? last;
				}
				controller.enqueue(chunk);
			},
		});
		const { status, statusText, headers } = response;
		return new Response(response.body.pipeThrough(bound), { status, statusText, headers });
	};

/** The place behind the last empty line, `before` being the byte before the chunk; -1 for none. */
const lastEmptyLine = (chunk: Uint8Array, before: number): number => {
	for (let at = chunk.lastIndexOf(10); at >= 0; at = at === 0 ? -1 : chunk.lastIndexOf(10, at - 1)) {
		const back = chunk[at - 1] === 13 ? at - 2 : at - 1;
		if ((back < 0 ? before : chunk[back]) === 10) return at + 1;
	}
	return -1;
};
