/**
 * One HTTP request, answered as `fetch` answers. A server is waited for until the signal fires or the connection is
 * dead: a model may read a long prompt, or think, for longer than the five minutes of silence that Node's `fetch` allows.
 */
import { type Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { type Duplex, pipeline, Readable } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** Redirects are not followed. Rejects as `fetch` does. */
export const send = async (url: URL, init: RequestInit, agent: Agent): Promise<Response> =>
	toResponse(await receive(url, init, agent));

const receive = (url: URL, init: RequestInit, agent: Agent): Promise<IncomingMessage> =>
	new Promise((resolve, reject) => {
		const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
			method: init.method ?? "GET",
			headers: Object.fromEntries(new Headers(init.headers)),
			agent,
			...(init.signal ? { signal: init.signal } : {}),
		});
		// What is told after the first time has no reader.
		request.on("error", () => {});
		request.once("error", (cause: NodeJS.ErrnoException) => {
			// The server closed a resting connection at the moment it was used.
			if (request.reusedSocket && cause.code === "ECONNRESET") resolve(receive(url, init, agent));
			// As `fetch` puts it, whose callers look for the cause.
			else reject(cause.name === "AbortError" ? cause : new TypeError("fetch failed", { cause }));
		});
		request.once("response", resolve);
		request.end(init.body as string | undefined);
	});

const toResponse = (message: IncomingMessage): Response => {
	const status = message.statusCode ?? 502;
	const headers = new Headers();
	for (const [name, value] of Object.entries(message.headers))
		for (const one of [value ?? []].flat()) headers.append(name, one);
	// Nothing asked for it to be packed; some servers pack all the same.
	const unpack = unpackers[message.headers["content-encoding"] ?? ""];
	const stream = unpack === undefined ? message : pipeline(message, unpack(), () => {});
	const hasBody = ![204, 205, 304].includes(status);
	const body = hasBody ? (Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>) : null;
	return new Response(body, { status, headers });
};

const unpackers: Readonly<Record<string, () => Duplex>> = {
	gzip: () => createGunzip({ flush: constants.Z_SYNC_FLUSH }),
	deflate: () => createInflate({ flush: constants.Z_SYNC_FLUSH }),
	br: () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
};
