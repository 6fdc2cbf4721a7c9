import { expect, test } from "vitest";
import type { ToolDescription } from "../../../protocol/index.ts";
import type { ToolCall } from "../../../server/context/transcript.ts";
import { meantCall, OfferedTools } from "../../../server/sessions/offeredTools.ts";

const tool = (name: string, description = "Does."): ToolDescription => ({
	name,
	description,
	inputSchema: { type: "object" },
});
const host = (...tools: ToolDescription[]) => ({ tools, addTool: async () => tool("x") });
const names = (tools: readonly ToolDescription[]) => tools.map(({ name }) => name);

test("tools stay as they are once a turn was sent, and news are told once", () => {
	const offered = new OfferedTools();
	expect(names(offered.next(host(tool("a"))))).toEqual(["a", "call_tool"]);
	offered.changed();
	const first = offered.next(host(tool("a"), tool("b")));
	expect(names(first), "nothing was sent yet").toEqual(["a", "b", "call_tool"]);
	expect(offered.news(host(tool("a"), tool("b")))).toBe("");
	offered.sent(host(tool("a"), tool("b")));

	offered.changed();
	const now = host(tool("b", "Does more."), tool("c"));
	expect(offered.next(now)).toBe(first);
	expect(offered.news(now)).toBe(
		[
			'New tool b, to be called with call_tool. Does more.\nArguments: {"type":"object"}',
			'New tool c, to be called with call_tool. Does.\nArguments: {"type":"object"}',
			"a is no tool any more.",
		].join("\n"),
	);
	offered.sent(now);
	expect(offered.news(now)).toBe("");

	offered.beginEpoch();
	expect(offered.news(now)).toBe("");
	expect(names(offered.next(now))).toEqual(["b", "c", "call_tool"]);
});

test("a turn without a kernel has no tools, and the next ones have those of before", () => {
	const offered = new OfferedTools();
	expect(offered.next(null)).toEqual([]);
	const tools = offered.next(host(tool("a")));
	offered.sent(host(tool("a")));
	expect(offered.next(null)).toEqual([]);
	expect(offered.next(host(tool("a")))).toBe(tools);
});

test("a host that takes no tools has its own", () =>
	expect(new OfferedTools().next({ tools: [tool("a")] })).toEqual([tool("a")]));

const call = (name: string, args: object): ToolCall => ({
	kind: "toolCall",
	callId: "c",
	name,
	args: { ...args },
	executor: "server",
});

test.each([
	["call_tool", { name: "f", args: { x: 1 } }, "f", { x: 1 }],
	["call_tool", { name: "f", args: '{"x":1}' }, "f", { x: 1 }],
	["call_tool", { name: "f", args: "x" }, "f", {}],
	["call_tool", { args: {} }, "call_tool", { args: {} }],
	["f", { name: "g", args: {} }, "f", { name: "g", args: {} }],
])("%s(%j) means %s(%j)", (name, args, meant, meantArgs) =>
	expect(meantCall(call(name, args))).toEqual(call(meant, meantArgs)),
);
