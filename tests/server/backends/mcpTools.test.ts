/** A tool of a real MCP server, on every backend with its real client: offered, permitted by the door, called, answered. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../../server/backends/backend.ts";
import { Approvals } from "../../../server/tools/approvals.ts";
import { Door } from "../../../server/tools/call.ts";
import { Grants } from "../../../server/tools/grants.ts";
import { placeOf } from "../../../server/tools/places.ts";
import { described, type Tool } from "../../../server/tools/tool.ts";
import { backendSubjects } from "../../support/backendSubjects.ts";
import { Conversation } from "../../support/conversation.ts";
import { configured, openServers, programOf } from "../../support/mcp/servers.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer/modelServer.ts";

const doorTo = (tools: readonly Tool[]): Door => {
	const log = { add: () => {}, settle: () => {}, hint: () => {} };
	return new Door({
		log,
		approvals: new Approvals({ log, canAsk: () => false, newId: () => "a" }),
		grants: new Grants(),
		rules: () => [
			{ ruling: "deny", text: "fail", tool: "mcp__usual__fail", pattern: null, source: "person" },
		],
		mode: () => "yolo",
		place: () => placeOf("/tmp", "/tmp", {}),
		tools: () => tools,
		redact: (text) => text,
	});
};

describe.each(backendSubjects)("$name", (subject) => {
	describe.skipIf(subject.missing !== null)("with its client", () => {
		let server: ModelServer;
		let backend: Backend;
		beforeAll(async () => {
			server = await startModelServer();
			backend = subject.create();
		});
		afterAll(async () => {
			await backend.dispose();
			await server.close();
		});

		test("its answer, a picture of it and the door's refusal reach the model", async () => {
			const { servers } = await openServers({ own: [configured("usual", programOf("main"))] });
			const door = doorTo(servers.tools);
			const conversation = new Conversation(
				backend,
				subject.environment(server),
				subject.model,
				subject.cwd(),
			);
			const say = async (name: string, args: object) => {
				const wire = `${{ "claude-sdk": "mcp__ipy__", codex: "ipy_" }[subject.name] ?? ""}${name}`;
				const { signal } = new AbortController();
				const turn = await conversation.say(`@@tool ${wire} ${JSON.stringify(args)}@@`, {
					tools: servers.tools.map(described),
					callTool: (call) => door.call("t", call, signal),
				});
				expect(turn.stopReason).toBe("endTurn");
				return JSON.stringify(turn.entries);
			};
			expect(await say("mcp__usual__echo", { text: "from the server" })).toContain(
				'"text":"from the server"',
			);
			expect(await say("mcp__usual__picture", {})).toContain("image/png");
			expect(await say("mcp__usual__fail", {})).toContain("rules forbid this call");
		});
	});
});
