import { type Duplex, duplexPair } from "node:stream";
import { expect, test } from "vitest";
import type { Message } from "vscode-jsonrpc/node";
import { AiShellInitializationOptions } from "../../../protocol/index.ts";
import { Handshake } from "../../../server/connection/handshake.ts";
import { answerInitialize } from "../../../server/initialize.ts";
import { type RawClient, rawClient } from "../../support/rawClient.ts";

const open = (): { stream: Duplex; client: RawClient; handshake: Handshake } => {
	const [stream, theirs] = duplexPair();
	const handshake = new Handshake(theirs, theirs, answerInitialize({ serverId: "s", version: "1" }));
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
	const write = (message: object) => handshake.writer.write({ jsonrpc: "2.0", ...message } as Message);
	await write({ id: 2, result: "the connection's own answer" });
	await write({ id: 2, method: "a request of ours with the same id" });
	await write({ id: 3, result: [] });
	const sent = await client.count(5);
	expect(sent.slice(3).map(({ method, result }) => method ?? result)).toEqual([
		"a request of ours with the same id",
		[],
	]);
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
