/** `ipyai mcp` as an AI program starts it: a process of its own that finds or starts the person's server. */
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, test } from "vitest";
import { newPerson } from "../support/person.ts";
import { repository } from "../support/sources.ts";

test("an MCP client starts it, is given its tools, and learns that there is no session", async () => {
	const person = newPerson();
	const client = new Client({ name: "claude-code", version: "1" });
	await client.connect(
		new StdioClientTransport({
			command: process.execPath,
			args: [join(repository, "clients/mcp/main.ts")],
			env: { ...person.environment },
			cwd: person.folder,
		}),
	);
	const { tools } = await client.listTools();
	expect(tools.map(({ name }) => name)).toEqual([
		"list_sessions",
		"variables",
		"inspect",
		"transcript",
		"run_cell",
	]);
	const { content } = await client.callTool({ name: "list_sessions", arguments: {} });
	expect(content).toEqual([
		{ type: "text", text: "There is no live session: the person starts one with ipyai in a terminal." },
	]);
	await client.close();
});
