/** `mcp_resource`: what MCP servers offer to be read, listed and read by the model with the person's permission. */
import { rowText } from "../../../ground/text/plainText.ts";
import type { Content } from "../../../protocol/index.ts";
import { failure, type Outcome, type Tool } from "../tool.ts";
import type { Listed } from "./connection.ts";
import { resourceContent } from "./results.ts";
import type { McpServer } from "./server.ts";

const maxListed = 200;
const maxChars = 2000;

export const resourceTool = (servers: readonly McpServer[]): Tool => ({
	name: "mcp_resource",
	description:
		"Read a resource of an MCP server of the person's: a document or record under an address (uri) of the server's own. Without uri it lists the resources of the server.",
	inputSchema: {
		type: "object",
		properties: {
			server: { type: "string", description: "The server's name." },
			uri: { type: "string", description: "The resource; the list of them when left out." },
		},
		required: ["server"],
		additionalProperties: false,
	},
	effect: "callsServer",
	prepare: async ({ server: name, uri = null }) => {
		const able = servers.filter((server) => server.offers("resources"));
		const server = able.find((each) => each.name === name);
		if (!server) {
			const names = able.map((each) => rowText(each.name)).join(", ");
			return { problem: `mcp_resource needs "server", one of: ${names}.` };
		}
		if (uri !== null && (typeof uri !== "string" || uri.length > maxChars))
			return { problem: `"uri" is a text of up to ${maxChars} characters.` };
		return {
			check: "open",
			grant: {
				key: `mcp-resource:${JSON.stringify(server.configured)}`,
				text: `read resources of the MCP server ${rowText(server.name)} in this session without asking`,
			},
			run: async ({ signal }): Promise<Outcome> => {
				try {
					const content =
						uri === null
							? [text(listOf(await server.list("resources", signal)))]
							: resourceContent((await server.read(uri, signal)).contents);
					return { content, isError: false };
				} catch (error) {
					signal.throwIfAborted();
					return failure(
						`The MCP server ${rowText(server.name)} did not answer: ${(error as Error).message}.`,
					);
				}
			},
		};
	},
});

const text = (said: string): Content => ({ kind: "text", text: said });

const listOf = (resources: readonly Listed[]): string => {
	if (resources.length === 0) return "It has no resources.";
	const rows = resources.slice(0, maxListed).map(({ uri, name, description }) => {
		const [address, called, about] = [uri, name, description].map((each) =>
			typeof each === "string" ? rowText(each.slice(0, 300).toWellFormed()) : "",
		);
		return `${address}  ${called}${about === "" ? "" : `: ${about}`}`;
	});
	const more = resources.length - rows.length;
	return [...rows, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
};
