/** Our tools as the in-process MCP server `ipy` of a Claude Code child. */
import type { McpSdkServerConfigWithInstance } from "@anthropic-ai/claude-agent-sdk";
import type { Content, ToolDescription } from "../../../protocol/index.ts";
import { type WireNames, wireNames } from "../loop/wireId.ts";

export type ToolAnswer = { readonly content: readonly Content[]; readonly isError: boolean };

const prefix = "mcp__ipy__";

/** Our tools by the names under which Claude Code offers them; every other tool is its own. */
export const claudeNames = (tools: readonly ToolDescription[]): WireNames => {
	const base = wireNames(tools);
	const ours = new Set(tools.map((tool) => tool.name));
	return {
		toWire: (name) => (ours.has(name) ? `${prefix}${base.toWire(name)}` : name),
		fromWire: (name) => (name.startsWith(prefix) ? base.fromWire(name.slice(prefix.length)) : name),
		isProviders: (name) => !name.startsWith(prefix),
	};
};

type Message = { id?: number | string; method?: string; params?: Record<string, unknown> };

type Transport = {
	onmessage?: (message: Message) => void;
	start?(): Promise<void>;
	send(message: unknown): Promise<void>;
};

/**
 * The four messages of MCP that a tool server has to answer. Written out, because the SDK's own way takes zod
 * shapes and our tools come with JSON Schema. `call` never rejects.
 */
export const createToolServer = (
	tools: readonly ToolDescription[],
	names: WireNames,
	call: (toolUseId: string) => Promise<ToolAnswer>,
): McpSdkServerConfigWithInstance => {
	const answer = async ({ method, params }: Message): Promise<unknown> => {
		switch (method) {
			case "initialize":
				return {
					protocolVersion: params?.protocolVersion,
					capabilities: { tools: {} },
					serverInfo: { name: "ipy", version: "1" },
				};
			case "ping":
				return {};
			case "tools/list":
				return {
					tools: tools.map((tool) => ({
						name: names.toWire(tool.name).slice(prefix.length),
						description: tool.description,
						inputSchema: { type: "object", ...tool.inputSchema },
						// Else a child with many tools shows only their names until the model searches for them, and
						// puts long results into a file. The server has cut already what is too long.
						_meta: { "anthropic/alwaysLoad": true, "anthropic/maxResultSizeChars": 500_000 },
					})),
				};
			case "tools/call": {
				const meta = params?._meta as Record<string, unknown> | undefined;
				const { content, isError } = await call(String(meta?.["claudecode/toolUseId"]));
				return { content: content.map(toMcp), isError };
			}
			default:
				return undefined;
		}
	};
	const instance = {
		async connect(transport: Transport): Promise<void> {
			transport.onmessage = async (message) => {
				if (message.id === undefined) return;
				const result = await answer(message);
				const body =
					result === undefined
						? { error: { code: -32601, message: `No method ${message.method} here.` } }
						: { result };
				// A closed child takes no answer any more.
				await transport.send({ jsonrpc: "2.0", id: message.id, ...body }).catch(() => {});
			};
			await transport.start?.();
		},
		async close(): Promise<void> {},
	};
	return {
		type: "sdk",
		name: "ipy",
		instance: instance as unknown as McpSdkServerConfigWithInstance["instance"],
	};
};

const toMcp = (part: Content) =>
	part.kind === "text"
		? { type: "text", text: part.text }
		: { type: "image", mimeType: part.mimeType, data: part.data };
