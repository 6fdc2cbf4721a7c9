import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { type Message, rawClient } from "../../support/rawClient.ts";
import { startTestServer } from "../../support/server.ts";

/** Sends frames and resolves with what comes back, once there are so many messages. */
const exchange = (stream: Duplex, frames: readonly (Message | string)[], count: number) => {
	const client = rawClient(stream);
	for (const frame of frames) client.send(frame);
	return client.count(count);
};

const initialize = {
	id: 1,
	method: "initialize",
	params: { processId: null, rootUri: null, capabilities: {} },
};

test("answers initialize as a language server does, for a client that knows nothing of us", async () => {
	const server = await startTestServer();
	const [reply] = await exchange(server.open(), [initialize], 1);
	expect(reply?.result).toMatchObject({
		serverInfo: { name: "ipyai" },
		capabilities: {
			inlineCompletionProvider: true,
			textDocumentSync: { openClose: true, change: 2 },
			experimental: { aiShell: { version: 1, sessions: {}, completion: {} } },
		},
	});
});

test("refuses requests before initialize with -32002, and takes initialize after them", async () => {
	const server = await startTestServer();
	const replies = await exchange(
		server.open(),
		[{ id: 0, method: "session/list", params: {} }, initialize],
		2,
	);
	expect(replies[0]).toMatchObject({ id: 0, error: { code: -32002 } });
	expect(replies[1]).toMatchObject({ id: 1, result: {} });
});

test("initialize may be sent only once", async () => {
	const server = await startTestServer();
	const replies = await exchange(server.open(), [initialize, { ...initialize, id: 2 }], 2);
	expect(replies.find(({ id }) => id === 2)).toMatchObject({ error: { code: -32600 } });
});

test("an unknown method is named, with the nearest one", async () => {
	const server = await startTestServer();
	const replies = await exchange(
		server.open(),
		[initialize, { id: 2, method: "session/lst", params: {} }],
		2,
	);
	expect(replies[1]).toMatchObject({
		error: { code: -32601, message: "There is no method session/lst. Did you mean session/list?" },
	});
});

test("wrong parameters are named by path", async () => {
	const server = await startTestServer();
	const bad = {
		id: 2,
		method: "session/new",
		params: { cwd: 3, kernel: null, settings: {}, requestId: "r" },
	};
	const replies = await exchange(server.open(), [initialize, bad], 2);
	expect(replies[1]?.error?.code).toBe(-32602);
	expect(replies[1]?.error?.message).toContain("cwd");
});

test("a broken message between two good ones harms neither", async () => {
	const server = await startTestServer();
	const replies = await exchange(server.open(), [initialize, "{", { id: 3, method: "shutdown" }], 3);
	expect(replies.map(({ id, error }) => [id, error?.code])).toEqual(
		expect.arrayContaining([
			[1, undefined],
			[null, -32700],
			[3, undefined],
		]),
	);
});

test("exit ends one connection and leaves the server to the others", async () => {
	const server = await startTestServer();
	const [first, second] = [await server.connect(), await server.connect()];
	first.close();
	expect((await second.request("session/list", {})).sessions).toEqual([]);
});
