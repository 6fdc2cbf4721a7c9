/**
 * The exchanges in docs/protocol.md are real: this test makes them anew and compares. `UPDATE_DOCS=1` writes them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clientMethods, ErrorCodes, serverMethods } from "../../protocol/index.ts";
import { type Message, rawClient } from "../support/rawClient.ts";
import { callTool, say, scriptedBackend } from "../support/scriptedBackend.ts";
import { startTestServer } from "../support/server.ts";
import { launchTestKernel } from "../support/sessionWithKernel.ts";

const path = join(import.meta.dirname, "../../docs/protocol.md");

test("the exchanges in docs/protocol.md are what the server says", async () => {
	const before = readFileSync(path, "utf8");
	const after = withExchanges(before, await record());
	if (process.env.UPDATE_DOCS) writeFileSync(path, after);
	else expect(before).toBe(after);
});

test("docs/protocol.md names every method and every error code", () => {
	const text = readFileSync(path, "utf8");
	const names = [
		...Object.keys(clientMethods),
		...Object.keys(serverMethods),
		...Object.values(ErrorCodes).map(String),
	];
	expect(names.filter((name) => !text.includes(name))).toEqual([]);
});

type Exchange = { readonly name: string; readonly lines: string[] };

const record = async (): Promise<Exchange[]> => {
	const backend = scriptedBackend(say("Hello."), callTool("pyrun", { code: "x + 1" }), say(" + 1"));
	const server = await startTestServer({ backends: [backend] });
	const launch = launchTestKernel();
	const client = rawClient(server.open());
	const exchanges: Exchange[] = [];
	const normalise = normaliser(server.folder, launch.connectionFile, launch.label);
	let current: Exchange = { name: "", lines: [] };
	let seen = 0;
	const begin = (name: string) => {
		current = { name, lines: [] };
		exchanges.push(current);
	};
	const told = () => {
		for (; seen < client.received.length; seen++) {
			const message = client.received[seen]!;
			if (isShown(message)) current.lines.push(`← ${normalise(message)}`);
		}
	};
	const send = (message: Message) => {
		told();
		current.lines.push(`→ ${normalise(message)}`);
		client.send(message);
	};
	const answer = async (id: number) =>
		(await client.until((message) => message.id === id && !message.method)).result;
	const event = async (kind: string, count = 1) => {
		const fits = (message: Message) => (message.params as { event?: { kind: string } })?.event?.kind === kind;
		await client.until((message) => fits(message) && client.received.filter(fits).length >= count);
		told();
	};

	begin("initialize");
	send({
		id: 1,
		method: "initialize",
		params: {
			processId: null,
			rootUri: null,
			capabilities: { experimental: { aiShell: { version: 1, approvals: {}, input: {} } } },
			initializationOptions: {
				aiShell: { name: "example", cwd: server.folder, environment: { PATH: "/usr/bin" } },
			},
		},
	});
	await answer(1);
	send({ method: "initialized", params: {} });

	begin("new session");
	const requestId = (() => {
		let made = 0;
		return () => `r${++made}`;
	})();
	send({
		id: 2,
		method: "session/new",
		params: { requestId: requestId(), cwd: server.folder, kernel: launch, settings: {} },
	});
	const { state, participantId } = (await answer(2)) as {
		state: { sessionId: string };
		participantId: string;
	};
	const { sessionId } = state;
	await event("kernelAttached");

	begin("cell");
	send({ id: 3, method: "cell/execute", params: { sessionId, requestId: requestId(), code: "x = 41; x" } });
	await event("cellFinished");

	begin("prompt");
	const ask = (id: number, text: string) =>
		send({
			id,
			method: "session/prompt",
			params: { sessionId, requestId: requestId(), content: [{ kind: "text", text }], source: `.${text}` },
		});
	ask(4, "say hello");
	await event("turnFinished");
	await event("promptNumbered");

	begin("approval");
	ask(5, "what comes after x?");
	await event("approvalAsked");
	const asked = client.received
		.map((message) => (message.params as { event?: { kind: string; approvalId: string } })?.event)
		.find((each) => each?.kind === "approvalAsked");
	send({
		id: 6,
		method: "permission/answer",
		params: { sessionId, approvalId: asked!.approvalId, decision: "allow" },
	});
	await event("turnFinished", 2);

	begin("completion");
	const uri = `ipyai:/sessions/${sessionId}/inputs/${participantId}`;
	send({
		method: "textDocument/didOpen",
		params: { textDocument: { uri, languageId: "python", version: 1, text: "y = x" } },
	});
	send({
		id: 7,
		method: "textDocument/inlineCompletion",
		params: { textDocument: { uri }, position: { line: 0, character: 5 }, context: { triggerKind: 1 } },
	});
	await answer(7);
	told();

	begin("notebook");
	send({
		id: 8,
		method: "notebook/save",
		params: { sessionId, requestId: requestId(), path: "analysis" },
	});
	await answer(8);
	send({
		id: 9,
		method: "notebook/load",
		params: { sessionId, requestId: requestId(), path: "analysis.ipynb", run: "ifOurs", from: 3 },
	});
	await answer(9);
	told();
	return renumbered(exchanges.map(sorted));
};

/** What depends on timing is left out: who is told first, the kernel's status, waiting. */
const isShown = (message: Message): boolean => {
	const { hint, event } = (message.params ?? {}) as { hint?: { kind: string }; event?: { kind: string } };
	return hint?.kind !== "kernelStatus" && hint?.kind !== "toolWaiting" && event?.kind !== "promptNumbered";
};

/** Sequence numbers as if what is left out had not been there. */
const renumbered = (exchanges: readonly Exchange[]): Exchange[] => {
	const pattern = /"seq":(\d+)/g;
	const events = exchanges.flatMap(({ lines }) => lines.filter((line) => line.includes('"kind":"event"')));
	const shown = [...new Set(events.map((line) => Number(/"seq":(\d+)/.exec(line)?.[1])))].sort(
		(a, b) => a - b,
	);
	const first = shown[0] ?? 0;
	const rank = (seq: number) => first - 1 + shown.filter((each) => each <= seq).length;
	return exchanges.map(({ name, lines }) => ({
		name,
		lines: lines.map((line) => line.replace(pattern, (_, seq) => `"seq":${rank(Number(seq))}`)),
	}));
};

/** An answer and the events of the same request may come in either order: answers first. */
const sorted = ({ name, lines }: Exchange): Exchange => {
	const result: string[] = [];
	let block: string[] = [];
	const flush = () => {
		result.push(
			...block.filter((line) => line.includes('"id"')),
			...block.filter((line) => !line.includes('"id"')),
		);
		block = [];
	};
	for (const line of lines) {
		if (line.startsWith("→")) {
			flush();
			result.push(line);
		} else block.push(line);
	}
	flush();
	return { name, lines: result };
};

/** Ids, paths, times and versions as words, so that the text is the same on every machine. */
const normaliser = (folder: string, connectionFile: string, label: string) => {
	const words = new Map<string, string>();
	const used = new Map<string, number>();
	const word = (kind: string) => {
		const count = (used.get(kind) ?? 0) + 1;
		used.set(kind, count);
		return count === 1 ? kind : `${kind}-${count}`;
	};
	const named =
		/"(sessionId|participantId|kernelId|cellId|turnId|callId|itemId|approvalId|serverId|by)":"([^"]+)"/g;
	return (message: Message): string => {
		const text = JSON.stringify({ jsonrpc: "2.0", ...message });
		for (const [, kind, value] of text.matchAll(named))
			if (!words.has(value!))
				words.set(value!, word(kind === "by" ? "participant" : kind!.replace(/Id$/, "")));
		let result = text;
		for (const [value, name] of words) result = result.replaceAll(value, name);
		return result
			.replaceAll(connectionFile, "/run/user/1000/ipyai/kernel-1.json")
			.replaceAll(label, "/usr/bin/python3")
			.replaceAll(folder, "/home/me/project")
			.replace(/"historyFile":"[^"]+"/g, '"historyFile":"/home/me/.ipython/profile_default/history.sqlite"')
			.replace(/"banner":"[^"]+"/g, '"banner":"Python 3.13.1, IPython 9.18.1"')
			.replace(/"pid":\d+/g, '"pid":4321')
			.replace(/"at":\d+/g, '"at":1767225600000');
	};
};

const withExchanges = (text: string, exchanges: readonly Exchange[]): string => {
	let result = text;
	for (const { name, lines } of exchanges) {
		const pattern = new RegExp(`<!-- exchange: ${name} -->(?:\\n\`\`\`text\\n[\\s\\S]*?\\n\`\`\`)?`);
		expect(result).toMatch(pattern);
		result = result.replace(
			pattern,
			() => `<!-- exchange: ${name} -->\n\`\`\`text\n${lines.join("\n")}\n\`\`\``,
		);
	}
	return result;
};
