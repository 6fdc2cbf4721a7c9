/** What Claude Code and Codex were recorded to say, through our adapters. `npm run capture` records it anew. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TurnRequest, TurnUpdate } from "../../../server/backends/backend.ts";
import type { ClaudeChild } from "../../../server/backends/claudeSdk/child.ts";
import { ClaudeTurn } from "../../../server/backends/claudeSdk/turn.ts";
import type { AppServer } from "../../../server/backends/codex/appServer.ts";
import { CodexTurn } from "../../../server/backends/codex/turn.ts";
import { pyrun, text } from "../../support/conversation.ts";
import { readSource } from "../../support/sources.ts";

const owner = { backend: "b", model: "m", endpoint: "e" };
const request: TurnRequest = {
	conversationId: "c",
	environment: {},
	cwd: "/folder",
	systemPrompt: "",
	transcript: [{ role: "user", content: [text("hello")] }],
	tools: [pyrun],
	model: "m",
	think: "m",
	search: null,
	maxRounds: 5,
	signal: new AbortController().signal,
	callTool: async ({ callId }) => ({ callId, content: [text("4")], isError: false }),
	permitProviderTool: async () => null,
	takeSteering: () => [],
};

const folder = join(import.meta.dirname, "../../fixtures/captures");
const linesOf = (name: string) =>
	readSource(`tests/fixtures/captures/${name}.jsonl`)
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));

const told = async (updates: AsyncIterable<TurnUpdate>): Promise<string> => {
	const lines: string[] = [];
	for await (const update of updates) {
		if (update.kind === "text" || update.kind === "thinking") lines.push(`${update.kind}: ${update.text}`);
		if (update.kind === "toolCall") lines.push(`call: ${JSON.stringify(update.call.args)}`);
		if (update.kind === "toolResult") lines.push(`result: ${JSON.stringify(update.result.content)}`);
		if (update.kind === "end") lines.push(`${update.stopReason} ${update.error ?? ""}`.trim());
	}
	return lines.join("\n");
};

const replayClaude = async (name: string): Promise<string> => {
	const child = { takeCost: (total: number) => total, options: { hasKey: true } } as unknown as ClaudeChild;
	const turn = new ClaudeTurn(request, child, null, owner);
	const reading = told(turn.updates);
	const calls: Promise<unknown>[] = [];
	for (const message of linesOf(name)) {
		const block = message.event?.content_block;
		if (block?.type === "tool_use") calls.push(turn.permit(block.id).then(() => turn.callTool(block.id)));
		if (message.type === "user") await Promise.all(calls);
		turn.onMessage(message);
	}
	return reading;
};

const replayCodex = async (name: string): Promise<string> => {
	const lines = linesOf(name);
	const { threadId } = lines[0].params;
	const { turn: begun } = lines.find(({ method }) => method === "turn/started").params;
	const server = { request: async () => ({ turn: begun }) } as unknown as AppServer;
	const turn = new CodexTurn({
		request,
		server,
		threadId,
		owner,
		maxReconnects: 1,
	});
	const reading = told(turn.updates);
	void turn.start([]);
	const calls: Promise<unknown>[] = [];
	for (const { id, method, params } of lines) {
		if (method === "item/tool/call") calls.push(turn.callTool(params));
		else if (id !== undefined) calls.push(turn.permit(params));
		if (method === "item/completed" && params.item.type === "dynamicToolCall") await Promise.all(calls);
		if (id === undefined) turn.onNotification(method, params);
	}
	return reading;
};

const expected: Readonly<Record<string, string>> = {
	plain: "text: You said: hello\nendTurn",
	thinking: "thinking: Let me see.\ntext: Done.\nendTurn",
	command:
		'text: One command.\ncall: {"cmd":"echo made; exit 3"}\nresult: [{"kind":"text","text":"made\\nexit code 3"}]\ntext: It failed.\nendTurn',
	tool: 'text: One call.\ncall: {"code":"2+2"}\nresult: [{"kind":"text","text":"4"}]\ntext: TOOL SAID: 4\nendTurn',
};

test.each(readdirSync(folder).map((file) => file.replace(".jsonl", "")))("%s", async (name) => {
	const [program, kind = ""] = name.split("-");
	expect(await (program === "claude" ? replayClaude(name) : replayCodex(name))).toBe(expected[kind]);
});
