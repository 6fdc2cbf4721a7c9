/** `fetch` as a person's environment wants requests made. */
import type { Environment } from "../backend.ts";

export type Fetch = typeof fetch;

/** Connections rest between requests; redirects never carry keys to another server. */
export const fetchFor = (environment: Environment): Fetch => {
	// `node:http` takes longer to load than all else at the start of a server.
	const load = async () => {
		const [{ agentsOf }, { sendOn }] = await Promise.all([import("./agents.ts"), import("./redirects.ts")]);
		return { agentFor: agentsOf(environment), sendOn };
	};
	const loading = load();
	return async (input, init = {}) => {
		const { agentFor, sendOn } = await loading;
		const url = new URL(input instanceof Request ? input.url : input);
		const response = await sendOn(url, init, agentFor);
		const isList = !init.body && /json/.test(response.headers.get("content-type") ?? "");
		return response.ok && !isList ? response : bounded(response);
	};
};

/** Lists, and what is said of failures, are read whole by the SDKs. */
const maxWholeBytes = 4_000_000;

/** The answer, cut where it is too long for one that is read whole. */
const bounded = ({ body, status, headers }: Response): Response => {
	let left = maxWholeBytes;
	const cut = new TransformStream<Uint8Array, Uint8Array>({
		transform(chunk, controller) {
			left -= chunk.byteLength;
			if (left < 0) controller.terminate();
			else controller.enqueue(chunk);
		},
	});
	return new Response(body?.pipeThrough(cut) ?? null, { status, headers });
};
