/** The model server refuses what the providers refuse: else the backends' tests would prove little. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ModelServer, startModelServer } from "./modelServer.ts";

let server: ModelServer;
beforeAll(async () => {
	server = await startModelServer();
});
afterAll(() => server.close());

const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
	const response = await fetch(`${server.url}${path}`, {
		method: "POST",
		headers,
		body: JSON.stringify(body),
	});
	return { status: response.status, text: await response.text(), headers: response.headers };
};

const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
const use = (id: string, name = "run") => ({ type: "tool_use", id, name, input: {} });
const result = (id: string) => ({ type: "tool_result", tool_use_id: id, content: "ok" });
const tools = [{ name: "run", input_schema: { type: "object" } }];

describe("Messages", () => {
	const messages = (messages: unknown[], more: object = {}) =>
		post("/v1/messages", { model: "claude-x", max_tokens: 10, tools, messages, ...more });

	test.each<[string, unknown[], object?]>([
		["no max_tokens", [user("hi")], { max_tokens: undefined }],
		["an assistant first", [assistant("hi")]],
		["a blank text", [user([{ type: "text", text: " " }])]],
		["a call without a result", [user("go"), assistant([use("t1")]), user("next")]],
		["a call at the end", [user("go"), assistant([use("t1")])]],
		["a result without a call", [user([result("t1")])]],
		["a result twice", [user("go"), assistant([use("t1")]), user([result("t1"), result("t1")])]],
		[
			"a result after text",
			[user("go"), assistant([use("t1")]), user([{ type: "text", text: "x" }, result("t1")])],
		],
		["a bad call id", [user("go"), assistant([use("t.1")]), user([result("t.1")])]],
		["a bad tool name", [user("go")], { tools: [{ name: "a b", input_schema: { type: "object" } }] }],
		["calls without tools", [user("go"), assistant([use("t1")]), user([result("t1")])], { tools: [] }],
		[
			"a foreign signature",
			[user("go"), assistant([{ type: "thinking", thinking: "x", signature: "other" }])],
		],
		[
			"an unknown picture",
			[user([{ type: "image", source: { type: "base64", media_type: "image/tiff", data: "" } }])],
		],
		[
			"an effort for a model without",
			[user("go")],
			{ model: "claude-haiku-4-5", output_config: { effort: "low" } },
		],
		[
			"five cache markers",
			[user(Array.from({ length: 5 }, () => ({ type: "text", text: "x", cache_control: {} })))],
		],
	])("refuses %s", async (_, list, more) => {
		const { status, text } = await messages(list, more);
		expect([status, JSON.parse(text).error.type]).toEqual([400, "invalid_request_error"]);
	});

	test("takes a whole tool round, and says what the tool said", async () => {
		const { status, text, headers } = await messages([
			user("go"),
			assistant([use("t1")]),
			user([result("t1")]),
		]);
		expect([status, JSON.parse(text).content]).toEqual([200, [{ type: "text", text: "TOOL SAID: ok" }]]);
		expect(headers.get("request-id")).toMatch(/^req_/);
	});
});

describe("Responses", () => {
	const call = { type: "function_call", call_id: "c1", name: "run", arguments: "{}" };
	const output = { type: "function_call_output", call_id: "c1", output: "ok" };
	test.each<[string, unknown[]]>([
		["a call without an output", [user("go"), call, user("next")]],
		["an output without a call", [user("go"), output]],
		[
			"a foreign reasoning item",
			[{ type: "reasoning", id: "r", summary: [], encrypted_content: "x" }, call, output],
		],
		[
			"a call id that is too long",
			[
				{ ...call, call_id: "c".repeat(65) },
				{ ...output, call_id: "c".repeat(65) },
			],
		],
		["a bad function name", [{ ...call, name: "a b" }, output]],
		["a picture that is none", [user([{ type: "input_image", image_url: "data:image/png;base64," }])]],
	])("refuses %s", async (_, input) => {
		expect((await post("/v1/responses", { model: "m", input })).status).toBe(400);
	});

	test("takes a whole tool round", async () => {
		const { status, text } = await post("/v1/responses", { model: "m", input: [user("go"), call, output] });
		expect([status, JSON.parse(text).output[0].content[0].text]).toEqual([200, "TOOL SAID: ok"]);
	});
});

describe("Chat Completions", () => {
	const calls = {
		role: "assistant",
		tool_calls: [{ id: "c1", type: "function", function: { name: "run", arguments: "{}" } }],
	};
	const answer = { role: "tool", tool_call_id: "c1", content: "ok" };
	test.each<[string, unknown[]]>([
		["calls without answers", [user("go"), calls, user("next")]],
		["an answer without a call", [user("go"), answer]],
		["a picture in an answer", [user("go"), calls, { ...answer, content: [{ type: "image_url" }] }]],
		["an empty assistant", [user("go"), { role: "assistant", content: "" }]],
	])("refuses %s", async (_, messages) => {
		expect((await post("/v1/chat/completions", { model: "m", messages })).status).toBe(400);
	});

	test("takes a whole tool round", async () => {
		const { status, text } = await post("/v1/chat/completions", {
			model: "m",
			messages: [user("go"), calls, answer],
		});
		expect([status, JSON.parse(text).choices[0].message.content]).toEqual([200, "TOOL SAID: ok"]);
	});
});

test("a bad key is refused by all", async () => {
	const body = { model: "m", max_tokens: 1, messages: [user("hi")], input: "hi" };
	for (const path of ["/v1/messages", "/v1/responses", "/v1/chat/completions"])
		expect((await post(path, body, { authorization: "Bearer bad-key" })).status).toBe(401);
});

test("what is no JSON is refused", async () => {
	const response = await fetch(`${server.url}/v1/messages`, { method: "POST", body: "{" });
	expect(response.status).toBe(400);
});
