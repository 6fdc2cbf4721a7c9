/**
 * A conversation with a backend as the server would hold it: prompts in, updates out, the transcript kept. Each turn
 * is held to the contract of `server/backends/backend.ts`.
 */
import { expect } from "vitest";
import type { Content, StopReason, ThinkLevel, ToolDescription, Usage } from "../../protocol/index.ts";
import type {
	Backend,
	Environment,
	TurnPreparation,
	TurnRequest,
	TurnUpdate,
} from "../../server/backends/backend.ts";
import type { Entry, ToolCall, ToolResult } from "../../server/context/transcript.ts";

export type Turn = {
	readonly updates: readonly TurnUpdate[];
	/** Text of all responses, joined. */
	readonly text: string;
	readonly thinking: string;
	readonly stopReason: StopReason;
	readonly error: string | null;
	readonly usage: Usage | null;
	/** What the turn added to the transcript. */
	readonly entries: readonly Entry[];
};

export type ToolAnswer = string | { content: readonly Content[]; isError?: boolean };

export type SayOptions = {
	readonly signal?: AbortSignal;
	readonly tools?: readonly ToolDescription[];
	readonly model?: string;
	readonly systemPrompt?: string;
	readonly maxRounds?: number;
	readonly maxOutputTokens?: number;
	readonly think?: ThinkLevel;
	readonly environment?: Environment;
	readonly onUpdate?: (update: TurnUpdate) => void;
	readonly callTool?: (call: ToolCall, signal: AbortSignal) => ToolAnswer | Promise<ToolAnswer>;
	readonly permit?: (call: ToolCall) => string | null | Promise<string | null>;
	readonly steering?: () => readonly (readonly Content[])[];
};

export const pyrun: ToolDescription = {
	name: "pyrun",
	description: "Runs Python.",
	inputSchema: { type: "object", properties: { code: { type: "string" } }, required: ["code"] },
};

export const text = (value: string): Content => ({ kind: "text", text: value });

let conversations = 0;

export class Conversation {
	transcript: Entry[] = [];
	readonly conversationId: string;
	readonly #backend: Backend;
	readonly #environment: Environment;
	readonly #model: string;
	readonly #cwd: string;

	constructor(
		backend: Backend,
		environment: Environment,
		model: string,
		cwd = "/tmp",
		conversationId?: string,
	) {
		this.conversationId = conversationId ?? `conversation-${++conversations}`;
		this.#backend = backend;
		this.#environment = environment;
		this.#model = model;
		this.#cwd = cwd;
	}

	/** What the next turn says of itself before its prompt is known. */
	preparation(): TurnPreparation {
		return {
			conversationId: this.conversationId,
			environment: this.#environment,
			cwd: this.#cwd,
			systemPrompt: "You help with Python.",
			transcript: this.transcript,
			tools: [pyrun],
			model: this.#model,
			think: "m",
			search: null,
		};
	}

	async say(prompt: string | readonly Content[], options: SayOptions = {}): Promise<Turn> {
		const content = typeof prompt === "string" ? [text(prompt)] : prompt;
		const before = JSON.stringify(this.transcript);
		const request: TurnRequest = {
			conversationId: this.conversationId,
			environment: options.environment ?? this.#environment,
			cwd: this.#cwd,
			systemPrompt: options.systemPrompt ?? "You help with Python.",
			transcript: [...this.transcript, { role: "user", content }],
			tools: options.tools ?? [pyrun],
			model: options.model ?? this.#model,
			think: options.think ?? "m",
			search: null,
			maxRounds: options.maxRounds ?? 21,
			...(options.maxOutputTokens === undefined ? {} : { maxOutputTokens: options.maxOutputTokens }),
			signal: options.signal ?? new AbortController().signal,
			callTool: async (call, signal): Promise<ToolResult> => {
				const answer = await (options.callTool ?? (() => "4"))(call, signal);
				if (typeof answer === "string")
					return { callId: call.callId, content: [text(answer)], isError: false };
				return { callId: call.callId, content: answer.content, isError: answer.isError ?? false };
			},
			permitProviderTool: async (call) => (options.permit ?? (() => null))(call),
			takeSteering: options.steering ?? (() => []),
		};
		const updates: TurnUpdate[] = [];
		for await (const update of this.#backend.runTurn(request)) {
			updates.push(update);
			options.onUpdate?.(update);
		}
		expect(JSON.stringify(this.transcript)).toBe(before);
		const entries = entriesOf(updates);
		checkContract(updates, entries);
		this.transcript = [...request.transcript, ...entries];
		return toTurn(updates, entries);
	}
}

const entriesOf = (updates: readonly TurnUpdate[]): Entry[] =>
	updates.flatMap((update): Entry[] => {
		if (update.kind === "response") return [update.entry];
		if (update.kind === "toolResults") return [{ role: "tool", results: update.results }];
		return update.kind === "steered" ? [{ role: "user", content: update.content }] : [];
	});

const toTurn = (updates: readonly TurnUpdate[], entries: readonly Entry[]): Turn => {
	const join = (kind: "text" | "thinking") =>
		updates.flatMap((update) => (update.kind === kind ? [update.text] : [])).join("");
	const end = updates.at(-1);
	if (end?.kind !== "end") throw new Error("The turn has no end.");
	const { stopReason, error, usage } = end;
	return { updates, entries, text: join("text"), thinking: join("thinking"), stopReason, error, usage };
};

/** What holds for every turn of every backend, however it went. */
const checkContract = (updates: readonly TurnUpdate[], entries: readonly Entry[]): void => {
	const kinds = updates.map((update) => update.kind);
	expect(
		kinds.filter((kind) => kind === "end"),
		"exactly one end",
	).toEqual(["end"]);
	expect(kinds.at(-1), "the end comes last").toBe("end");

	const shown = new Map<string, string>();
	const whole = new Map<string, string>();
	const called: string[] = [];
	const answered: string[] = [];
	for (const update of updates)
		if (update.kind === "textDelta" || update.kind === "thinkingDelta") {
			expect(whole.has(update.itemId), "no delta after the whole item").toBe(false);
			shown.set(update.itemId, (shown.get(update.itemId) ?? "") + update.delta);
		} else if (update.kind === "text" || update.kind === "thinking") {
			expect(whole.has(update.itemId), "an item is whole once").toBe(false);
			whole.set(update.itemId, update.text);
		} else if (update.kind === "toolCall") called.push(update.call.callId);
		else if (update.kind === "toolResult") {
			expect(called, "a result follows its call").toContain(update.result.callId);
			answered.push(update.result.callId);
		}
	for (const [itemId, delta] of shown) expect(whole.get(itemId), "deltas are the item").toBe(delta);
	expect([...answered].sort(), "one result for each call").toEqual([...called].sort());
	expect(new Set(called).size, "call ids are unique").toBe(called.length);

	const items = entries.flatMap((entry) => (entry.role === "assistant" ? entry.items : []));
	const inEntries = items.flatMap((item) => (item.kind === "toolCall" ? [] : [item.text]));
	expect(inEntries.sort(), "responses repeat the items").toEqual([...whole.values()].sort());
	const calls = items.flatMap((item) => (item.kind === "toolCall" ? [item.callId] : []));
	const results = entries.flatMap((entry) =>
		entry.role === "tool" ? entry.results.map((result) => result.callId) : [],
	);
	expect(calls.sort(), "responses hold the calls").toEqual([...called].sort());
	expect(results.sort(), "tool entries hold the results").toEqual([...called].sort());
};

/** One turn with a backend that is disposed of then. */
export const sayOnce = async (
	backend: Backend,
	environment: Environment,
	model = "some-model",
): Promise<Turn> => {
	const turn = await new Conversation(backend, environment, model).say("hello");
	await backend.dispose();
	return turn;
};
