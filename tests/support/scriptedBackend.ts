/** A backend that says what a test tells it to: the middle tier's stand-in for a model. */
import type { Backend, TurnRequest, TurnUpdate } from "../../server/backends/backend.ts";
import type { AssistantItem, ToolCall, ToolResult } from "../../server/context/transcript.ts";

export type Script = (request: TurnRequest) => AsyncIterable<TurnUpdate>;

/** Every request it got, and a script for the next ones (the last is repeated). */
export type ScriptedBackend = Backend & { readonly requests: TurnRequest[] };

export const scriptedBackend = (...scripts: readonly Script[]): ScriptedBackend => {
	const requests: TurnRequest[] = [];
	return {
		name: "scripted",
		aliases: [],
		capabilities: {
			images: true,
			thinking: true,
			tools: true,
			steer: true,
			search: false,
			providerTools: false,
		},
		defaultModel: "script-1",
		defaultCompletionModel: "script-mini",
		requests,
		login: () => ({ kind: "notNeeded" }),
		async *runTurn(request) {
			requests.push(request);
			const script = scripts[Math.min(requests.length, scripts.length) - 1] ?? say("ok");
			yield* script(request);
		},
		warm: () => {},
		listModels: async () => [],
		contextWindow: () => 200_000,
		dispose: async () => {},
	};
};

const end = (
	stopReason: "endTurn" | "cancelled" | "failed" = "endTurn",
	error: string | null = null,
): TurnUpdate => ({
	kind: "end",
	stopReason,
	usage: null,
	error,
});

let items = 0;
const response = function* (parts: readonly AssistantItem[]): Generator<TurnUpdate> {
	for (const part of parts) {
		if (part.kind === "toolCall") {
			yield { kind: "toolCall", call: part };
			continue;
		}
		const itemId = `item-${++items}`;
		for (const delta of part.text.match(/.{1,4}/gs) ?? []) yield { kind: `${part.kind}Delta`, itemId, delta };
		yield { kind: part.kind, itemId, text: part.text };
	}
	yield { kind: "response", entry: { role: "assistant", items: parts } };
};

/** Answers with a text. */
export const say = (text: string): Script =>
	async function* () {
		yield* response([{ kind: "text", text }]);
		yield end();
	};

/** Calls a tool and then says what it told. */
export const callTool = (name: string, args: Record<string, unknown>): Script =>
	async function* (request) {
		const call: ToolCall = { kind: "toolCall", callId: `call-${++items}`, name, args, executor: "server" };
		yield* response([call]);
		const result: ToolResult = await request.callTool(call, request.signal);
		yield { kind: "toolResult", result };
		yield { kind: "toolResults", results: [result] };
		if (request.signal.aborted) return yield end("cancelled");
		const text = result.content
			.map((part) => (part.kind === "text" ? part.text : `[${part.mimeType}]`))
			.join("\n");
		yield* response([{ kind: "text", text: `TOOL SAID: ${text}` }]);
		yield end();
	};

/** Says a beginning, then waits until it is cancelled. */
export const hangAfter = (text: string): Script =>
	async function* ({ signal }) {
		yield { kind: "textDelta", itemId: "hanging", delta: text };
		if (!signal.aborted)
			await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
		yield { kind: "text", itemId: "hanging", text };
		yield { kind: "response", entry: { role: "assistant", items: [{ kind: "text", text }], partial: true } };
		yield end("cancelled");
	};

/** Fails after a beginning. */
export const failAfter = (text: string, error: string): Script =>
	async function* () {
		yield* response([{ kind: "text", text }]);
		yield end("failed", error);
	};
