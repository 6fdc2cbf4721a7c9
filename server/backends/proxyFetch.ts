/**
 * Requests as a request's environment wants them made: through its proxy, trusting the certificates it names. Node's
 * own support for both follows the server process's environment, which is not the person's; an `Agent` takes its own.
 */
import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { rootCertificates } from "node:tls";
import type { Environment } from "./backend.ts";
import { isLoopback } from "./baseUrl.ts";
import { firstSet } from "./environment.ts";

type Fetch = typeof fetch;

const proxyNames = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

/**
 * `fetch` for this environment.
 *
 * - This machine is never behind a proxy.
 * - A server without encryption is one's own, and may read a long prompt for longer than the five minutes that Node's
 *   `fetch` waits: it is waited for until the signal fires.
 */
export const fetchThroughProxy = (environment: Environment): Fetch => {
	const ca = certificates(environment);
	const proxied = agents(proxyOf(environment), ca);
	const direct = agents({}, ca);
	const isPlain = ca === null && firstSet(environment, proxyNames) === null;
	return (input, init) => {
		const url = new URL(input instanceof Request ? input.url : input);
		if (isLoopback(url.hostname)) return send(url, init, direct);
		return isPlain && url.protocol === "https:" ? fetch(input, init) : send(url, init, proxied);
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

const send = (url: URL, init: RequestInit | undefined, { "http:": http, "https:": https }: Agents) =>
	new Promise<Response>((resolve, reject) => {
		const secure = url.protocol === "https:";
		const request = (secure ? httpsRequest : httpRequest)(url, {
			method: init?.method ?? "GET",
			headers: Object.fromEntries(new Headers(init?.headers)),
			agent: secure ? https : http,
			...(init?.signal ? { signal: init.signal } : {}),
		});
		// As `fetch` puts it, whose callers look for the cause.
		request.once("error", (cause) =>
			reject(cause.name === "AbortError" ? cause : new TypeError("fetch failed", { cause })),
		);
		request.once("response", (response) => {
			const status = response.statusCode ?? 502;
			const headers = new Headers();
			for (const [name, value] of Object.entries(response.headers))
				for (const one of [value ?? []].flat()) headers.append(name, one);
			const body = [204, 205, 304].includes(status)
				? null
				: (Readable.toWeb(response) as unknown as ReadableStream<Uint8Array>);
			resolve(new Response(body, { status, headers }));
		});
		request.end(init?.body as string | undefined);
	});
