import { expect, test } from "vitest";
import type { ToolDescription } from "../../../protocol/index.ts";
import type { ToolCall } from "../../../server/context/transcript.ts";
import { meantCall, OfferedTools } from "../../../server/tools/offered.ts";

const tool = (name: string, description = "Does."): ToolDescription => ({
	name,
	description,
	inputSchema: { type: "object" },
});
const names = (tools: readonly ToolDescription[]) => tools.map(({ name }) => name);

test("tools stay as they are once a turn was sent, and news are told once", () => {
	const offered = new OfferedTools();
	expect(names(offered.next([tool("a")]))).toEqual(["a", "call_tool"]);
	offered.changed();
	const first = offered.next([tool("a"), tool("b")]);
	expect(names(first), "nothing was sent yet").toEqual(["a", "b", "call_tool"]);
	expect(offered.news([tool("a"), tool("b")])).toBe("");
	offered.sent([tool("a"), tool("b")]);

	offered.changed();
	const now = [tool("b", "Does more."), tool("c")];
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
	const tools = offered.next([tool("a")]);
	offered.sent([tool("a")]);
	expect(offered.next(null)).toEqual([]);
	expect(offered.next([tool("a")])).toBe(tools);
});

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
