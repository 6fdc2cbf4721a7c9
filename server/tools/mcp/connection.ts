/** One connection to an MCP server: what it offers, and calls of it. The SDK is loaded when there is one to make. */

import { pathToFileURL } from "node:url";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { z } from "zod";
import { plainText } from "../../../ground/text/plainText.ts";
import { headOf } from "../../../ground/text/wholeCharacters.ts";
import { boundedFetch, type Fetch } from "./boundedFetch.ts";
import { ProgramTransport } from "./programTransport.ts";
import type { ServerForm } from "./serverForm.ts";

export type ConnectionOptions = {
	/** With its variables filled in. */
	readonly form: ServerForm;
	readonly cwd: string;
	/** What the server is told that the session works in. */
	readonly root: string;
	/** For its program. */
	readonly environment: Readonly<Record<string, string>>;
	readonly fetch: Fetch;
	/** Tokens of an earlier login; `null` where there was none. */
	readonly login: OAuthClientProvider | null;
	/** The list of its tools is another one. */
	onToolsChanged(): void;
	/** It ended, or was lost, and nobody here asked for that. */
	onEnd(reason: string): void;
};

/** Nothing is known of its form but what is looked at where it is used. */
export type Listed = Readonly<Record<string, unknown>>;

export type Offer = "tools" | "prompts" | "resources";

/** It wants to know who asks. */
export class LoginNeeded extends Error {
	override readonly name = "LoginNeeded";
}

const startMs = 30_000;
/** So many of a list are looked at, and so many pages of it. */
const maxListed = 1000;
const maxPages = 50;
/** With progress, a call may take so long in all. */
const maxCallMs = 3600_000;

export class McpConnection {
	readonly #client: Client;
	readonly #transport: Transport;
	readonly #timeoutMs: number;
	readonly #waiting: Waiting;

	private constructor(client: Client, transport: Transport, timeoutMs: number, waiting: Waiting) {
		this.#client = client;
		this.#transport = transport;
		this.#timeoutMs = timeoutMs;
		this.#waiting = waiting;
	}

	/** Rejects with `LoginNeeded`, or with a sentence that says what came of it. */
	static async open(options: ConnectionOptions, signal: AbortSignal): Promise<McpConnection> {
		const [{ Client }, { ListRootsRequestSchema, ToolListChangedNotificationSchema }] = await Promise.all([
			import("@modelcontextprotocol/sdk/client/index.js"),
			import("@modelcontextprotocol/sdk/types.js"),
		]);
		const { form, root } = options;
		let isOpen = false;
		const waiting = new Waiting((reason) => isOpen && options.onEnd(reason));
		const transport = await transportOf(options, (reason) => waiting.fail(reason));
		const client = new Client(
			{ name: "ipyai", version: "1" },
			// What a server says of its results is not compiled into code of ours.
			{ capabilities: { roots: {} }, jsonSchemaValidator: trustNothing },
		);
		client.setRequestHandler(ListRootsRequestSchema, () => ({
			roots: [{ uri: pathToFileURL(root).href, name: "project" }],
		}));
		client.setNotificationHandler(ToolListChangedNotificationSchema, () => options.onToolsChanged());
		const connection = new McpConnection(client, transport, form.timeoutMs, waiting);
		client.onclose = () => {
			const end = endOf(transport);
			// A connection that was never made is told by who could not make it.
			if (!isOpen && end === null) return;
			waiting.lose(end ?? "the connection ended");
		};
		client.onerror = () => {}; // what fails is told to who asked
		const onAbort = () => waiting.lose("it was stopped");
		signal.addEventListener("abort", onAbort, { once: true });
		try {
			signal.throwIfAborted();
			await waiting.for(client.connect(transport, { timeout: startMs }));
			isOpen = true;
			return connection;
		} catch (error) {
			const told = toLocalError(error, form, endOf(transport));
			await connection.close();
			throw told;
		} finally {
			signal.removeEventListener("abort", onAbort);
		}
	}

	offers(offer: Offer): boolean {
		return this.#client.getServerCapabilities()?.[offer] !== undefined;
	}

	/** What it has of these, as far as it can be read at all. Empty where it has none. Rejects with a sentence. */
	async list(offer: Offer, signal?: AbortSignal): Promise<Listed[]> {
		if (!this.offers(offer)) return [];
		const all: Listed[] = [];
		let cursor: string | undefined;
		for (let page = 0; page < maxPages && all.length < maxListed; page++) {
			const params = cursor === undefined ? {} : { cursor };
			const answer = await this.#ask({ method: `${offer}/list`, params }, startMs, signal);
			const given = answer[offer];
			if (!Array.isArray(given)) throw new Error(`it answered without a list of ${offer}`);
			all.push(...given.filter((each): each is Listed => typeof each === "object" && each !== null));
			cursor =
				typeof answer.nextCursor === "string" && answer.nextCursor !== "" ? answer.nextCursor : undefined;
			if (cursor === undefined) break;
		}
		return all.slice(0, maxListed);
	}

	/** Rejects with the signal's reason, else with a sentence. */
	call(tool: string, args: object, signal: AbortSignal, onProgress: (text: string) => void): Promise<Listed> {
		const params = { name: tool, arguments: args };
		return this.#ask({ method: "tools/call", params }, this.#timeoutMs, signal, onProgress);
	}

	read(uri: string, signal: AbortSignal): Promise<Listed> {
		return this.#ask({ method: "resources/read", params: { uri } }, this.#timeoutMs, signal);
	}

	prompt(name: string, args: object, signal: AbortSignal): Promise<Listed> {
		return this.#ask({ method: "prompts/get", params: { name, arguments: args } }, this.#timeoutMs, signal);
	}

	/** Resolves when nothing of it is left. */
	async close(): Promise<void> {
		this.#waiting.lose("it was stopped");
		// A server over HTTP that keeps a session is told; it may be gone.
		const http = this.#transport as { terminateSession?(): Promise<void> };
		if (http.terminateSession)
			await Promise.race([
				http.terminateSession().catch(() => {}),
				new Promise((done) => setTimeout(done, goodbyeMs).unref()),
			]);
		await this.#client.close().catch(() => {});
		await this.#transport.close().catch(() => {});
	}

	async #ask(
		request: { readonly method: string; readonly params: Readonly<Record<string, unknown>> },
		timeoutMs: number,
		signal?: AbortSignal,
		onProgress?: (text: string) => void,
	): Promise<Listed> {
		const options = {
			timeout: timeoutMs,
			resetTimeoutOnProgress: true,
			maxTotalTimeout: maxCallMs,
			...(onProgress === undefined
				? {}
				: { onprogress: ({ message }: { message?: string | undefined }) => message && onProgress(message) }),
		};
		// The SDK listens to a signal beyond the answer: it gets one of this request alone. Who is not waited for any more
		// is told so, whether a person stopped it or its answer was lost.
		const unwanted = new AbortController();
		const onAbort = () => unwanted.abort();
		if (signal?.aborted) onAbort();
		signal?.addEventListener("abort", onAbort, { once: true });
		const asking = this.#client.request(request as never, anyResult, { ...options, signal: unwanted.signal });
		try {
			return (await this.#waiting.for(asking)) as Listed;
		} catch (error) {
			signal?.throwIfAborted();
			unwanted.abort();
			// Over HTTP this is the answer for a session that the server has forgotten.
			if ((error as { code?: unknown }).code === 404) this.#waiting.lose(forgotten);
			throw toLocalError(error, null, endOf(this.#transport), timeoutMs);
		} finally {
			signal?.removeEventListener("abort", onAbort);
		}
	}
}

const goodbyeMs = 500;
const forgotten = "it has forgotten the session";

/** Those who wait for an answer: the SDK would let some of them wait for their time, whatever has happened. */
class Waiting {
	readonly #all = new Set<(error: Error) => void>();
	readonly #onLost: (reason: string) => void;
	#lost: string | null = null;

	/** `onLost` is told once. */
	constructor(onLost: (reason: string) => void) {
		this.#onLost = onLost;
	}

	for<T>(answer: Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			if (this.#lost !== null) reject(new Error(this.#lost));
			this.#all.add(reject);
			answer.then(resolve, reject).finally(() => this.#all.delete(reject));
		});
	}

	/** The answer of one of them cannot be had, and nobody knows whose: all who wait are told. */
	fail(reason: string): void {
		for (const reject of this.#all) reject(new Error(reason));
	}

	lose(reason: string): void {
		if (this.#lost !== null) return;
		this.#lost = reason;
		this.fail(reason);
		this.#onLost(reason);
	}
}

const anyResult = z.looseObject({});

const trustNothing = {
	getValidator: () => (input: unknown) => ({
		valid: true as const,
		data: input as never,
		errorMessage: undefined,
	}),
};

const transportOf = async (
	{ form, cwd, environment, fetch, login }: ConnectionOptions,
	onTooLong: (reason: string) => void,
): Promise<Transport> => {
	if (form.kind === "stdio") {
		const { command, args, env } = form;
		return new ProgramTransport({ command, args, cwd, environment: { ...environment, ...env } });
	}
	if (!/^https?:/i.test(form.url) || !URL.canParse(form.url))
		throw new Error("its url is no http(s) address");
	const url = new URL(form.url);
	const asked = {
		fetch: boundedFetch(fetch, onTooLong) as never,
		requestInit: { headers: { ...form.headers } },
		...(login === null ? {} : { authProvider: login }),
	};
	if (form.transport === "sse") {
		const { SSEClientTransport } = await import("@modelcontextprotocol/sdk/client/sse.js");
		return new SSEClientTransport(url, asked);
	}
	const { StreamableHTTPClientTransport } = await import(
		"@modelcontextprotocol/sdk/client/streamableHttp.js"
	);
	return new StreamableHTTPClientTransport(url, asked) as Transport;
};

const endOf = (transport: Transport): string | null =>
	transport instanceof ProgramTransport ? transport.end : null;

const maxReasonChars = 1000;

/** What went wrong, for a person and a model: what others said of it is cleaned and cut. */
const toLocalError = (
	error: unknown,
	form: ServerForm | null,
	end: string | null,
	timeoutMs = startMs,
): Error => {
	const { code, message = "", name } = error as { code?: unknown; message?: string; name?: string };
	if (code === 401 || name === "UnauthorizedError") {
		const hasHeader =
			form?.kind === "http" && Object.keys(form.headers).some((each) => /^authorization$/i.test(each));
		return hasHeader
			? new Error("it refused the Authorization header of its settings (401)")
			: new LoginNeeded("it wants a login");
	}
	if (code === 404) return new Error(forgotten);
	if (code === timedOut && end === null)
		return new Error(`no answer within ${timeoutMs / 1000} s: it was told that the call is cancelled`);
	const why = causeOf(error) ?? message.replace(/^MCP error -?\d+: /, "");
	return new Error(headOf(plainText(end ?? why), maxReasonChars).trim() || "it failed without a word");
};

/** The SDK's own number for an answer that did not come. */
const timedOut = -32001;

/** `fetch` says only that it failed. */
const causeOf = (error: unknown): string | null => {
	const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
	return message === "fetch failed" && cause ? cause.message || cause.code || null : null;
};
