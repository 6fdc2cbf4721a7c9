/** A transcript as a Claude Code session to resume. */
import { randomUUID } from "node:crypto";
import type { SessionStoreEntry } from "@anthropic-ai/claude-agent-sdk";
import { toAnthropicMessages } from "../anthropic/messages.ts";
import type { Step } from "../loop/settle.ts";
import type { WireNames } from "../loop/wireId.ts";

type Message = ReturnType<typeof toAnthropicMessages>[number];

export type Seed = {
	/** The conversation so far; empty for a new one. */
	readonly records: readonly SessionStoreEntry[];
	/** What is left to ask: the prompt, and prompts before it that got no answer. */
	readonly prompt: Message["content"];
};

/**
 * A session has to end with an answer: what the model has not answered yet is asked with the prompt. Answers carry
 * `model`, the one that is asked, since the child leaves out the thinking of any other.
 */
export const toSeed = (steps: readonly Step[], names: WireNames, model: string): Seed => {
	const lastOther = steps.findLastIndex((step) => step.role !== "user");
	const history = toAnthropicMessages(steps.slice(0, lastOther + 1), names);
	const rest = toAnthropicMessages(steps.slice(lastOther + 1), names);
	let parentUuid: string | null = null;
	const records = history.map((message, index) => {
		const uuid = randomUUID();
		const record = {
			type: message.role,
			uuid,
			parentUuid,
			// Only the order counts; the child refuses records without a time.
			timestamp: new Date(firstTime + index * 1000).toISOString(),
			message: {
				role: message.role,
				...(message.role === "assistant" ? { model } : {}),
				content: message.content,
			},
		};
		parentUuid = uuid;
		return record as unknown as SessionStoreEntry;
	});
	return { records, prompt: rest.flatMap((message) => message.content) };
};

const firstTime = Date.UTC(2026, 0, 1);
