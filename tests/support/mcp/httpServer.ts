/** The usual server over streamable HTTP on loopback, for as long as a test runs. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { onTestFinished } from "vitest";
import { Authorization } from "./authorization.ts";
import { usualServer } from "./usualServer.ts";

export type HttpServer = {
	readonly url: string;
	readonly requests: readonly { readonly method: string; readonly authorization: string | undefined }[];
	/** All sessions are forgotten, as after a restart. */
	forget(): void;
};

/** `guard`: who does not bring its token, or one of its tokens, is turned away. */
export const startHttpServer = async (guard: string | Authorization | null = null): Promise<HttpServer> => {
	const sessions = new Map<string, StreamableHTTPServerTransport>();
	const requests: { method: string; authorization: string | undefined }[] = [];
	const server = createServer(async (request, response) => {
		const { authorization } = request.headers;
		requests.push({ method: request.method ?? "", authorization });
		if (guard instanceof Authorization && (await guard.handle(request, response))) return;
		const token = authorization?.replace(/^Bearer /, "") ?? "";
		if (guard !== null && (typeof guard === "string" ? token !== guard : !guard.tokens.has(token))) {
			response.writeHead(401).end();
			return;
		}
		const body = await jsonOf(request);
		const known = request.headers["mcp-session-id"];
		let transport = typeof known === "string" ? sessions.get(known) : undefined;
		if (!transport) {
			if (known !== undefined) {
				response.writeHead(404).end();
				return;
			}
			transport = new StreamableHTTPServerTransport({
				sessionIdGenerator: randomUUID,
				onsessioninitialized: (id) => void sessions.set(id, transport!),
			});
			await usualServer("").connect(transport as never);
		}
		await transport.handleRequest(request, response, body);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
		requests,
		forget: () => sessions.clear(),
	};
};

/** The same over the transport that Streamable HTTP has replaced. */
export const startSseServer = async (): Promise<string> => {
	const streams = new Map<string, SSEServerTransport>();
	const server = createServer(async (request, response) => {
		if (request.method === "GET") {
			const transport = new SSEServerTransport("/messages", response);
			streams.set(transport.sessionId, transport);
			await usualServer("").connect(transport);
			return;
		}
		const id = new URL(request.url ?? "", "http://x").searchParams.get("sessionId") ?? "";
		await streams.get(id)?.handlePostMessage(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`;
};

const jsonOf = async (request: IncomingMessage): Promise<unknown> => {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString("utf8"));
};
