/** Chat Completions, as OpenAI and compatible servers take and answer them. */
import { type Conversation, pieces, type Script } from "./script.ts";
import { type Body, errorTypes, imageTypes, tokensOf, type Wire, type WireEvent } from "./wire.ts";

const partsOf = (message: Body): Body[] =>
	typeof message.content === "string" ? [{ type: "text", text: message.content }] : (message.content ?? []);

const check = (body: Body): string | null => {
	if (typeof body.model !== "string") return "you must provide a model parameter";
	if (!Array.isArray(body.messages) || body.messages.length === 0)
		return "'messages' is too short - 'messages'";
	if (body.tools !== undefined && body.tools.length === 0) return "[] is too short - 'tools'";
	if (body.tool_choice !== undefined && body.tools === undefined)
		return "'tool_choice' is only allowed when 'tools' are specified.";
	for (const [index, tool] of (body.tools ?? []).entries())
		if (!/^[a-zA-Z0-9_-]{1,64}$/.test(tool.function?.name ?? ""))
			return `Invalid 'tools[${index}].function.name': string does not match pattern.`;
	let open: string[] = [];
	for (const [index, message] of body.messages.entries()) {
		const at = `messages[${index}]`;
		if (message.role === "tool") {
			if (!open.includes(message.tool_call_id))
				return `${at}: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.`;
			open = open.filter((id) => id !== message.tool_call_id);
			if (partsOf(message).some((part) => part.type !== "text"))
				return `${at}: Image URLs are only allowed for messages with role 'user'.`;
			continue;
		}
		if (open.length > 0)
			return `An assistant message with 'tool_calls' must be followed by tool messages responding to each: ${open}`;
		const wrong = checkMessage(message);
		if (wrong !== null) return `${at}: ${wrong}`;
		open = (message.tool_calls ?? []).map((call: Body) => call.id);
	}
	return open.length > 0 ? `'tool_calls' without tool messages: ${open}` : null;
};

const checkMessage = (message: Body): string | null => {
	const parts = partsOf(message);
	switch (message.role) {
		case "system":
		case "developer":
			return null;
		case "user":
			if (parts.length === 0) return "content is empty";
			for (const part of parts)
				if (part.type === "image_url") {
					const type = /^data:([^;]+);base64,./.exec(part.image_url?.url ?? "")?.[1];
					if (!imageTypes.includes(type ?? "")) return "unsupported image";
				} else if (part.type !== "text") return `Invalid content type ${part.type}`;
			return null;
		case "assistant":
			if (message.tool_calls !== undefined && message.tool_calls.length === 0)
				return "'tool_calls' is too short";
			for (const call of message.tool_calls ?? []) {
				if (typeof call.id !== "string" || call.id.length < 1 || call.id.length > 64)
					return "bad tool call id";
				if (!/^[a-zA-Z0-9_-]{1,64}$/.test(call.function?.name ?? "")) return "bad function name";
				try {
					JSON.parse(call.function.arguments);
				} catch {
					return "function arguments are not JSON";
				}
			}
			return parts.some((part) => part.text?.length > 0) || message.tool_calls !== undefined
				? null
				: "assistant message must have either content or tool_calls";
		default:
			return `Invalid role ${message.role}`;
	}
};

const see = (body: Body): Conversation => {
	let userText = "";
	let images: string[] = [];
	let rounds: { text: string; images: number }[][] = [];
	let inResults = false;
	for (const message of body.messages) {
		const parts = partsOf(message);
		const pictures = parts.filter((part) => part.type === "image_url");
		if (message.role === "tool") {
			if (!inResults) rounds.push([]);
			rounds.at(-1)?.push({ text: parts.map((part) => part.text).join("\n"), images: 0 });
			inResults = true;
			continue;
		}
		if (message.role !== "user") {
			inResults = false;
			continue;
		}
		// Pictures of tool results follow them in a user message of their own.
		const results = inResults ? rounds.at(-1)?.at(-1) : undefined;
		const texts = parts.filter((part) => part.type === "text" && !part.text.startsWith("<tool-images>"));
		if (results !== undefined && pictures.length > 0 && texts.length === 0) {
			results.images = pictures.length;
			continue;
		}
		inResults = false;
		if (texts.length === 0) continue;
		userText = texts.at(-1).text;
		images = pictures.map((part) => part.image_url.url.slice(0, 30));
		rounds = [];
	}
	const none = body.tool_choice === "none";
	return {
		userText,
		images,
		rounds,
		tools: none ? [] : (body.tools ?? []).map((tool: Body) => tool.function.name),
	};
};

const finishReasons = {
	endTurn: "stop",
	maxTokens: "length",
	refusal: "content_filter",
	toolUse: "tool_calls",
};

const usageOf = (script: Script, body: Body) => ({
	prompt_tokens: tokensOf(body.messages),
	completion_tokens: tokensOf(script.steps),
	total_tokens: tokensOf(body.messages) + tokensOf(script.steps),
	prompt_tokens_details: { cached_tokens: 0 },
});

const callOf = (step: Extract<Script["steps"][number], { kind: "tool" }>, id: string, index: number) => ({
	id: `call_${id}_${index}`,
	type: "function",
	function: {
		name: step.name,
		arguments: typeof step.args === "string" ? step.args : JSON.stringify(step.args),
	},
});

function* events(script: Script, body: Body, id: string): Iterable<WireEvent> {
	const chunk = (delta: object, shown = false, finish_reason: string | null = null): WireEvent => ({
		data: {
			id: `chatcmpl-${id}`,
			object: "chat.completion.chunk",
			created: 1_767_225_600,
			model: body.model,
			choices: [{ index: 0, delta, finish_reason }],
		},
		delta: shown,
	});
	yield chunk({ role: "assistant", content: "" });
	let calls = 0;
	for (const step of script.steps)
		if (step.kind === "text") for (const content of pieces(step.text)) yield chunk({ content }, true);
		else if (step.kind === "thinking")
			for (const reasoning_content of pieces(step.text)) yield chunk({ reasoning_content }, true);
		else if (step.kind === "tool") {
			const index = calls++;
			const call = callOf(step, id, index);
			yield chunk({ tool_calls: [{ ...call, index, function: { name: step.name, arguments: "" } }] });
			for (const text of pieces(call.function.arguments))
				yield chunk({ tool_calls: [{ index, function: { arguments: text } }] });
		}
	yield chunk({}, false, finishReasons[script.stop]);
	if (body.stream_options?.include_usage)
		yield {
			data: {
				id: `chatcmpl-${id}`,
				object: "chat.completion.chunk",
				created: 1_767_225_600,
				model: body.model,
				choices: [],
				usage: usageOf(script, body),
			},
		};
}

export const chatWire: Wire = {
	check,
	see,
	events,
	whole: (script, body, id) => {
		const calls = script.steps
			.filter((step) => step.kind === "tool")
			.map((step, index) => callOf(step, id, index));
		return {
			id: `chatcmpl-${id}`,
			object: "chat.completion",
			created: 1_767_225_600,
			model: body.model,
			choices: [
				{
					index: 0,
					finish_reason: finishReasons[script.stop],
					message: {
						role: "assistant",
						content: script.steps.flatMap((step) => (step.kind === "text" ? [step.text] : [])).join(""),
						...(calls.length > 0 ? { tool_calls: calls } : {}),
					},
				},
			],
			usage: usageOf(script, body),
		};
	},
	error: (status, message) => ({
		error: { message, type: errorTypes[status] ?? "server_error", param: null, code: null },
	}),
	streamError: () => ({
		data: { error: { message: "The model crashed.", type: "server_error", code: 500 } },
	}),
	tail: "data: [DONE]\n\n",
};
