/** Whatever a client sends: an answer that says what is wrong, never a fault of the server, and the session goes on. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { editorNotifications, editorRequests } from "../../../protocol/editor.ts";
import { editorCommands } from "../../../protocol/editorCommands.ts";
import {
	type ClientRequest,
	type ClientRequests,
	clientMethods,
	ErrorCodes,
} from "../../../protocol/index.ts";
import { createRandom, scaled } from "../../support/random.ts";
import { type Pools, randomParams } from "../../support/randomParams.ts";
import { type Message, rawClient } from "../../support/rawClient.ts";
import { failAfter, say } from "../../support/scriptedBackend.ts";
import { nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

/** These end the session that the others are tried on. */
const ending: readonly string[] = [
	"session/close",
	"session/delete",
	"kernel/end",
	"kernel/adopt",
	"session/detach",
	// It waits for a person, as it should.
	"cell/propose",
];

const requests = {
	...Object.fromEntries(
		Object.entries(clientMethods).flatMap(([name, method]) =>
			method.kind === "request" ? [[name, method]] : [],
		),
	),
	...editorRequests,
} as ClientRequests & typeof editorRequests;

test("any parameters of any method are answered, never with -32603, and the session is usable then", async () => {
	const { server, client, sessionId, run, ask } = await startKernelSession(
		[say("yes"), failAfter("n", "no")],
		{},
		"files/deep/down",
	);
	const folder = join(server.folder, "files");
	const deep = join(folder, "deep/down");
	const paths = await strangeFiles(folder);
	const { turnId } = await ask("hello");
	const { cellId } = await run("print('x' * 1_500_000)");
	const cut = client.updates.flatMap((update) =>
		update.kind === "event" && update.event.kind === "cellOutput" && update.event.output.kind === "omitted"
			? [update.event.output.blobId]
			: [],
	);
	const raw = rawClient(server.open());
	let id = 0;
	const request = async (method: string, params: unknown): Promise<Message> => {
		const own = ++id;
		raw.send({ id: own, method, params });
		return raw.until((message) => message.id === own && message.method === undefined);
	};
	await request("initialize", {
		capabilities: { experimental: { aiShell: { version: 1, approvals: {}, input: {} } } },
		initializationOptions: {
			aiShell: { name: "fuzz", cwd: deep, environment: { HOME: deep } },
		},
	});
	raw.send({ method: "initialized" });
	await request("session/attach", { ref: { sessionId }, role: "controller", since: null });

	const uri = `file://${folder}/a.py`;
	const pools: Pools = {
		sessionId: [...Array(8).fill(sessionId), sessionId.slice(0, 20), "nobody"],
		turnId: [turnId, "nobody"],
		cellId: [cellId, "nobody"],
		blobId: [...cut, cellId, "nobody", "../x"],
		requestId: Array.from({ length: 1000 }, (_, at) => `fuzz-${at}`),
		path: paths,
		cwd: [deep, "rel", join(folder, "gone"), join(folder, "notes.txt")],
		connectionFile: [join(folder, "notes.txt"), join(folder, "gone"), folder],
		pid: [2 ** 22 + 1],
		ip: ["127.0.0.1"],
		code: [
			"1+1",
			"",
			"x = 1",
			"é😀 =",
			"'''",
			"%ipyai",
			"import os; os.",
			"print(",
			"\\",
			"\t\t1",
			"lambda: (yield)",
		],
		line: [
			"",
			"help",
			"model",
			"nonsense",
			"context",
			"queue",
			"usage",
			"sessions all",
			"hide 1",
			"think z",
			0,
			3,
			9e8,
		],
		backend: ["scripted", "scriptd", "none"],
		filter: ["", "x", "(", "[a-"],
		uri: [uri, uri, `file://${folder}/gone.py`, "untitled:1", "ipyai:/sessions/x/inputs/y", "%%%"],
		limit: [0, 1, 5, 5000],
		command: [...Object.keys(editorCommands), "nothing"],
		arguments: [
			[],
			[{ uri }],
			[{ text: "hi", wait: false }],
			[{ uri, line: 1, wait: false }],
			[{ text: " " }],
			[null],
		],
		notebookDocument: [{ uri: "file:///n.ipynb", cells: [] }],
	};

	const failed: string[] = [];
	const random = createRandom(7);
	const names = Object.keys(requests).filter((name) => !ending.includes(name)) as ClientRequest[];
	for (let round = 0; round < scaled(12); round++)
		for (const method of names) {
			if (random.next() < 0.3) {
				const name = random.pick(Object.keys(editorNotifications)) as keyof typeof editorNotifications;
				raw.send({ method: name, params: randomParams(editorNotifications[name].params, pools, random) });
			}
			const params = randomParams(requests[method].params, pools, random);
			const { error } = await request(method, params);
			const fits = requests[method].params.safeParse(received(params)).success;
			if (error?.code === ErrorCodes.internalError || (!fits && error === undefined))
				failed.push(`${method} ${JSON.stringify(params)?.slice(0, 300)}: ${error?.message ?? "was taken"}`);
		}
	expect(failed).toEqual([]);
	expect(server.logged.filter((line) => line.startsWith("reading:"))).toEqual([]);
	await client.request("session/cancel", { sessionId });
	expect(await run("6 * 7")).toMatchObject({ status: "ok", text: "42\n" });
	await client.request("session/configure", {
		sessionId,
		requestId: nextRequestId(),
		settings: { backend: "scripted" },
	});
	expect((await ask("hello again")).stopReason).toMatch(/endTurn|failed/);
}, 300_000);

/** As the server has it: none are an empty object. */
const received = (params: unknown): unknown => {
	const sent = JSON.parse(JSON.stringify(params ?? {}));
	return Array.isArray(sent) && sent.length === 0 ? {} : sent;
};

/**
 * What a path may lead to, all of it in this folder: what is tried is really written, by whoever runs the test. `cwd`
 * lies below it, so that what leads up stays inside too.
 */
const strangeFiles = async (folder: string): Promise<string[]> => {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "notes.txt"), "not JSON\n");
	writeFileSync(join(folder, "list.ipynb"), "[1, 2]");
	writeFileSync(
		join(folder, "cells.ipynb"),
		'{"nbformat":4,"nbformat_minor":5,"cells":[{"cell_type":"code"},7]}',
	);
	const code = { cell_type: "code", metadata: {}, source: "1", outputs: [], execution_count: 1 };
	writeFileSync(
		join(folder, "good.ipynb"),
		JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [code] }),
	);
	writeFileSync(join(folder, "locked.ipynb"), "{}", { mode: 0 });
	mkdirSync(join(folder, "folder.ipynb"));
	symlinkSync("loop.ipynb", join(folder, "loop.ipynb"));
	execFileSync("mkfifo", [join(folder, "fifo.ipynb")]);
	const listener = createServer().listen(join(folder, "socket.ipynb"));
	onTestFinished(() => void listener.close());
	await new Promise((resolve) => listener.once("listening", resolve));
	const names = [
		"good",
		"good",
		"list",
		"cells",
		"locked",
		"folder",
		"loop",
		"fifo",
		"socket",
		"gone",
		"new",
	];
	return [
		...names.map((name) => join(folder, `${name}.ipynb`)),
		...["notes.txt", "notes.txt/inside.ipynb", "gone/new.ipynb"].map((name) => join(folder, name)),
		...["rel", ".", "..", "~", "a\0b", "y".repeat(300), "z/".repeat(2000)],
	];
};
