/** `ipyai mcp`: the person's live sessions for other AI programs, as an MCP server on standard input and output. */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { workingFolderOr } from "../../ground/paths/workingFolder.ts";
import { createRedact } from "../../ground/secrets/redact.ts";
import { joinServer } from "../common/server/joinServer.ts";
import { LiveSessions } from "./liveSessions.ts";
import { callTool, toolDescriptions } from "./tools.ts";

const usage = `Usage: ipyai mcp

  An MCP server on standard input and output, for an AI program to start: its tools list the live sessions, look at
  their variables, read what was run and said in them, and run cells that a person in the session allows.
`;

const args = process.argv.slice(2);
if (args.length > 0) {
	process.stderr.write(usage);
	process.exit(args[0] === "--help" || args[0] === "-h" ? 0 : 2);
}

const cwd = workingFolderOr("/");
const redact = createRedact(process.env);
const server = new Server({ name: "ipyai", version: "1" }, { capabilities: { tools: {} } });
const sessions = new LiveSessions({
	cwd,
	connect: () =>
		joinServer({
			name: `${server.getClientVersion()?.name.slice(0, 100) || "an MCP client"} (mcp)`,
			cwd,
			environment: process.env,
			answers: "nothing",
		}),
});
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...toolDescriptions] }));
server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal }) =>
	callTool(sessions, redact, { name: params.name, args: params.arguments ?? {}, signal }),
);
server.onclose = () => {
	sessions.close();
	process.exit(0);
};
await server.connect(new StdioServerTransport());
// The transport does not look for the end of its input.
process.stdin.once("end", () => void server.close());
