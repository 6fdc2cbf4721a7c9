/** A connection ends after any byte, on the way to the server and on the way back. */
import type { Duplex } from "node:stream";
import { setImmediate as turnOfLoop } from "node:timers/promises";
import { expect, test } from "vitest";
import type { StoredEvent } from "../../protocol/index.ts";
import { checkUsable, faultFolder, runTable, startFaultyServer } from "../support/faults.ts";
import { scaled } from "../support/random.ts";
import { type Message, rawClient } from "../support/rawClient.ts";
import type { TestClient, TestServer } from "../support/server.ts";

const launch = { kind: "existing", connectionFile: "/none/kernel.json", label: "scripted" } as const;

const newSession = async (server: TestServer): Promise<{ client: TestClient; sessionId: string }> => {
	const client = await server.connect();
	const { state } = await client.request("session/new", {
		requestId: `new ${Math.random()}`,
		cwd: server.folder,
		kernel: launch,
		settings: {},
	});
	const { sessionId } = state;
	await client.event("kernelAttached");
	return { client, sessionId };
};

const initialize: readonly Message[] = [
	{
		id: 1,
		method: "initialize",
		params: {
			processId: null,
			rootUri: null,
			capabilities: { experimental: { aiShell: { version: 1 } } },
			initializationOptions: { aiShell: { cwd: "/", environment: {} } },
		},
	},
	{ method: "initialized", params: {} },
];

const requests = (sessionId: string): readonly Message[] => [
	...initialize,
	{ id: 2, method: "session/attach", params: { ref: { sessionId }, role: "controller", since: null } },
	{ id: 3, method: "cell/execute", params: { sessionId, requestId: "a", code: "print one" } },
	{ id: 4, method: "cell/execute", params: { sessionId, requestId: "b", code: "print two ünïcödé 🐍" } },
	{ id: 5, method: "session/rename", params: { sessionId, requestId: "c", title: "Named ✓" } },
	{
		id: 6,
		method: "session/prompt",
		params: { sessionId, requestId: "d", content: [{ kind: "text", text: "what?" }] },
	},
	{ id: 7, method: "session/configure", params: { sessionId, requestId: "e", settings: { think: "h" } } },
];

const frame = (message: Message): Buffer => {
	const body = JSON.stringify({ jsonrpc: "2.0", ...message });
	return Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};

/** Places in a text of so many bytes, its ends among them. */
const places = (bytes: number, count: number): number[] =>
	Array.from({ length: count }, (_, index) => Math.round((index * bytes) / (count - 1)));

const settled = async (): Promise<void> => {
	for (let turn = 0; turn < 5; turn++) await turnOfLoop();
};

const eventsOf = async (client: TestClient, sessionId: string): Promise<StoredEvent[]> => {
	const { replay } = await client.request("session/attach", {
		ref: { sessionId },
		role: "controller",
		since: 0,
	});
	if (replay.kind !== "events") throw new Error("a snapshot came");
	return replay.events;
};

test("a client that is cut off sends all of it again: each request has one effect", {
	timeout: 60_000,
}, async () => {
	const server = await startFaultyServer({ folder: faultFolder() });
	const length = Buffer.concat(requests("0".repeat(36)).map(frame)).length;
	await runTable(
		places(length, scaled(100)),
		(bytes) => `cut after ${bytes} bytes`,
		async (bytes) => {
			const { client, sessionId } = await newSession(server);
			const sent = Buffer.concat(requests(sessionId).map(frame));
			const first: Duplex = server.open();
			first.on("error", () => {});
			first.resume();
			first.write(sent.subarray(0, bytes));
			await settled();
			first.destroy();

			const second = server.open();
			const again = rawClient(second);
			second.write(sent);
			for (const { id } of requests(sessionId))
				if (id !== undefined)
					expect(await again.until((message) => message.id === id)).not.toHaveProperty("error");
			await client.event("turnFinished");
			await client.event("cellFinished", ({ executionCount }) => executionCount === 2);
			second.destroy();
			const events = (await eventsOf(client, sessionId)).map(({ event }) => event);
			const count = (kind: string) => events.filter((event) => event.kind === kind).length;
			expect([count("cellStarted"), count("promptAccepted"), count("sessionRenamed")]).toEqual([2, 1, 1]);
			const thinks = events.flatMap((event) =>
				event.kind === "settingsChanged" ? [event.settings.think] : [],
			);
			expect(thinks.filter((think) => think === "h")).toHaveLength(1);
			await checkUsable(server, sessionId);
			client.close();
		},
	);
});

test("a client that is cut off gets exactly what it missed", { timeout: 60_000 }, async () => {
	const server = await startFaultyServer({ folder: faultFolder() });
	/** Watches a session on a connection that ends after so many bytes, and gives what was read. */
	const watch = (sessionId: string, bytes: number): { stream: Duplex; read(): Message[] } => {
		const stream = server.open();
		stream.on("error", () => {});
		const pieces: Buffer[] = [];
		let got = 0;
		stream.on("data", (chunk: Buffer) => {
			pieces.push(chunk.subarray(0, bytes - got));
			got += pieces.at(-1)!.length;
			if (got >= bytes) stream.destroy();
		});
		const attach = { ref: { sessionId }, role: "observer", since: 0 };
		for (const message of [...initialize, { id: 2, method: "session/attach", params: attach }])
			stream.write(frame(message));
		return { stream, read: () => wholeMessages(Buffer.concat(pieces)) };
	};
	const play = async (bytes: number) => {
		const { client, sessionId } = await newSession(server);
		const watching = watch(sessionId, bytes);
		await settled();
		await client.request("cell/execute", {
			sessionId,
			requestId: "a",
			code: "print one\nprint two ünïcödé 🐍",
		});
		const prompt = { sessionId, requestId: "b", content: [{ kind: "text" as const, text: "what?" }] };
		await client.request("session/prompt", prompt);
		await client.event("turnFinished");
		await client.event("promptNumbered");
		await settled();
		watching.stream.destroy();
		return { client, sessionId, messages: watching.read() };
	};
	const whole = await play(Number.POSITIVE_INFINITY);
	const length = whole.messages.reduce((sum, message) => sum + frame(message).length, 0);
	expect(length).toBeGreaterThan(3000);
	await runTable(
		places(length, scaled(60)).map((bytes) => Math.max(1, bytes)),
		(bytes) => `cut after ${bytes} bytes`,
		async (bytes) => {
			const { client, sessionId, messages } = await play(bytes);
			const seen = messages.flatMap(eventsIn);
			const all = await eventsOf(client, sessionId);
			const since = seen.at(-1)?.seq ?? 0;
			expect([...seen, ...all.filter(({ seq }) => seq > since)]).toEqual(all);
			client.close();
		},
	);
});

const wholeMessages = (bytes: Buffer): Message[] => {
	const messages: Message[] = [];
	for (let rest = bytes; ; ) {
		const head = rest.indexOf("\r\n\r\n");
		if (head < 0) return messages;
		const length = Number(/Content-Length: (\d+)/.exec(rest.subarray(0, head).toString())![1]);
		if (rest.length < head + 4 + length) return messages;
		messages.push(JSON.parse(rest.subarray(head + 4, head + 4 + length).toString()));
		rest = rest.subarray(head + 4 + length);
	}
};

/** Events of an attach's answer and of updates, as a client takes them in. */
const eventsIn = (message: Message): StoredEvent[] => {
	const { replay } = (message.result ?? {}) as { replay?: { events: StoredEvent[] } };
	if (replay) return replay.events;
	const params = message.params as { kind?: string } & StoredEvent;
	if (message.method !== "session/update" || params.kind !== "event") return [];
	return [{ seq: params.seq, at: params.at, event: params.event }];
};
