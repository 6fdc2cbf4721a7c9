import { type Duplex, duplexPair } from "node:stream";
import { expect, test } from "vitest";
import type { Message } from "vscode-jsonrpc/node";
import { AiShellInitializationOptions } from "../../../protocol/index.ts";
import { Handshake } from "../../../server/connection/handshake.ts";
import { answerInitialize } from "../../../server/initialize.ts";
import { type RawClient, rawClient } from "../../support/rawClient.ts";

const open = (): { stream: Duplex; client: RawClient; handshake: Handshake } => {
	const [stream, theirs] = duplexPair();
	const handshake = new Handshake(theirs, theirs, {
		initialize: answerInitialize({ serverId: "s", version: "1" }),
		onLog: () => {},
	});
	return { stream, client: rawClient(stream), handshake };
};
const initialize = (id: number, aiShell?: unknown) => ({
	id,
	method: "initialize",
	params: { capabilities: {}, initializationOptions: { aiShell } },
});

test("initialize is answered before anybody listens, what follows is kept in order", async () => {
	const { client, handshake } = open();
	client.send({ id: 1, method: "too/early" });
	client.send({ method: "dropped" });
	client.send(initialize(2));
	client.send({ method: "initialized", params: {} });
	client.send({ id: 3, method: "session/list", params: {} });
	client.send(initialize(4));
	const [early, answer, again] = await client.count(3);
	expect(early).toMatchObject({ id: 1, error: { code: -32002 } });
	expect(answer).toMatchObject({ id: 2, result: { capabilities: { hoverProvider: true } } });
	expect(again).toMatchObject({ id: 4, error: { code: -32600 } });
	const kept: Message[] = [];
	handshake.reader.listen((message) => kept.push(message));
	expect(kept.map((message) => (message as { method?: string }).method)).toEqual([
		"initialize",
		"initialized",
		"session/list",
	]);
	const [initializeId, , listId] = kept.map((message) => (message as { id?: number }).id);
	const write = (message: object) => handshake.writer.write({ jsonrpc: "2.0", ...message } as Message);
	await write({ id: initializeId, result: "the connection's own answer" });
	await write({ id: initializeId, method: "a request of ours with the same id" });
	await write({ id: listId, result: [] });
	const sent = await client.count(5);
	expect(sent.slice(3).map(({ id, method, result }) => [id, method ?? result])).toEqual([
		[initializeId, "a request of ours with the same id"],
		[3, []],
	]);
});

test("each request gets one answer, under the id that the client gave it", async () => {
	const { client, handshake } = open();
	client.send(initialize(1));
	await client.count(1);
	const taken: { id: number }[] = [];
	handshake.reader.listen((message) => taken.push(message as never));
	for (const id of [2, "2", 2, "two", 0, -1, ""]) client.send({ id, method: "session/list" });
	const [, refused] = await client.count(2);
	expect(refused).toMatchObject({ id: 2, error: { code: -32600, message: expect.stringContaining("id") } });
	for (const { id } of taken.slice(1))
		await handshake.writer.write({ jsonrpc: "2.0", id, result: null } as unknown as Message);
	const answers = (await client.count(8)).slice(2);
	expect(answers.map(({ id }) => id)).toEqual([2, "2", "two", 0, -1, ""]);
	client.send({ id: 2, method: "session/list" });
	client.send({ id: "x".repeat(201), method: "session/list" });
	client.send({ id: 2 ** 53, method: "session/list" });
	expect((await client.count(10)).slice(8).map(({ id, error }) => [id, error?.code])).toEqual([
		[null, -32600],
		[null, -32600],
	]);
	expect(taken).toHaveLength(8);
});

test("a cancel of nothing is passed over, one of something names it", async () => {
	const { client, handshake } = open();
	client.send(initialize(1));
	await client.count(1);
	const taken: { id?: number; method: string; params?: { id: unknown } }[] = [];
	handshake.reader.listen((message) => taken.push(message as never));
	for (const params of [undefined, null, [], {}, { id: null }, { id: {} }, { id: 1 }, { id: "a" }])
		client.send({ method: "$/cancelRequest", params });
	client.send({ id: "a", method: "session/list" });
	client.send({ method: "$/cancelRequest", params: { id: "a" } });
	client.send({ id: 5, method: "nothing", params: [1] });
	await client.count(2);
	expect(taken.map(({ method }) => method)).toEqual(["initialize", "session/list", "$/cancelRequest"]);
	expect(taken[2]!.params!.id).toBe(taken[1]!.id);
});

test("more than 1000 requests at once are refused, and the others still answered", async () => {
	const { client, handshake } = open();
	client.send(initialize(1));
	await client.count(1);
	let taken = 0;
	handshake.reader.listen(() => {
		taken++;
		handshake.taken();
	});
	for (let id = 2; id < 1003; id++) client.send({ id, method: "session/list" });
	const [, refused] = await client.count(2);
	expect(refused).toMatchObject({ id: 1002, error: { code: -32017 } });
	expect(taken).toBe(1001);
});

test("a client that sends faster than it is served waits", async () => {
	const { stream, client, handshake } = open();
	client.send(initialize(1));
	await client.count(1);
	let taken = 0;
	let isFast = false;
	handshake.reader.listen(() => {
		taken++;
		if (isFast) handshake.taken();
	});
	for (let sent = 0; sent < 5000; sent++) client.send({ method: "textDocument/didChange", params: {} });
	await new Promise((resolve) => setImmediate(resolve));
	const before = taken;
	expect(before).toBeLessThan(3000);
	isFast = true;
	for (let at = 0; at < before; at++) handshake.taken();
	client.send({ id: 9, method: "initialize" });
	await client.until(({ id }) => id === 9);
	expect(taken).toBe(5001);
	stream.destroy();
});

test("a client that does not read its answers is not read either", async () => {
	const { stream, client, handshake } = open();
	client.send(initialize(1));
	await client.count(1);
	const taken: { id: number }[] = [];
	const result = "x".repeat(1_000_000);
	handshake.reader.listen((message) => {
		taken.push(message as never);
		handshake.taken();
		if (taken.length > 1)
			void handshake.writer.write({ jsonrpc: "2.0", id: taken.at(-1)!.id, result } as unknown as Message);
	});
	stream.pause();
	for (let id = 2; id < 52; id++) {
		client.send({ id, method: "session/list" });
		await new Promise((resolve) => setImmediate(resolve));
	}
	expect(taken.length).toBeLessThan(10);
	stream.resume();
	await client.count(51);
	expect(taken).toHaveLength(51);
});

test.each([
	["absent", undefined],
	["whole", { name: "n", cwd: "/", environment: { A: "b" }, more: 1 }],
	["no cwd", { environment: {} }],
	["a wrong name", { name: 1, cwd: "/", environment: {} }],
	["no environment", { cwd: "/" }],
	["a list for environment", { cwd: "/", environment: [] }],
	["a wrong variable", { cwd: "/", environment: { A: 1 } }],
	["no object", "text"],
])("options are taken as their schema says: %s", async (_, aiShell) => {
	const { client } = open();
	client.send(initialize(1, aiShell));
	const [answer] = await client.count(1);
	const isValid = aiShell === undefined || AiShellInitializationOptions.safeParse(aiShell).success;
	if (isValid) expect(answer).toHaveProperty("result");
	else expect(answer!.error).toMatchObject({ code: -32602, message: expect.stringContaining("aiShell") });
	client.send(initialize(2));
	const [, second] = await client.count(2);
	expect(second!.error?.message ?? "ok").toBe(isValid ? "`initialize` may be sent only once" : "ok");
});

test("after `shutdown` requests are refused, `exit` comes through", async () => {
	const { client, handshake } = open();
	client.send(initialize(1));
	client.send({ id: 2, method: "shutdown" });
	client.send({ id: 3, method: "textDocument/hover", params: {} });
	client.send({ method: "exit" });
	const [, refused] = await client.count(2);
	expect(refused).toMatchObject({ id: 3, error: { code: -32600 } });
	const kept: Message[] = [];
	handshake.reader.listen((message) => kept.push(message));
	expect(kept.map((message) => (message as { method?: string }).method)).toEqual([
		"initialize",
		"shutdown",
		"exit",
	]);
});

test("a client that leaves before anybody listens is known to be gone", async () => {
	const { stream, handshake } = open();
	stream.destroy();
	await handshake.begun;
	expect(handshake.isClosed).toBe(true);
});
