/**
 * One model for both sides of a comparison: the same answer after the same time, told as the Anthropic API tells it
 * and as a Tabby server does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { anthropicWire } from "../../tests/support/modelServer/anthropicWire.ts";

export type LoopbackModel = { readonly url: string; close(): void };

export type ModelOptions = {
	readonly delayMs: number;
	/** What belongs between the two, called as the request comes in. */
	answer(prefix: string, suffix: string): string;
};

export const startLoopbackModel = async ({ delayMs, answer }: ModelOptions): Promise<LoopbackModel> => {
	const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const { body, wire } = await read(request);
		if (wire === null) return void response.writeHead(404).end();
		if (wire === "health") return json(response, { device: "cpu" });
		const { prefix, suffix } = wire === "tabby" ? body.segments : aroundCursor(body);
		const text = answer(prefix, suffix ?? "");
		await delay(delayMs);
		if (wire === "tabby") return json(response, { id: "loopback", choices: [{ index: 0, text }] });
		response.writeHead(200, { "content-type": "text/event-stream" });
		const script = { steps: [{ kind: "text", text }], stop: "endTurn", slow: false, fault: null } as const;
		for (const { event, data } of anthropicWire.events(script, body, "loopback"))
			response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
		response.end();
	};
	const server = createServer((request, response) => void serve(request, response));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
};

const wires = { "/v1/messages": "anthropic", "/v1/completions": "tabby", "/v1/health": "health" } as const;

const read = async (request: IncomingMessage) => {
	let text = "";
	for await (const chunk of request) text += chunk;
	const path = new URL(request.url ?? "/", "http://localhost").pathname;
	return { body: text === "" ? {} : JSON.parse(text), wire: wires[path as keyof typeof wires] ?? null };
};

const json = (response: ServerResponse, value: unknown): void => {
	response.writeHead(200, { "content-type": "application/json" });
	response.end(JSON.stringify(value));
};

/** Our prompt for a suggestion names what stands before and after the cursor. */
// biome-ignore lint/suspicious/noExplicitAny: a request body, only looked at
const aroundCursor = (body: any): { prefix: string; suffix: string } => {
	const content = body.messages.at(-1).content;
	const text: string = typeof content === "string" ? content : content.at(-1).text;
	return {
		prefix: /<prefix>([\s\S]*)<\/prefix>/.exec(text)?.[1] ?? "",
		suffix: /<suffix>([\s\S]*)<\/suffix>/.exec(text)?.[1] ?? "",
	};
};
