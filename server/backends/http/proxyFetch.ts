/**
 * Requests as a request's environment wants them made: through its proxy, trusting the certificates it names. Node's
 * own support for both follows the server process's environment, which is not the person's; an `Agent` takes its own.
 */
import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Duplex, pipeline, Readable } from "node:stream";
import { rootCertificates } from "node:tls";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Environment } from "../backend.ts";
import { firstSet } from "../programs/environment.ts";
import { isLoopback } from "./baseUrl.ts";

type Fetch = typeof fetch;

const proxyNames = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/**
 * `fetch` for this environment. This machine is never behind a proxy. A server is waited for until the signal fires or
 * the connection is dead: a model may read a long prompt, or think, for longer than the five minutes of silence that
 * Node's `fetch` allows.
 */
export const fetchThroughProxy = (environment: Environment): Fetch => {
	const ca = certificates(environment);
	const proxied = agents(proxyOf(environment), ca);
	const direct = agents({}, ca);
	return (input, init) => {
		const url = new URL(input instanceof Request ? input.url : input);
		return send(url, init, isLoopback(url.hostname) ? direct : proxied);
	};
};

type Agents = { readonly "http:": HttpAgent; readonly "https:": HttpsAgent };

const agents = (proxyEnv: Readonly<Record<string, string | undefined>>, ca: string[] | null): Agents => {
	const options = { keepAlive: true, proxyEnv };
	return {
		"http:": new HttpAgent(options),
		"https:": new HttpsAgent({ ...options, ...(ca === null ? {} : { ca }) }),
	};
};

const proxyOf = (environment: Environment): Record<string, string | undefined> =>
	Object.fromEntries([...proxyNames, "NO_PROXY", "no_proxy"].map((name) => [name, environment[name]]));

/** Whom to trust, where the environment names more than everybody. */
const certificates = (environment: Environment): string[] | null => {
	const file = firstSet(environment, ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"])?.value;
	if (file === undefined) return null;
	try {
		return [...rootCertificates, readFileSync(file, "utf8")];
	} catch {
		// As Node does: a connection that needs them says which certificate is not trusted.
		return null;
	}
};

const send = async (
	url: URL,
	init: RequestInit | undefined,
	by: Agents,
	redirects = 0,
): Promise<Response> => {
	const response = await receive(url, init, by);
	const location = response.headers.location;
	const isMoved = [301, 302, 307, 308].includes(response.statusCode ?? 0) && location !== undefined;
	if (isMoved && init?.redirect !== "manual" && redirects < 3) {
		const next = new URL(location, url);
		// A question goes on as a question, with its key, and to nobody else: mostly from `http` to `https`.
		if (next.origin === url.origin || (next.hostname === url.hostname && next.protocol === "https:")) {
			response.resume();
			return send(next, init, by, redirects + 1);
		}
	}
	return toResponse(response);
};

const receive = (url: URL, init: RequestInit | undefined, by: Agents): Promise<IncomingMessage> =>
	new Promise((resolve, reject) => {
		const secure = url.protocol === "https:";
		const request = (secure ? httpsRequest : httpRequest)(url, {
			method: init?.method ?? "GET",
			headers: Object.fromEntries(new Headers(init?.headers)),
			agent: by[secure ? "https:" : "http:"],
			...(init?.signal ? { signal: init.signal } : {}),
		});
		// What is told after the first time has no reader.
		request.on("error", () => {});
		request.once("error", (cause: NodeJS.ErrnoException) => {
			// The server closed a resting connection at the moment it was used.
			if (request.reusedSocket && cause.code === "ECONNRESET") resolve(receive(url, init, by));
			// As `fetch` puts it, whose callers look for the cause.
			else reject(cause.name === "AbortError" ? cause : new TypeError("fetch failed", { cause }));
		});
		request.once("response", resolve);
		request.end(init?.body as string | undefined);
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
