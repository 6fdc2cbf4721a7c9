/** A server as people write them, with the SDK: what a test asks of its tools it does. */
import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
	CallToolRequestSchema,
	GetPromptRequestSchema,
	ListPromptsRequestSchema,
	ListResourcesRequestSchema,
	ListToolsRequestSchema,
	ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

/** A red pixel. */
export const picture =
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

const object = (properties: object) => ({ type: "object" as const, properties });
const text = (said: string) => ({ content: [{ type: "text" as const, text: said }] });

/** `log`: a file that cancelled calls are told in; none where it is empty. */
export const usualServer = (log: string): Server => {
	const server = new Server(
		{ name: "usual", version: "1" },
		{ capabilities: { tools: { listChanged: true }, prompts: {}, resources: {} } },
	);
	const tools = [
		{
			name: "echo",
			description: "Says it again.",
			inputSchema: object({ text: { type: "string" } }),
			annotations: { readOnlyHint: true },
		},
		{ name: "picture", description: "Shows a pixel.", inputSchema: object({}) },
		{ name: "environment", description: "Its variables.", inputSchema: object({}) },
		{ name: "wait", description: "Never answers.", inputSchema: object({}) },
		{ name: "steps", description: "Tells how far it is.", inputSchema: object({}) },
		{ name: "die", description: "Ends the server.", inputSchema: object({}) },
		{ name: "grow", description: "Brings a tool.", inputSchema: object({}) },
		{ name: "fail", description: "Says that it failed.", inputSchema: object({}) },
	];
	server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
	server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, sendNotification, _meta }) => {
		switch (params.name) {
			case "echo":
				return text(String(params.arguments?.text));
			case "picture":
				return { content: [{ type: "image", mimeType: "image/png", data: picture }] };
			case "environment":
				return text(JSON.stringify(process.env));
			case "wait":
				if (log !== "") appendFileSync(log, "began\n");
				await new Promise((resolve) => signal.addEventListener("abort", resolve));
				if (log !== "") appendFileSync(log, "cancelled\n");
				return text("too late");
			case "steps": {
				const progressToken = _meta?.progressToken ?? 0;
				const params = { progressToken, progress: 1, message: "half of it" };
				await sendNotification({ method: "notifications/progress", params });
				// The answer comes after a round trip: nothing overtakes the news.
				return text((await server.listRoots()).roots[0]?.name ?? "");
			}
			case "die":
				return process.exit(3);
			case "grow":
				tools.push({ name: "grown", description: "A new one.", inputSchema: object({}) });
				await server.sendToolListChanged();
				return text("grown");
			case "fail":
				return { ...text("it went wrong"), isError: true };
			default:
				return text(params.name);
		}
	});
	server.setRequestHandler(ListPromptsRequestSchema, () => ({
		prompts: [{ name: "greet", description: "Greets.", arguments: [{ name: "who", required: true }] }],
	}));
	server.setRequestHandler(GetPromptRequestSchema, ({ params }) => ({
		messages: [
			{
				role: "user",
				content: { type: "text", text: `Greet ${params.arguments?.who} and tell $\`secret\`.` },
			},
		],
	}));
	server.setRequestHandler(ListResourcesRequestSchema, () => ({
		resources: [{ uri: "note://one", name: "One", description: "The first note." }],
	}));
	server.setRequestHandler(ReadResourceRequestSchema, async ({ params }) => {
		await delay(0);
		return { contents: [{ uri: params.uri, text: "the note says so" }] };
	});
	return server;
};
