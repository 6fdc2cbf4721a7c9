import { describe, expect, test } from "vitest";
import { inputDocumentUri } from "../../../protocol/completion.ts";
import { until } from "../../support/kernel.ts";
import { failAfter, hangAfter, type Script, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer } from "../../support/server.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

/** A session and its input line, with the cursor at `|`. */
const start = async (...scripts: Script[]) => {
	const backend = scriptedBackend(...scripts);
	const server = await startTestServer({ backends: [backend] });
	const client = await server.connect();
	const { state, participantId } = await client.request("session/new", {
		requestId: "n",
		cwd: server.folder,
		kernel: null,
		settings: {},
	});
	const uri = inputDocumentUri(state.sessionId, participantId);
	let version = 0;
	const write = (text: string) => {
		const cursor = text.indexOf("|");
		const before = text.slice(0, cursor);
		const content = before + text.slice(cursor + 1);
		version++;
		if (version === 1)
			client.notify("textDocument/didOpen", {
				textDocument: { uri, languageId: "python", version, text: content },
			});
		else
			client.notify("textDocument/didChange", {
				textDocument: { uri, version },
				contentChanges: [{ text: content }],
			});
		const line = before.split("\n").length - 1;
		return { line, character: before.length - before.lastIndexOf("\n") - 1 };
	};
	const complete = async (text: string, signal?: AbortSignal, instead?: string[]) => {
		const context = { triggerKind: 1 as const, ...(instead && { instead }) };
		const params = { textDocument: { uri }, position: write(text), context };
		const { items } = await client.request("textDocument/inlineCompletion", params, signal ? { signal } : {});
		return items.map(({ insertText }) => insertText);
	};
	return { client, backend, complete, write, uri };
};

test("suggests what the model says, with the completion model, no tools, no history, low effort", async () => {
	const { complete, backend } = await start(say("upby('day').sum()"));
	expect(await complete("df.gro|")).toEqual(["upby('day').sum()"]);
	expect(backend.requests[0]).toMatchObject({ model: "script-mini", think: "l", tools: [] });
	expect(backend.requests[0]!.transcript).toHaveLength(1);
});

test("typing along the suggestion asks no model", async () => {
	const { complete, backend } = await start(say("upby('day')"));
	await complete("df.gro|");
	expect(await complete("df.groupb|")).toEqual(["y('day')"]);
	expect(backend.requests).toHaveLength(1);
});

test("line ends are the document's, whatever the model's", async () => {
	const { complete, backend } = await start(say("x = 1\r\ny = [\n2]\nz = 3"));
	expect(await complete("x = 1\r\ny = |\r\nz = 3")).toEqual(["[\r\n2]"]);
	expect(JSON.stringify(backend.requests[0]!.transcript)).not.toContain("\\r");
	expect(await complete("x = 1\r\ny = [\r\n|\r\nz = 3")).toEqual(["2]"]);
	expect(backend.requests).toHaveLength(1);
});

test("a line that the model did not finish is left out", async () => {
	const { complete } = await start(async function* () {
		yield { kind: "text", itemId: "cut", text: "1\ny = 2\nz = compu" };
		yield { kind: "end", stopReason: "maxTokens", error: null, usage: null };
	});
	expect(await complete("x = |")).toEqual(["1\ny = 2"]);
});

test("a request for newer text cancels the older one", async () => {
	const { complete, backend } = await start(hangAfter("never"), say("2"));
	const older = complete("x = |");
	const newer = complete("x = 1 + |");
	expect(await newer).toEqual(["2"]);
	expect(await older).toEqual([]);
	expect(backend.requests[0]!.signal.aborted).toBe(true);
});

test("an answer for text that has changed is not given", async () => {
	const { client, complete, write } = await start(async function* (request) {
		write("something else|");
		await client.request("session/list", {});
		yield* say("stale")(request);
	});
	expect(await complete("x = |")).toEqual([]);
});

test.each(["early", "late"])(
	"cancelled by the client, %s: answered at once, and the model's request ends",
	async (when) => {
		const { complete, backend } = await start(hangAfter("never"));
		const abort = new AbortController();
		const request = complete("x = |", abort.signal);
		if (when === "late") await until(() => backend.requests.length > 0);
		abort.abort();
		await expect(request).rejects.toMatchObject({ code: -32800 });
		expect(backend.requests.every(({ signal }) => signal.aborted)).toBe(true);
	},
);

test("a failure is an error with a short message", async () => {
	const { complete } = await start(failAfter("", "The key was refused. Check ANTHROPIC_API_KEY."));
	await expect(complete("x = |")).rejects.toMatchObject({
		code: -32803,
		message: "The key was refused. Check ANTHROPIC_API_KEY.",
	});
});

test("what is not wanted is not answered from memory, and the model is told of it", async () => {
	const { complete, backend } = await start(say("1"), say("1"), say("2"));
	expect(await complete("x = |")).toEqual(["1"]);
	expect(await complete("x = |")).toEqual(["1"]);
	expect(await complete("x = |", undefined, ["1"])).toEqual([]);
	expect(await complete("x = |", undefined, ["1"])).toEqual(["2"]);
	expect(backend.requests).toHaveLength(3);
	expect(JSON.stringify(backend.requests[2]!.transcript)).toContain("<declined>1</declined>");
	// From here on the newest is what stands here.
	expect(await complete("x = |")).toEqual(["2"]);
});

test("a model that would be asked again is given up, with what came back", async () => {
	const { complete, backend } = await start(async function* () {
		yield { kind: "retrying", attempt: 1, delayMs: 60_000, reason: "529 overloaded" };
		throw new Error("It went on.");
	});
	await expect(complete("x = |")).rejects.toMatchObject({
		code: -32803,
		message: "scripted: 529 overloaded",
	});
	expect(backend.requests[0]!.signal.aborted).toBe(true);
});

test("a failure says what came back, not what may be done about a prompt", async () => {
	const { complete } = await start(async function* () {
		const error = "scripted: 400 bad. Start afresh with %ipyai reset.";
		yield { kind: "end", stopReason: "failed", usage: null, error, reason: "400 bad" };
	});
	await expect(complete("x = |")).rejects.toMatchObject({ message: "scripted: 400 bad" });
});

test("needed white space survives, fences and repeated prefixes do not", async () => {
	const { complete } = await start(say("```python\ndef f(x):\n    return x\n```"));
	expect(await complete("def f(x):|")).toEqual(["\n    return x"]);
});

test("a document that was never opened is named", async () => {
	const { client } = await start(say("x"));
	const params = {
		textDocument: { uri: "file:///nowhere.py" },
		position: { line: 0, character: 0 },
		context: { triggerKind: 1 as const },
	};
	await expect(client.request("textDocument/inlineCompletion", params)).rejects.toMatchObject({
		code: -32602,
	});
});

describe("with a live session", () => {
	const startLive = async (...scripts: Script[]) => {
		const session = await startKernelSession(scripts);
		await session.run("point = {'left': 1, 'right': 2}");
		const uri = "file:///work/a.py";
		const complete = async (text: string) => {
			session.client.notify("textDocument/didClose", { textDocument: { uri } });
			session.client.notify("textDocument/didOpen", {
				textDocument: { uri, languageId: "python", version: 1, text },
			});
			const { items } = await session.client.request("textDocument/inlineCompletion", {
				textDocument: { uri },
				position: { line: 0, character: text.length },
				context: { triggerKind: 1 },
			});
			return items.map(({ insertText }) => insertText);
		};
		return { ...session, complete };
	};

	test("of an answer that names what is not there the lines before it stay, if they are whole", async () => {
		const { complete } = await startLive(
			say("point['left']\ny = point['middle']\nz = 3"),
			say("f(\n    point['middle'])"),
		);
		expect(await complete("x = ")).toEqual(["point['left']"]);
		expect(await complete("w = ")).toEqual([]);
	});

	test("what was run for ipyai itself is no context of a suggestion", async () => {
		const { complete, run, backend } = await startLive(say("1"));
		await run("%ipyai think m");
		await complete("x = ");
		expect(JSON.stringify(backend.requests[0]!.transcript)).not.toContain("ipyai");
	});

	test("the model is told what the variables near the cursor hold, and what ran", async () => {
		const { complete, backend } = await startLive(say("'left']"));
		expect(await complete("x = point[")).toEqual(["'left']"]);
		const told = JSON.stringify(backend.requests[0]!.transcript);
		expect(told).toContain("point: dict = dict of 2: 'left': int, 'right': int");
		expect(told).toContain("<code>point = {'left': 1, 'right': 2}</code>");
	});

	test("a suggestion that the live objects contradict is not given", async () => {
		const { complete } = await startLive(say("'middle']"), say("'right']"));
		expect(await complete("x = point[")).toEqual([]);
		expect(await complete("x = point[")).toEqual(["'right']"]);
	});
});

test("what nobody asked for waits for a pause, and keys in between ask no model", async () => {
	const { client, backend, write, uri } = await start(say("7"));
	const ask = (text: string) =>
		client.request("textDocument/inlineCompletion", {
			textDocument: { uri },
			position: write(text),
			context: { triggerKind: 2 },
		});
	write("|");
	const answers = await Promise.all([ask("x|"), ask("x |"), ask("x =|"), ask("x = |")]);
	expect(answers.map(({ items }) => items.map(({ insertText }) => insertText))).toEqual([[], [], [], ["7"]]);
	expect(backend.requests).toHaveLength(1);
});

describe("typed on while a model is at work", () => {
	const fails = "fails";
	/** A model that answers each question when it is told to. */
	const startHeld = async () => {
		const held: ((text: string) => void)[] = [];
		const session = await start(async function* (request) {
			const text = await new Promise<string | null>((resolve) => {
				held.push(resolve);
				request.signal.addEventListener("abort", () => resolve(null));
			});
			if (text === fails) return yield* failAfter("", "Overloaded.")(request);
			if (text !== null) return yield* say(text)(request);
			yield { kind: "end", stopReason: "cancelled", usage: null, error: null };
		});
		const { client, backend, write, uri } = session;
		const ask = async (text: string, options: { kind?: 1 | 2; signal?: AbortSignal } = {}) => {
			const { kind = 2, signal } = options;
			const params = { textDocument: { uri }, position: write(text), context: { triggerKind: kind } };
			const { items } = await client.request(
				"textDocument/inlineCompletion",
				params,
				signal ? { signal } : {},
			);
			return items.map(({ insertText }) => insertText);
		};
		const questions = (count: number) =>
			until(() => held.length === count && backend.requests.length === count);
		const answer = (question: number, text: string) => held[question]!(text);
		const isStopped = (question: number) => backend.requests[question]!.signal.aborted;
		return { ...session, ask, questions, answer, isStopped };
	};

	test("the rest of its answer is suggested, and no model is asked again", async () => {
		const { backend, ask, questions, answer } = await startHeld();
		const first = ask("x = |");
		await questions(1);
		const second = ask("x = s|");
		const third = ask("x = su|");
		expect([await first, await second]).toEqual([[], []]);
		answer(0, "sum(values)");
		expect(await third).toEqual(["m(values)"]);
		expect(backend.requests).toHaveLength(1);
	});

	test("an answer that does not fit is followed by a question of its own", async () => {
		const { ask, questions, answer } = await startHeld();
		const first = ask("x = |");
		await questions(1);
		const second = ask("x = s|");
		expect(await first).toEqual([]);
		answer(0, "max(values)");
		await questions(2);
		answer(1, "um(values)");
		expect(await second).toEqual(["um(values)"]);
	});

	test("an answer that fails is followed by a question of its own", async () => {
		const { ask, questions, answer } = await startHeld();
		const first = ask("x = |");
		await questions(1);
		const second = ask("x = s|");
		expect(await first).toEqual([]);
		answer(0, fails);
		await questions(2);
		answer(1, "um(values)");
		expect(await second).toEqual(["um(values)"]);
	});

	test.each([
		["taken back", "x =|"],
		["elsewhere", "x = |1"],
		["far on", `x = ${"s".repeat(31)}|`],
	])("%s: the model stops at once", async (_, text) => {
		const { ask, questions, answer, isStopped } = await startHeld();
		const first = ask("x = |");
		await questions(1);
		const second = ask(text);
		expect(await first).toEqual([]);
		expect(isStopped(0)).toBe(true);
		await questions(2);
		answer(1, "None");
		expect((await second).map((text) => text.trim())).toEqual(["None"]);
	});

	test("who asks by hand is not made to wait for it", async () => {
		const { ask, questions, answer, isStopped } = await startHeld();
		const first = ask("x = |");
		await questions(1);
		const second = ask("x = s|", { kind: 1 });
		expect(await first).toEqual([]);
		await questions(2);
		expect(isStopped(0)).toBe(true);
		answer(1, "um(values)");
		expect(await second).toEqual(["um(values)"]);
	});

	test("who asks by hand where a model is asked already gets that answer", async () => {
		const { backend, ask, questions, answer } = await startHeld();
		const first = ask("x = |");
		await questions(1);
		const second = ask("x = |", { kind: 1 });
		expect(await first).toEqual([]);
		answer(0, "sum(values)");
		expect(await second).toEqual(["sum(values)"]);
		expect(backend.requests).toHaveLength(1);
	});

	test.each(["before", "after"])(
		"an editor that cancels %s it tells of the key loses nothing",
		async (when) => {
			const { backend, write, ask, questions, answer } = await startHeld();
			const abort = new AbortController();
			const first = ask("x = |", { signal: abort.signal });
			await questions(1);
			if (when === "after") write("x = s|");
			abort.abort();
			const second = ask("x = su|");
			await expect(first).rejects.toMatchObject({ code: -32800 });
			answer(0, "sum(values)");
			expect(await second).toEqual(["m(values)"]);
			expect(backend.requests).toHaveLength(1);
		},
	);

	test("one that is cancelled and not typed on stops, though nobody asked for it", async () => {
		const { ask, questions, isStopped } = await startHeld();
		const abort = new AbortController();
		const first = ask("x = |", { signal: abort.signal });
		await questions(1);
		abort.abort();
		await expect(first).rejects.toMatchObject({ code: -32800 });
		await until(() => isStopped(0));
	});

	test.each(["a closed document", "a lost client"])("%s stops the model", async (what) => {
		const { client, uri, ask, questions, isStopped } = await startHeld();
		const first = ask("x = |");
		await questions(1);
		ask("x = s|").catch(() => {}); // nobody is there to be answered
		expect(await first).toEqual([]);
		if (what === "a lost client") client.close();
		else client.notify("textDocument/didClose", { textDocument: { uri } });
		await until(() => isStopped(0));
	});
});

test("goes on from what is chosen in the editor's menu", async () => {
	const { client, backend, write, uri } = await start(say("('day')"));
	const position = write("x = df.gro| + 1");
	const range = { start: { ...position, character: 7 }, end: position };
	const { items } = await client.request("textDocument/inlineCompletion", {
		textDocument: { uri },
		position,
		context: { triggerKind: 2, selectedCompletionInfo: { range, text: "groupby" } },
	});
	expect(items).toEqual([{ insertText: "groupby('day')", range }]);
	expect(JSON.stringify(backend.requests[0]!.transcript)).toContain("<prefix>x = df.groupby</prefix>");
});

test("the range reaches over closers that the suggestion says itself, also from the cache", async () => {
	const { client, backend, write, uri } = await start(say("a'].mean()"));
	const ask = (position: ReturnType<typeof write>) =>
		client.request("textDocument/inlineCompletion", {
			textDocument: { uri },
			position,
			context: { triggerKind: 1 },
		});
	const first = write("df = {}\ndf['|']  # it");
	expect((await ask(first)).items).toEqual([
		{ insertText: "a'].mean()", range: { start: first, end: { line: 1, character: 6 } } },
	]);
	const second = write("df = {}\ndf['a|']  # it");
	expect((await ask(second)).items).toEqual([
		{ insertText: "'].mean()", range: { start: second, end: { line: 1, character: 7 } } },
	]);
	expect(backend.requests).toHaveLength(1);
});
