/**
 * A model provider on loopback: Anthropic Messages, OpenAI Responses and Chat Completions on one port. It answers
 * what markers in the last user text say (see `script.ts`), refuses what the providers refuse, and keeps every
 * request for tests to look at.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { anthropicWire } from "./anthropicWire.ts";
import { chatWire } from "./chatWire.ts";
import { codexPath, codexWire, grantTokens, refuseCodex } from "./codexWire.ts";
import { responsesWire } from "./responsesWire.ts";
import { readScript } from "./script.ts";
import type { Body, Wire, WireEvent } from "./wire.ts";

export type RecordedRequest = {
	readonly path: string;
	readonly headers: IncomingMessage["headers"];
	readonly body: Body;
	readonly raw: string;
	/** The status it was answered with. */
	status: number;
};

/** An answer that waits (`@@slow@@`, `@@hang@@`). */
export type HeldAnswer = {
	/** Lets it go on. */
	release(): void;
	/** Resolves when the client has closed the request, or the answer has ended. */
	readonly closed: Promise<void>;
};

export type ModelServer = AsyncDisposable & {
	readonly url: string;
	/** Model requests in the order they came, those refused included. */
	readonly requests: RecordedRequest[];
	/** Bodies of requests for new tokens. */
	readonly tokenRequests: string[];
	/** What a client needs in its environment to talk to this server. */
	readonly environment: Readonly<Record<string, string>>;
	/** The next answer that waits and was not asked for yet. */
	held(): Promise<HeldAnswer>;
	close(): Promise<void>;
};

export type ModelServerOptions = {
	readonly port?: number;
	/** Slow answers wait this long between deltas instead of for `release`. */
	readonly slowMs?: number;
	/** Told of each request, for a person who watches. */
	onRequest?(request: RecordedRequest): void;
};

const wires: Readonly<Record<string, Wire>> = {
	"/v1/messages": anthropicWire,
	"/v1/responses": responsesWire,
	[codexPath]: codexWire,
	"/v1/chat/completions": chatWire,
};

export const startModelServer = async (options: ModelServerOptions = {}): Promise<ModelServer> => {
	const requests: RecordedRequest[] = [];
	const tokenRequests: string[] = [];
	const faults = new Map<string, number>();
	const ready: HeldAnswer[] = [];
	const waiting: ((held: HeldAnswer) => void)[] = [];
	const open = new Set<() => void>();
	let count = 0;

	const hold = (response: ServerResponse): Promise<void> =>
		new Promise((resolve) => {
			if (response.destroyed) return resolve();
			const done = () => {
				open.delete(done);
				resolve();
			};
			open.add(done);
			const closed = new Promise<void>((close) => response.once("close", () => close()));
			closed.then(done);
			const held = { release: done, closed };
			const next = waiting.shift();
			if (next === undefined) ready.push(held);
			else next(held);
		});

	/** True while a fault with a number of times has some left. */
	const takeFault = (key: string, times: number): boolean => {
		const used = faults.get(key) ?? 0;
		faults.set(key, used + 1);
		return used < times;
	};

	const answer = async (wire: Wire, request: RecordedRequest, response: ServerResponse): Promise<void> => {
		const id = `${String(++count).padStart(4, "0")}`;
		const { body } = request;
		const json = (status: number, value: unknown, headers: Record<string, string> = {}) => {
			request.status = status;
			response.writeHead(status, {
				"content-type": "application/json",
				"request-id": `req_${id}`,
				...headers,
			});
			response.end(JSON.stringify(value));
		};
		const key = request.headers["x-api-key"] ?? request.headers.authorization ?? "";
		if (String(key).includes("bad")) return json(401, wire.error(401, "invalid x-api-key", `req_${id}`));
		const refused = request.path === codexPath ? refuseCodex(request.headers) : null;
		if (refused !== null) return json(401, wire.error(401, refused, `req_${id}`));
		const wrong = body === undefined ? "The request body is not valid JSON." : wire.check(body);
		if (wrong !== null) return json(400, wire.error(400, wrong, `req_${id}`));

		const script = readScript(wire.see(body));
		const fault =
			script.fault !== null && takeFault(script.fault.key, script.fault.times) ? script.fault : null;
		if (fault?.kind === "hang") await hold(response);
		if (response.destroyed) return;
		if (fault?.kind === "error")
			return json(
				fault.status,
				wire.error(fault.status, `Scripted error ${fault.status}`, `req_${id}`),
				fault.retryAfter === null ? {} : { "retry-after": fault.retryAfter },
			);
		if (fault?.kind === "html") {
			request.status = 502;
			response.writeHead(502, { "content-type": "text/html" });
			return void response.end(
				`<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>b{}</style></head><body>${"<p>proxy</p>".repeat(200)}</body></html>`,
			);
		}
		if (body.stream !== true) return json(200, wire.whole(script, body, id));

		response.writeHead(200, { "content-type": "text/event-stream", "request-id": `req_${id}` });
		response.socket?.setNoDelay(true);
		const events = [...wire.events(script, body, id)];
		const deltas = events.filter((event) => event.delta).length;
		const breakAt = fault?.kind === "cut" && fault.early ? 0 : Math.max(1, Math.floor(deltas / 2));
		let shown = 0;
		for (const event of events) {
			if (fault !== null && event.delta && shown === breakAt) {
				if (fault.kind === "cut") {
					await flushed(response);
					return void response.socket?.destroy();
				}
				if (fault.kind === "badevent")
					await write(response, toText(event).replace(/data: .*/, "data: {not json"));
				if (fault.kind === "streamerror") {
					await write(response, toText(wire.streamError()));
					return void response.end();
				}
			}
			await write(response, toText(event));
			if (event.delta) {
				shown++;
				if (script.slow && options.slowMs !== undefined)
					await new Promise((resolve) => setTimeout(resolve, options.slowMs));
				else if (script.slow && shown === 1) await hold(response);
			}
			if (response.destroyed) return;
		}
		response.end(wire.tail);
	};

	const server = createServer(async (incoming, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const raw = Buffer.concat(chunks).toString();
		const path = new URL(incoming.url ?? "/", "http://localhost").pathname;
		const wire = wires[path];
		if (incoming.method === "GET" && path === "/v1/models") return listModels(incoming, response);
		if (incoming.method === "POST" && path === "/oauth/token") {
			const { status, answer } = grantTokens(raw);
			tokenRequests.push(raw);
			response.writeHead(status, { "content-type": "application/json" });
			return response.end(JSON.stringify(answer));
		}
		if (wire === undefined || incoming.method !== "POST") {
			response.writeHead(404, { "content-type": "application/json" });
			return response.end(JSON.stringify({ error: { message: `No ${incoming.method} ${path} here.` } }));
		}
		const request = { path, headers: incoming.headers, body: parse(raw), raw, status: 200 };
		requests.push(request);
		options.onRequest?.(request);
		await answer(wire, request, response).catch((error) => response.destroy(error));
	});
	await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const close = async () => {
		for (const done of [...open]) done();
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	};
	return {
		url,
		requests,
		tokenRequests,
		environment: {
			ANTHROPIC_BASE_URL: url,
			ANTHROPIC_API_KEY: "loopback-key",
			OPENAI_BASE_URL: `${url}/v1`,
			OPENAI_API_KEY: "loopback-key",
		},
		held: () => {
			const held = ready.shift();
			return held === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(held);
		},
		close,
		[Symbol.asyncDispose]: close,
	};
};

const parse = (raw: string): unknown => {
	try {
		return JSON.parse(raw);
	} catch {
		return undefined;
	}
};

const toText = (event: WireEvent): string =>
	`${event.event === undefined ? "" : `event: ${event.event}\n`}data: ${JSON.stringify(event.data)}\n\n`;

/** Text beyond ASCII goes out in pieces that end inside code points, as networks cut it. */
const write = async (response: ServerResponse, text: string): Promise<void> => {
	const bytes = Buffer.from(text);
	if (bytes.length === text.length || bytes.length > 4000) return void response.write(bytes);
	for (let start = 0; start < bytes.length; start += 7) {
		response.write(bytes.subarray(start, start + 7));
		await new Promise(setImmediate);
	}
};

const flushed = (response: ServerResponse): Promise<void> =>
	new Promise((resolve) => response.write(": \n\n", () => setImmediate(resolve)));

const listModels = (incoming: IncomingMessage, response: ServerResponse): void => {
	response.writeHead(200, { "content-type": "application/json" });
	const anthropic = incoming.headers["anthropic-version"] !== undefined;
	const data = anthropic
		? [
				{
					type: "model",
					id: "claude-loop-1",
					display_name: "Claude Loop 1",
					created_at: "2026-01-01T00:00:00Z",
					max_input_tokens: 200_000,
				},
			]
		: [{ id: "loop-1", object: "model", created: 1_767_225_600, owned_by: "loop", max_model_len: 32_768 }];
	response.end(JSON.stringify({ object: "list", data, has_more: false, first_id: null, last_id: null }));
};
