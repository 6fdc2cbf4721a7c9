/**
 * What servers really send, as text: a file for each, tried with the real backends over HTTP. A line names the wires
 * of the cases below it, which look so:
 *
 *     chat: Some server
 *
 *     == what is odd about it
 *     https://where/it/was/seen
 *     ? max tokens: 7
 *     << stream
 *     < {"choices":[{"delta":{"content":"Hello"}}]}
 *     < | : a line as it is, with \r and \n as in JSON
 *     < [DONE]
 *     > text: Hello
 *     > end: endTurn
 *
 * `?` says how is asked. `<<` begins an answer, `<:` is a header and `<` a line of it: an event of the wire, or of a body that is no
 * stream. `>` is what comes of it, each line as `turnLines` and `requestLine` write it.
 */
import { expect } from "vitest";
import type { Content } from "../../protocol/index.ts";
import type { Backend } from "../../server/backends/backend.ts";
import type { Entry } from "../../server/context/transcript.ts";
import { chatBackend, messagesBackend, responsesBackend } from "./apiBackends.ts";
import { Conversation, type SayOptions, type Turn, text } from "./conversation.ts";
import { type RawAnswer, type RawRequest, type RawServer, sse } from "./rawServer.ts";

export type Wire = "chat" | "messages" | "responses";

export type Quirk = {
	readonly wire: Wire;
	readonly title: string;
	readonly asked: readonly string[];
	readonly answers: readonly QuirkAnswer[];
	readonly expected: readonly string[];
};

type QuirkAnswer = { readonly head: string; readonly headers: string[]; readonly lines: string[] };

const backends: Readonly<Record<Wire, () => Backend>> = {
	chat: chatBackend,
	messages: messagesBackend,
	responses: responsesBackend,
};

/** The cases of a file. Fails at a line that is none of a case's. */
export const readQuirks = (file: string): Quirk[] => {
	const quirks: Quirk[] = [];
	let wires: Wire[] = [];
	let open: (Omit<Quirk, "wire"> & { asked: string[]; answers: QuirkAnswer[]; expected: string[] }) | null =
		null;
	for (const line of file.split("\n")) {
		const [, sign = "", said = ""] = /^(==|\?|<<|<:|<|>) ?(.*)$/.exec(line) ?? [];
		if (sign === "==") {
			const begun = { title: said, asked: [], answers: [], expected: [] };
			open = begun;
			quirks.push(...wires.map((wire) => ({ ...begun, wire })));
		} else if (sign === "?") open!.asked.push(said);
		else if (sign === "<<") open!.answers.push({ head: said, headers: [], lines: [] });
		else if (sign === "<:") open!.answers.at(-1)!.headers.push(said);
		else if (sign === "<") open!.answers.at(-1)!.lines.push(said);
		else if (sign === ">") open!.expected.push(said);
		else if (/^(chat|messages|responses)\b.*: /.test(line))
			wires = line.replace(/: .*/, "").split(", ") as Wire[];
		else if (line !== "" && !line.startsWith("https://")) throw new Error(`${open?.title}: ${line}`);
	}
	return quirks;
};

/** Tries a case: fails where something else comes of it. */
export const checkQuirk = async (server: RawServer, { wire, asked, answers, expected }: Quirk) => {
	const queue = answers.map((answer) => toAnswer(answer, wire));
	const conditions = queue.filter(({ when }) => when !== null);
	server.answers(
		...(conditions.length === 0
			? queue.map(({ answer }) => answer)
			: [
					(request: RawRequest) =>
						(
							queue.find(({ when }) => when === null || when(request.body, server.requests.length - 1)) ??
							queue.at(-1)!
						).answer,
				]),
	);
	const backend = backends[wire]();
	const { model, prompt, options, transcript } = toQuestion(asked);
	const environment = {
		OPENAI_BASE_URL: `${server.url}/v1`,
		OPENAI_API_KEY: "loopback-key",
		ANTHROPIC_BASE_URL: server.url,
		ANTHROPIC_API_KEY: "loopback-key",
	};
	const conversation = new Conversation(backend, environment, model);
	conversation.transcript = [...transcript];
	const turn = await conversation.say(prompt, options);
	const requests = [...server.requests];
	for (const { body } of requests) expectPairs(body);
	const place = (line: string) => line.replaceAll(server.url, "SERVER").replaceAll(backend.name, "BACKEND");
	const told = [...turnLines(turn), ...(requests.length === 1 ? [] : [`requests: ${requests.length}`])];
	// What a turn took is of interest where the case is about it.
	const counts = expected.some((line) => line.startsWith("tokens: "));
	const actual = [
		...told.map(place).filter((line) => counts || !line.startsWith("tokens: ")),
		...expected.filter((line) => line.startsWith("request ")).map((line) => requestLine(line, requests)),
	];
	expect(actual).toEqual(expected);
	expect(turn.error ?? "").not.toMatch(/\n|undefined|\[object|at .*\.ts:|no body/);
	if (conditions.length > 0) {
		// What was learnt is remembered, and told once.
		const again = await conversation.say(prompt, options);
		expect(again.error).toBeNull();
		expect(server.requests.length).toBe(requests.length + 1);
		expect(turnLines(again).filter((line) => line.startsWith("notice"))).toEqual([]);
	}
	await backend.dispose();
};

const escaped = (value: string): string => JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"');

/** A turn as lines, in the order of what was told. */
const turnLines = (turn: Turn): string[] => {
	const waits = turn.updates.flatMap((update) => (update.kind === "retrying" ? [update.delayMs] : []));
	return turn.updates.flatMap((update): string[] => {
		switch (update.kind) {
			case "text":
			case "thinking":
				return [`${update.kind}: ${escaped(update.text)}`];
			case "toolCall":
				return [`call: ${update.call.name} ${JSON.stringify(update.call.args)}`];
			case "notice":
				return [`notice: ${update.text}`];
			case "retrying":
				return update.attempt === 1 ? [`waits: ${waits.join(", ")} ms`] : [];
			case "end": {
				const { usage, stopReason, error } = update;
				const cached = usage?.cacheReadTokens == null ? "" : `, ${usage.cacheReadTokens} from the cache`;
				return [
					...(usage ? [`tokens: ${usage.inputTokens} in, ${usage.outputTokens} out${cached}`] : []),
					error === null ? `end: ${stopReason}` : `failed: ${error}`,
				];
			}
			default:
				return [];
		}
	});
};

/**
 * `request 2 messages.-1.role: "tool"` and `request 2 stream: absent` are values in a request, `request 2 roles: …`
 * those of its messages, `request 2 says …: yes` whether a text is anywhere in it.
 */
const requestLine = (line: string, requests: readonly RawRequest[]): string => {
	const [, selector = "", number = "", what = ""] = /^(request (\d+) (says .*|[^:]*)): /.exec(line) ?? [];
	const { body } = requests[Number(number) - 1] ?? { body: null };
	const text = /^says (.*)$/.exec(what)?.[1];
	if (text !== undefined) return `${selector}: ${JSON.stringify(body).includes(text) ? "yes" : "no"}`;
	if (what === "roles")
		return `${selector}: ${body.messages.map(({ role }: { role: string }) => role).join(" ")}`;
	const value = at(body, what);
	return `${selector}: ${value === undefined ? "absent" : JSON.stringify(value)}`;
};

const at = (value: unknown, path: string): unknown => {
	let found = value;
	for (const name of path.split("."))
		found = Array.isArray(found)
			? found.at(Number(name))
			: (found as Record<string, unknown> | undefined)?.[name];
	return found;
};

/** What holds for the calls of every request: each has an id of its own, and its result right behind. */
const expectPairs = (body: { messages?: Record<string, unknown>[] } | null): void => {
	for (const [index, message] of (body?.messages ?? []).entries()) {
		const calls = message.tool_calls as { id: string }[] | undefined;
		if (calls === undefined) continue;
		const ids = calls.map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
		const results = body!.messages!.slice(index + 1, index + 1 + ids.length);
		expect(results.map((result) => result.tool_call_id)).toEqual(ids);
	}
};

const picture: Content = { kind: "image", mimeType: "image/png", data: "iVBORw0KGgo=" };
const question: Entry = { role: "user", content: [text("add")] };
/** A turn that ran a tool, as another model might have left it. */
const ran: readonly Entry[] = [
	question,
	{
		role: "assistant",
		items: [{ kind: "toolCall", callId: "call_1", name: "pyrun", args: { code: "1+1" }, executor: "server" }],
	},
	{ role: "tool", results: [{ callId: "call_1", content: [text("2")], isError: false }] },
	{ role: "assistant", items: [{ kind: "text", text: "It is 2." }] },
];
const earlier: Readonly<Record<string, readonly Entry[]>> = {
	question: [question],
	call: ran,
	plot: [
		...ran.slice(0, 2),
		{ role: "tool", results: [{ callId: "call_1", content: [picture], isError: false }] },
	],
};
const prompts: Readonly<Record<string, readonly Content[]>> = {
	picture: [text("what is this?"), picture],
	"two texts": [text("one"), text("two")],
};

/** `? model: NAME`, `? max tokens: N`, `? prompt: picture`, `? earlier: call`, `? parameters: {…}` of the tool. */
const toQuestion = (asked: readonly string[]) => {
	const given = new Map(asked.map((line) => line.split(/: (.*)/s) as [string, string]));
	const options: SayOptions = {
		...(given.has("max tokens") ? { maxOutputTokens: Number(given.get("max tokens")) } : {}),
		...(given.has("parameters")
			? {
					tools: [{ name: "pyrun", description: "Runs.", inputSchema: JSON.parse(given.get("parameters")!) }],
				}
			: {}),
	};
	return {
		model: given.get("model") ?? "some-model",
		prompt: prompts[given.get("prompt") ?? ""] ?? "hello",
		options,
		transcript: earlier[given.get("earlier") ?? ""] ?? [],
	};
};

type Answer = {
	readonly when: ((body: unknown, index: number) => boolean) | null;
	readonly answer: RawAnswer;
};

/**
 * `<< stream`, `<< stream, stays` (open) or `breaks`; `<< 400`, `<< 200 html`; `<< says TEXT` as the wire should; each
 * with `, when CONDITION` at the end. `<:` is a header.
 */
const toAnswer = ({ head, headers: named, lines }: QuirkAnswer, wire: Wire): Answer => {
	const [first = "", ...more] = head.split(", ");
	const condition = more.find((word) => word.startsWith("when "));
	const when = condition === undefined ? null : toCondition(condition.slice("when ".length));
	if (first.startsWith("says ")) return { when, answer: { body: said(first.slice("says ".length), wire) } };
	const [kind = "", type = "json"] = first.split(" ");
	const headers = Object.fromEntries(named.map((line) => line.split(/: (.*)/s).slice(0, 2)));
	if (kind === "stream") {
		const after = more.find((word) => word === "stays" || word === "breaks");
		const body = lines.map((line) => toBytes(line, wire)).join("");
		return {
			when,
			answer: { headers, body, ...(after === undefined ? {} : { after: after as "stays" | "breaks" }) },
		};
	}
	const types: Readonly<Record<string, string>> = {
		json: "application/json",
		html: "text/html",
		text: "text/plain",
	};
	const answer = {
		status: Number(kind),
		headers: { "content-type": types[type] ?? type, ...headers },
		body: lines.map((line) => unescaped(line)).join("\n"),
	};
	return { when, answer };
};

const unescaped = (line: string): string => {
	if (!line.startsWith("|")) return line;
	return JSON.parse(`"${line.slice(2).replaceAll('"', '\\"')}"`);
};

/** An event of the wire; `|` is a line as it is. */
const toBytes = (line: string, wire: Wire): string => {
	if (line === "") return "\n";
	if (line.startsWith("|")) return unescaped(line);
	const { type } = line.startsWith("{") ? JSON.parse(line) : {};
	return `${wire === "chat" || type === undefined ? "" : `event: ${type}\n`}data: ${line}\n\n`;
};

/** `tools` is in the request, `max_tokens > 4096`, `roles user user` in a row, `says TEXT`, `lacks TEXT`, `lists PATH`, `first`. */
const toCondition =
	(condition: string) =>
	(body: unknown, index: number): boolean => {
		const [first = "", ...rest] = condition.split(" ");
		const words = rest.join(" ");
		const whole = JSON.stringify(body);
		if (first === "first") return index === 0;
		if (first === "says") return whole.includes(words);
		if (first === "lacks") return !whole.includes(words);
		if (first === "lists") return Array.isArray(at(body, words));
		const { messages = [] } = body as { messages?: { role: string }[] };
		if (first === "roles")
			return messages
				.map(({ role }) => role)
				.join(" ")
				.includes(words);
		if (rest[0] === ">") return Number(at(body, first)) > Number(rest[1]);
		return at(body, first) !== undefined;
	};

/** An answer as it should be. */
const said = (words: string, wire: Wire): string => {
	const events = {
		chat: [{ choices: [{ delta: { content: words } }] }, { choices: [{ delta: {}, finish_reason: "stop" }] }],
		messages: [
			{ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: words } },
			{ type: "message_delta", delta: { stop_reason: "end_turn" } },
			{ type: "message_stop" },
		],
		responses: [
			{ type: "response.output_text.delta", output_index: 0, delta: words },
			{ type: "response.completed", response: {} },
		],
	};
	return sse(...events[wire]);
};
