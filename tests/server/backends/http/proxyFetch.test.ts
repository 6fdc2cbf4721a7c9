import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { createOpenAiChatBackend } from "../../../../server/backends/chat/openaiChat.ts";
import { fetchThroughProxy } from "../../../../server/backends/http/proxyFetch.ts";
import { quickRetries } from "../../../support/backendSubjects.ts";
import { certificate, certificateKey } from "../../../support/certificate.ts";
import { Conversation } from "../../../support/conversation.ts";
import { folderWith } from "../../../support/folder.ts";

const servers: Server[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
});

const listen = async (server: Server): Promise<string> => {
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A server that keeps the addresses it was asked for. */
const serverThatSees = async () => {
	const seen: string[] = [];
	const answer: RequestListener = (request, response) => {
		seen.push(request.url ?? "");
		response.end("through");
	};
	return { seen, at: `http://${await listen(createServer(answer))}` };
};

test("requests go through the proxy of the given environment, except where it says not to", async () => {
	const { seen, at } = await serverThatSees();
	const proxied = fetchThroughProxy({ HTTP_PROXY: at, NO_PROXY: "other.invalid" });
	const answer = await proxied("http://model.invalid/v1?a=1", { method: "POST", body: "{}" });
	expect([answer.status, await answer.text()]).toEqual([200, "through"]);
	expect(seen).toEqual(["http://model.invalid/v1?a=1"]);
	await expect(proxied("http://other.invalid/v1")).rejects.toThrow();
});

test("a server on this machine is not asked for at the proxy", async () => {
	const proxy = await serverThatSees();
	const { seen, at } = await serverThatSees();
	const proxied = fetchThroughProxy({ http_proxy: proxy.at, https_proxy: proxy.at });
	await (await proxied(`${at}/direct`)).text();
	expect([seen, proxy.seen]).toEqual([["/direct"], []]);
});

test("a stream is read as it comes, and let go of", async () => {
	let closed = () => {};
	const isClosed = new Promise<void>((resolve) => {
		closed = resolve;
	});
	const server = createServer((_, response) => {
		response.on("close", closed);
		response.write("one");
	});
	const abort = new AbortController();
	const response = await fetchThroughProxy({})(`http://${await listen(server)}/`, { signal: abort.signal });
	const reader = response.body!.getReader();
	expect(Buffer.from((await reader.read()).value!).toString()).toBe("one");
	const next = reader.read();
	abort.abort();
	await expect(next).rejects.toThrow();
	await isClosed;
});

test("a question that is sent elsewhere on the same server stays a question, with its body and its key", async () => {
	const seen: string[] = [];
	const server = createServer((request, response) => {
		let body = "";
		request.on("data", (part) => {
			body += part;
		});
		request.on("end", () => {
			seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
			if (request.url === "/old") response.writeHead(301, { location: "/new" });
			if (request.url === "/away") response.writeHead(308, { location: "http://other.invalid/" });
			response.end("here");
		});
	});
	const at = `http://${await listen(server)}`;
	const ask = (path: string, more: RequestInit = {}) =>
		fetchThroughProxy({})(at + path, {
			method: "POST",
			headers: { authorization: "k" },
			body: "{}",
			...more,
		});
	const response = await ask("/old");
	expect([response.status, await response.text()]).toEqual([200, "here"]);
	expect(seen).toEqual(["POST /old k {}", "POST /new k {}"]);
	expect((await ask("/away")).status).toBe(308);
	expect((await ask("/old", { redirect: "manual" })).status).toBe(301);
});

test("a resting connection that the server closes just then is replaced by another", async () => {
	const used = new Set<unknown>();
	const server = createServer((request, response) => {
		if (used.has(request.socket)) return request.socket.destroy();
		used.add(request.socket);
		request.resume();
		return response.end(String(used.size));
	});
	const at = `http://${await listen(server)}`;
	const ask = fetchThroughProxy({});
	const answers: string[] = [];
	for (const body of ["one", "two", "three"]) {
		answers.push(await (await ask(at, { method: "POST", body })).text());
		await new Promise(setImmediate);
	}
	expect(answers).toEqual(["1", "2", "3"]);
});

test("what a server packs unasked is unpacked as it comes", async () => {
	const server = createServer((_, response) => {
		response.writeHead(200, { "content-encoding": "gzip" });
		const gzip = createGzip();
		gzip.pipe(response);
		gzip.write("one");
		gzip.flush();
	});
	const abort = new AbortController();
	const { body } = await fetchThroughProxy({})(`http://${await listen(server)}/`, { signal: abort.signal });
	expect(Buffer.from((await body!.getReader().read()).value!).toString()).toBe("one");
	abort.abort();
});

test("a certificate of one's own is trusted where the environment names it, and told of where not", async () => {
	const server = createTlsServer({ cert: certificate, key: certificateKey }, (request, response) => {
		request.resume();
		response.setHeader("content-type", "application/json");
		response.end('{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}');
	});
	const OPENAI_BASE_URL = `https://${await listen(server)}/v1`;
	const NODE_EXTRA_CA_CERTS = join(folderWith({ "own.pem": certificate }), "own.pem");
	const backend = createOpenAiChatBackend(quickRetries);
	const say = (more: object) =>
		new Conversation(backend, { OPENAI_BASE_URL, ...more }, "some-model").say("hello");
	expect(await say({ NODE_EXTRA_CA_CERTS })).toMatchObject({ text: "Hello", error: null });
	const { error } = await say({});
	expect(error).toContain("is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)");
	expect(error).toContain("NODE_EXTRA_CA_CERTS");
	await backend.dispose();
});
