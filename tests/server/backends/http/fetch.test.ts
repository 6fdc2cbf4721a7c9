import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import type { Environment } from "../../../../server/backends/backend.ts";
import { agentsOf } from "../../../../server/backends/http/agents.ts";
import { fetchFor } from "../../../../server/backends/http/fetch.ts";
import { chatBackend } from "../../../support/apiBackends.ts";
import { certificate, certificateKey } from "../../../support/certificate.ts";
import { Conversation, sayOnce } from "../../../support/conversation.ts";
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
	const proxied = fetchFor({ HTTP_PROXY: at, NO_PROXY: "other.invalid" });
	const answer = await proxied("http://model.invalid/v1?a=1", { method: "POST", body: "{}" });
	expect([answer.status, await answer.text()]).toEqual([200, "through"]);
	expect(seen).toEqual(["http://model.invalid/v1?a=1"]);
	await expect(proxied("http://other.invalid/v1")).rejects.toThrow("fetch failed");
});

test("a server on this machine is not asked for at the proxy", async () => {
	const proxy = await serverThatSees();
	const { seen, at } = await serverThatSees();
	const proxied = fetchFor({ http_proxy: proxy.at, https_proxy: proxy.at });
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
	const response = await fetchFor({})(`http://${await listen(server)}/`, { signal: abort.signal });
	const reader = response.body!.getReader();
	expect(Buffer.from((await reader.read()).value!).toString()).toBe("one");
	const next = reader.read();
	abort.abort();
	await expect(next).rejects.toThrow("aborted");
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
			response.end("here");
		});
	});
	const at = `http://${await listen(server)}`;
	const response = await fetchFor({})(`${at}/old`, {
		method: "POST",
		headers: { authorization: "k" },
		body: "{}",
	});
	expect([response.status, await response.text()]).toEqual([200, "here"]);
	expect(seen).toEqual(["POST /old k {}", "POST /new k {}"]);
});

test("no other server gets a key or a conversation: a question ends there, a download goes on without", async () => {
	const seen: string[] = [];
	const other = createServer((request, response) => {
		const { authorization, cookie, range, "x-api-key": key } = request.headers;
		seen.push([request.method, authorization, cookie, key, range].join(" "));
		response.end("there");
	});
	const location = `http://${await listen(other)}/`;
	const first = createServer((request, response) => {
		request.resume();
		response.writeHead(Number(request.url!.slice(1)), { location }).end("moved");
	});
	const at = `http://${await listen(first)}`;
	const headers = { authorization: "k", cookie: "c", "x-api-key": "k", range: "bytes=1-" };
	for (const status of [301, 302, 303, 307, 308]) {
		const question = await fetchFor({})(`${at}/${status}`, { method: "POST", headers, body: "{}" });
		expect([question.status, await question.text()]).toEqual([status, "moved"]);
		expect(seen).toEqual([]);
		const download = await fetchFor({})(`${at}/${status}`, { headers });
		expect(await download.text()).toBe("there");
		expect(seen.splice(0)).toEqual(["GET    bytes=1-"]);
	}
});

test("a server that sends in circles is not followed for ever", async () => {
	let count = 0;
	const server = createServer((request, response) => {
		count++;
		request.resume();
		response.writeHead(307, { location: request.url! }).end();
	});
	expect((await fetchFor({})(`http://${await listen(server)}/`)).status).toBe(307);
	expect(count).toBe(6);
});

test.each([
	[{ ALL_PROXY: "socks5h://me:secret@127.0.0.1:1080" }, "ALL_PROXY is", "a SOCKS proxy: set HTTPS_PROXY"],
	[{ https_proxy: "socks4://127.0.0.1:1080" }, "https_proxy is", "a SOCKS proxy: set HTTPS_PROXY"],
	[{ HTTPS_PROXY: "http://127.0.0.1:99999" }, "HTTPS_PROXY is", "no address of an HTTP proxy"],
	[{ HTTPS_PROXY: "ftp://127.0.0.1" }, "HTTPS_PROXY is", "no address of an HTTP proxy"],
])("with %j a sentence says what to do, and no more is tried", async (environment, name, advice) => {
	const url = "https://model.invalid/v1";
	const turn = await sayOnce(chatBackend(), { OPENAI_BASE_URL: url, ...environment });
	expect(turn.error).toContain(name);
	expect(turn.error).toContain(advice);
	expect(turn.error).not.toContain("secret");
	expect(turn.updates.filter(({ kind }) => kind === "retrying")).toEqual([]);
});

test("a proxy may lack its scheme, and serve all schemes", async () => {
	const { seen, at } = await serverThatSees();
	const environments: Environment[] = [{ HTTP_PROXY: at.slice("http://".length) }, { all_proxy: at }];
	for (const environment of environments)
		await (await fetchFor(environment)("http://model.invalid/a")).text();
	expect(seen).toEqual(["http://model.invalid/a", "http://model.invalid/a"]);
});

test.each([
	["model.invalid", true],
	["invalid", true],
	[".invalid", true],
	["*.invalid", true],
	["other.invalid, model.invalid:80", true],
	["model.invalid:81", false],
	["del.invalid", false],
	["10.0.0.0/8 *", true],
])("NO_PROXY=%s keeps model.invalid from the proxy: %s", async (NO_PROXY, direct) => {
	const asked = agentsOf({ ALL_PROXY: "socks5://127.0.0.1:1", NO_PROXY });
	const url = new URL("http://model.invalid/");
	if (direct) expect(asked(url)).toBe(asked(new URL("http://127.0.0.1/")));
	else expect(() => asked(url)).toThrow("SOCKS");
});

test("a range of addresses is kept from the proxy", () => {
	const asked = agentsOf({ ALL_PROXY: "socks5://127.0.0.1:1", NO_PROXY: "10.0.0.0/8,192.168.1.0/33,x/8" });
	expect(() => asked(new URL("http://10.1.2.3:8000/"))).not.toThrow();
	for (const host of ["11.1.2.3", "192.168.1.1"])
		expect(() => asked(new URL(`http://${host}/`))).toThrow("a SOCKS proxy");
});

test("what a server says of a failure, and a list, is read to a limit", async () => {
	const endless = createServer((request, response) => {
		response.writeHead(request.url === "/list" ? 200 : 500, { "content-type": "application/json" });
		const more = () => void response.write("x".repeat(65_536), (error) => error || more());
		more();
	});
	const at = `http://${await listen(endless)}`;
	for (const path of ["/list", "/failure"]) {
		const { length } = await (await fetchFor({})(at + path)).text();
		expect(length).toBeGreaterThan(1_000_000);
		expect(length).toBeLessThanOrEqual(4_000_000);
	}
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
	const ask = fetchFor({});
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
	const { body } = await fetchFor({})(`http://${await listen(server)}/`, { signal: abort.signal });
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
	const backend = chatBackend();
	const say = (more: object) =>
		new Conversation(backend, { OPENAI_BASE_URL, ...more }, "some-model").say("hello");
	expect(await say({ NODE_EXTRA_CA_CERTS })).toMatchObject({ text: "Hello", error: null });
	const { error } = await say({});
	expect(error).toContain("is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)");
	expect(error).toContain("NODE_EXTRA_CA_CERTS");
	await backend.dispose();
});
