/** Anthropic Messages, as `POST /v1/messages` takes and answers them. */
import { type Conversation, pieces, type Script } from "./script.ts";
import {
	type Body,
	errorTypes,
	imageTypes,
	isInjected,
	isToldToStop,
	sign,
	tokensOf,
	type Wire,
	type WireEvent,
} from "./wire.ts";

const blocksOf = (message: Body): Body[] =>
	typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;

const check = (body: Body): string | null => {
	if (typeof body.model !== "string") return "model: Field required";
	if (!Number.isInteger(body.max_tokens) || body.max_tokens < 1) return "max_tokens: Field required";
	if (!Array.isArray(body.messages) || body.messages.length === 0)
		return "messages: at least one message is required";
	const names = new Set<string>();
	for (const [index, tool] of (body.tools ?? []).entries()) {
		if (!/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name ?? ""))
			return `tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`;
		if (names.has(tool.name)) return "tools: Tool names must be unique.";
		names.add(tool.name);
		if (tool.type === undefined && tool.input_schema?.type !== "object")
			return `tools.${index}.custom.input_schema.type: Field required`;
	}
	if (body.thinking?.type === "enabled" && !(body.thinking.budget_tokens < body.max_tokens))
		return "`max_tokens` must be greater than `thinking.budget_tokens`";
	if (/haiku-4-5|claude-3|sonnet-4-5/.test(body.model) && body.thinking?.type === "adaptive")
		return "adaptive thinking is not supported on this model";
	if (/haiku-4-5|claude-3|sonnet-4-5/.test(body.model) && body.output_config?.effort !== undefined)
		return "This model does not support the effort parameter.";
	if (Array.isArray(body.system) && body.system.some((block: Body) => !block.text?.trim()))
		return "system: text content blocks must contain non-whitespace text";
	return checkMessages(body) ?? checkMarkers(body);
};

const checkMessages = (body: Body): string | null => {
	const messages: Body[] = body.messages.filter((message: Body) => message.role !== "system");
	if (messages[0]?.role !== "user") return 'messages: first message must use the "user" role';
	let open: string[] = [];
	for (const [index, message] of messages.entries()) {
		const at = `messages.${index}`;
		if (message.role !== "user" && message.role !== "assistant") return `${at}.role: Input should be 'user'`;
		const blocks = blocksOf(message);
		const answered = blocks.filter((block) => block.type === "tool_result").map((block) => block.tool_use_id);
		const unknown = answered.find((id) => !open.includes(id));
		if (unknown !== undefined)
			return `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unknown}`;
		const missing = open.filter((id) => !answered.includes(id));
		if (missing.length > 0)
			return `${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing}`;
		if (new Set(answered).size !== answered.length)
			return `${at}: each tool_use must have a single result. Found multiple \`tool_result\` blocks`;
		if (blocks.slice(0, answered.length).some((block) => block.type !== "tool_result"))
			return `${at}: \`tool_result\` blocks must come first`;
		if (blocks.length === 0 && index < messages.length - 1)
			return `${at}: all messages must have non-empty content`;
		for (const [place, block] of blocks.entries()) {
			const wrong = checkBlock(block, message.role, body);
			if (wrong !== null) return `${at}.content.${place}: ${wrong}`;
		}
		open = blocks.filter((block) => block.type === "tool_use").map((block) => block.id);
		if (new Set(open).size !== open.length) return `${at}: \`tool_use\` ids must be unique`;
		if (open.length > 0 && !body.tools?.length)
			return "tools: must be defined when messages hold tool_use blocks";
	}
	if (open.length > 0) return `messages: \`tool_use\` ids were found without \`tool_result\` blocks: ${open}`;
	return body.thinking?.type === "enabled" ? checkLastThinking(messages) : null;
};

/** With a thinking budget, an assistant message in a tool loop begins with its thinking. */
const checkLastThinking = (messages: Body[]): string | null => {
	const last = messages.at(-1);
	const before = messages.at(-2);
	if (last?.role !== "user" || before === undefined || blocksOf(last)[0]?.type !== "tool_result") return null;
	return /thinking/.test(blocksOf(before)[0]?.type)
		? null
		: "Expected `thinking` or `redacted_thinking`, but found `tool_use`";
};

const checkBlock = (block: Body, role: string, body: Body): string | null => {
	switch (block.type) {
		case "text":
			return block.text?.trim() ? null : "text content blocks must contain non-whitespace text";
		case "image":
			if (role !== "user") return "Input tag 'image' is not allowed here";
			return imageTypes.includes(block.source?.media_type) ? null : "image.source.media_type: unknown";
		case "tool_use":
			if (role !== "assistant") return "Input tag 'tool_use' is not allowed here";
			if (!/^[a-zA-Z0-9_-]{1,64}$/.test(block.id))
				return "tool_use.id: String should match '^[a-zA-Z0-9_-]+$'";
			if (typeof block.input !== "object" || block.input === null || Array.isArray(block.input))
				return "tool_use.input: Input should be a valid dictionary";
			return /^[a-zA-Z0-9_-]{1,128}$/.test(block.name) ? null : "tool_use.name: bad pattern";
		case "tool_result": {
			if (role !== "user") return "Input tag 'tool_result' is not allowed here";
			const inner: Body[] = typeof block.content === "string" ? [] : (block.content ?? []);
			for (const part of inner) {
				const wrong = checkBlock(part, "user", body);
				if (wrong !== null) return `tool_result.content: ${wrong}`;
			}
			return null;
		}
		case "thinking":
			if (role !== "assistant") return "Input tag 'thinking' is not allowed here";
			return block.signature === sign(body.model, block.thinking)
				? null
				: "Invalid `signature` in `thinking` block";
		default:
			return `Input tag '${block.type}' is not known`;
	}
};

const checkMarkers = (body: Body): string | null => {
	const marked = JSON.stringify(body).split('"cache_control"').length - 1;
	return marked > 4 ? `A maximum of 4 blocks with cache_control may be provided. Found ${marked}.` : null;
};

const see = (body: Body): Conversation => {
	let userText = "";
	let images: string[] = [];
	let rounds: Conversation["rounds"][number][] = [];
	for (const message of body.messages) {
		const steer = message.role === "system" ? steerOf(message) : null;
		if (steer !== null) {
			userText = steer;
			rounds = [];
		}
		if (message.role !== "user") continue;
		const blocks = blocksOf(message);
		const results = blocks.filter((block) => block.type === "tool_result");
		if (results.length > 0) rounds.push(results.map(toSeen));
		const texts = blocks.filter((block) => block.type === "text" && !isInjected(block.text));
		if (texts.length === 0) continue;
		userText = texts.at(-1).text;
		images = blocks.filter((block) => block.type === "image").map((block) => block.source.media_type);
		rounds = [];
	}
	const none = body.tool_choice?.type === "none" || isToldToStop(rounds);
	return { userText, images, rounds, tools: none ? [] : (body.tools ?? []).map((tool: Body) => tool.name) };
};

/** Claude Code tells what a person adds to a running turn in a system message. */
const steerOf = (message: Body): string | null => {
	const text = blocksOf(message)
		.map((block) => block.text)
		.join("\n");
	return (
		/^The user sent a new message while you were working:\n([\s\S]*?)\n\nThis is how/.exec(text)?.[1] ?? null
	);
};

const toSeen = (block: Body) => {
	const inner: Body[] = blocksOf(block);
	return {
		text: inner.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n"),
		images: inner.filter((part) => part.type === "image").length,
	};
};

const stopReasons = { endTurn: "end_turn", maxTokens: "max_tokens", refusal: "refusal", toolUse: "tool_use" };

const usageOf = (body: Body) => ({
	input_tokens: tokensOf(body.messages),
	cache_creation_input_tokens: 0,
	cache_read_input_tokens: 0,
});

function* events(script: Script, body: Body, id: string): Iterable<WireEvent> {
	const typed = (data: { type: string; [key: string]: unknown }, delta = false): WireEvent => ({
		event: data.type,
		data,
		delta,
	});
	yield typed({
		type: "message_start",
		message: {
			id: `msg_${id}`,
			type: "message",
			role: "assistant",
			model: body.model,
			content: [],
			stop_reason: null,
			stop_sequence: null,
			usage: { ...usageOf(body), output_tokens: 1 },
		},
	});
	yield typed({ type: "ping" });
	for (const [index, step] of script.steps.entries()) {
		const delta = (data: unknown, shown: boolean) =>
			typed({ type: "content_block_delta", index, delta: data }, shown);
		const start = (content_block: unknown) => typed({ type: "content_block_start", index, content_block });
		if (step.kind === "text") {
			yield start({ type: "text", text: "" });
			for (const text of pieces(step.text)) yield delta({ type: "text_delta", text }, true);
		} else if (step.kind === "thinking") {
			if (!/adaptive|enabled/.test(body.thinking?.type)) continue;
			yield start({ type: "thinking", thinking: "", signature: "" });
			for (const thinking of pieces(step.text)) yield delta({ type: "thinking_delta", thinking }, true);
			yield delta({ type: "signature_delta", signature: sign(body.model, step.text) }, false);
		} else if (step.kind === "tool") {
			yield start({ type: "tool_use", id: `toolu_${id}_${index}`, name: step.name, input: {} });
			const json = typeof step.args === "string" ? step.args : JSON.stringify(step.args);
			for (const partial_json of pieces(json)) yield delta({ type: "input_json_delta", partial_json }, false);
		}
		yield typed({ type: "content_block_stop", index });
	}
	yield typed({
		type: "message_delta",
		delta: { stop_reason: stopReasons[script.stop], stop_sequence: null },
		usage: { output_tokens: tokensOf(script.steps) },
	});
	yield typed({ type: "message_stop" });
}

const whole = (script: Script, body: Body, id: string) => ({
	id: `msg_${id}`,
	type: "message",
	role: "assistant",
	model: body.model,
	content: script.steps.flatMap((step, index): Body[] =>
		step.kind === "text"
			? [{ type: "text", text: step.text }]
			: step.kind === "tool"
				? [{ type: "tool_use", id: `toolu_${id}_${index}`, name: step.name, input: step.args }]
				: [],
	),
	stop_reason: stopReasons[script.stop],
	stop_sequence: null,
	usage: { ...usageOf(body), output_tokens: tokensOf(script.steps) },
});

export const anthropicWire: Wire = {
	check,
	see,
	events,
	whole,
	error: (status, message, id) => ({
		type: "error",
		error: { type: errorTypes[status] ?? "api_error", message },
		request_id: id,
	}),
	streamError: () => ({
		event: "error",
		data: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
	}),
	tail: "",
};
