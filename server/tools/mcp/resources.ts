/** What an MCP server offers to be read: listed and read by the model, as one more of the server's tools. */
import { rowText } from "../../../ground/text/plainText.ts";
import type { Content } from "../../../protocol/index.ts";
import { failure, type Outcome, type Tool } from "../tool.ts";
import type { Listed } from "./connection.ts";
import { resourceContent } from "./results.ts";
import { aboutArguments, type ToolSource, toolName } from "./serverTools.ts";

export type Resources = Pick<ToolSource, "server" | "identity" | "place"> & {
	/** Reject with a sentence. */
	list(signal: AbortSignal): Promise<readonly Listed[]>;
	read(uri: string, signal: AbortSignal): Promise<Listed>;
};

const maxListed = 200;
const maxChars = 2000;

export const resourceTool = ({ server, identity, place, list, read }: Resources): Tool => ({
	name: toolName(server, "resource"),
	description: `Read a resource of the MCP server ${rowText(server)}: a document or record under an address (uri) of the server's own. Without uri it lists them.`,
	inputSchema: {
		type: "object",
		properties: {
			uri: { type: "string", description: "The resource; the list of them when left out." },
		},
		additionalProperties: false,
	},
	effect: "callsServer",
	prepare: async ({ uri = null }) => {
		if (uri !== null && (typeof uri !== "string" || uri.length > maxChars))
			return { problem: `"uri" is a text of up to ${maxChars} characters.` };
		return {
			...aboutArguments({ uri }, await place()),
			grant: {
				key: `mcp-resource:${identity}`,
				text: `read resources of the MCP server ${rowText(server)} in this session without asking`,
			},
			run: async ({ signal }): Promise<Outcome> => {
				try {
					const content =
						uri === null
							? [text(listOf(await list(signal)))]
							: resourceContent((await read(uri, signal)).contents);
					return { content, isError: false };
				} catch (error) {
					signal.throwIfAborted();
					return failure(`Not read: ${(error as Error).message}.`);
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
