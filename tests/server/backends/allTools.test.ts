/** The tools that sessions have, as every provider takes them: offered, called, answered, under their own names. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../../server/backends/backend.ts";
import { laterTool } from "../../../server/tools/offered.ts";
import { placeOf } from "../../../server/tools/places.ts";
import { Toolbox } from "../../../server/tools/toolbox.ts";
import { backendSubjects } from "../../support/backendSubjects.ts";
import { Conversation } from "../../support/conversation.ts";
import { type ModelServer, startModelServer } from "../../support/modelServer/modelServer.ts";

const toolbox = new Toolbox({
	skills: {
		kind: "texts and more",
		current: async () => ({ problem: "There is no such skill." }),
		accept: () => {},
		place: () => placeOf("/tmp", "/tmp", {}),
		runCell: async () => null,
		offer: async () => null,
		look: async () => "",
	},
	python: () => ({
		cwd: async () => null,
		look: async () => ({ text: "" }),
		shown: async () => ({ doubt: "nothing is known" }),
		compute: async () => ({ content: [], isError: false }),
		runPython: async () => ({ content: [], isError: false }),
		runScript: async () => ({ content: [], isError: false }),
		describeFunction: async () => ({ reason: "is not defined" }),
		functionNames: async () => [],
		callFunction: async () => ({ content: [], isError: false }),
	}),
	place: async () => placeOf("/tmp", "/tmp", {}),
	environment: () => ({}),
	mcp: null,
	onTerminals: () => {},
	changes: () => "",
});
const tools = [...(toolbox.descriptions ?? []), laterTool];
const args: Readonly<Record<string, object>> = {
	pyrun: { code: "1" },
	bash: { cmd: "ls" },
	start_bgterm: { cmd: "ls" },
	write_stdin: { sid: 1, chars: "x\n" },
	close_bgterm: { sid: 1 },
	lnhashview_file: { path: "a" },
	exhash_file: { path: "a", cmds: ["%d"] },
	look: { what: "df[:5]" },
	load_skill: { name: "weaving" },
	set_up_skill: { name: "weaving" },
	call_tool: { name: "f", args: {} },
};

test("there are the predecessors' seven, look, and those for skills", () =>
	expect(tools.map(({ name }) => name)).toEqual([
		"pyrun",
		"bash",
		"start_bgterm",
		"write_stdin",
		"close_bgterm",
		"lnhashview_file",
		"exhash_file",
		"look",
		"load_skill",
		"set_up_skill",
		"call_tool",
	]));

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

		test("every tool is called by its own name, with its arguments", async () => {
			const conversation = new Conversation(
				backend,
				subject.environment(server),
				subject.model,
				subject.cwd(),
			);
			for (const { name } of tools) {
				const called: unknown[] = [];
				const turn = await conversation.say(
					`@@tool ${wireName(subject.name, name)} ${JSON.stringify(args[name])}@@`,
					{
						tools,
						callTool: (call) => {
							called.push([call.name, call.args, call.executor]);
							return `${name} says so`;
						},
					},
				);
				expect(called, name).toEqual([[name, args[name], "server"]]);
				expect(turn.stopReason).toBe("endTurn");
				expect(JSON.stringify(turn.entries)).toContain(`${name} says so`);
			}
			const [first] = server.requests.filter(({ body }) => (body.tools ?? []).length > 0);
			expect(JSON.stringify(first!.body.tools)).toContain("write_stdin");
		});
	});
});

/** What the loopback model calls it: a client that prefixes our names, or keeps one for itself, is offered another. */
const wireName = (backend: string, name: string): string => {
	if (backend === "claude-sdk") return `mcp__ipy__${name}`;
	return backend === "codex" && name === "write_stdin" ? "ipy_write_stdin" : name;
};
