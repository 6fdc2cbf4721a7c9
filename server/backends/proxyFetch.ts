/**
 * Requests through the proxy that a request's environment names. Node's own proxy support follows the server
 * process's environment, which is not the person's; an `Agent` takes one of its own.
 */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import type { Environment } from "./backend.ts";
import { firstSet } from "./environment.ts";

type Fetch = typeof fetch;

/** `fetch`, or one that goes through the environment's proxy where the environment names one. */
export const fetchThroughProxy = (environment: Environment): Fetch => {
	const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
	if (firstSet(environment, names) === null) return fetch;
	const proxyEnv = Object.fromEntries(
		[...names, "NO_PROXY", "no_proxy"].map((name) => [name, environment[name]]),
	);
	const options = { keepAlive: true, proxyEnv };
	const agents = { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) };
	return (input, init) =>
		new Promise((resolve, reject) => {
			const url = new URL(input instanceof Request ? input.url : input);
			const secure = url.protocol === "https:";
			const request = (secure ? httpsRequest : httpRequest)(url, {
				method: init?.method ?? "GET",
				headers: Object.fromEntries(new Headers(init?.headers)),
				agent: agents[secure ? "https:" : "http:"],
				...(init?.signal ? { signal: init.signal } : {}),
			});
			request.once("error", reject);
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
};
