/** OpenAI Responses, as `POST /v1/responses` takes and answers them. */
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

const itemsOf = (body: Body): Body[] =>
	typeof body.input === "string" ? [{ type: "message", role: "user", content: body.input }] : body.input;

const typeOf = (item: Body): string => item.type ?? "message";

const contentOf = (item: Body): Body[] =>
	typeof item.content === "string" ? [{ type: "input_text", text: item.content }] : item.content;

const calls = new Map([
	["function_call", "function_call_output"],
	["custom_tool_call", "custom_tool_call_output"],
]);

const check = (body: Body): string | null => {
	if (typeof body.model !== "string") return "Missing required parameter: 'model'.";
	if (body.input === undefined) return "Missing required parameter: 'input'.";
	if (body.max_output_tokens !== undefined && body.max_output_tokens < 16)
		return "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16.";
	if (body.reasoning && /^(gpt-4|gpt-3|chatgpt)/.test(body.model))
		return "Unsupported parameter: 'reasoning.effort' is not supported with this model.";
	for (const [index, tool] of (body.tools ?? []).entries())
		if (tool.type === "function" && !/^[a-zA-Z0-9_-]{1,64}$/.test(tool.name ?? ""))
			return `Invalid 'tools[${index}].name': string does not match pattern '^[a-zA-Z0-9_-]+$'.`;
	const items = itemsOf(body);
	const open = new Set<string>();
	const seen = new Set<string>();
	for (const [index, item] of items.entries()) {
		const wrong = checkItem(item, items[index + 1], body);
		if (wrong !== null) return `Invalid 'input[${index}]': ${wrong}`;
		const type = typeOf(item);
		if (calls.has(type)) {
			if (seen.has(item.call_id)) return `Duplicate call_id ${item.call_id}.`;
			seen.add(item.call_id);
			open.add(item.call_id);
		}
		if ([...calls.values()].includes(type) && !open.delete(item.call_id))
			return `No tool call found for function call output with call_id ${item.call_id}.`;
	}
	return open.size > 0 ? `No tool output found for function call ${[...open]}.` : null;
};

const checkItem = (item: Body, next: Body, body: Body): string | null => {
	switch (typeOf(item)) {
		case "message":
			if (!["user", "assistant", "system", "developer"].includes(item.role)) return "unknown role";
			for (const part of contentOf(item)) {
				const allowed =
					item.role === "assistant"
						? ["output_text", "refusal", ...(typeof item.content === "string" ? ["input_text"] : [])]
						: ["input_text", "input_image"];
				if (!allowed.includes(part.type)) return `Invalid value: '${part.type}'.`;
				if (part.type === "input_image") {
					const type = /^data:([^;]+);base64,./.exec(part.image_url ?? "")?.[1];
					if (!imageTypes.includes(type ?? ""))
						return "The image data you provided does not represent a valid image.";
				}
			}
			return null;
		case "reasoning": {
			const text = (item.summary ?? []).map((part: Body) => part.text).join("\n\n");
			if (item.encrypted_content !== sign(body.model, text))
				return `The encrypted content for item ${item.id} could not be verified.`;
			return next === undefined ||
				!(calls.has(typeOf(next)) || next.role === "assistant" || typeOf(next) === "reasoning")
				? `Item '${item.id}' of type 'reasoning' was provided without its required following item.`
				: null;
		}
		case "function_call":
			if (typeof item.arguments !== "string") return "'arguments' must be a string";
			if (!/^[a-zA-Z0-9_-]{1,64}$/.test(item.name)) return "'name' does not match pattern '^[a-zA-Z0-9_-]+$'";
			return checkId(item.call_id);
		case "function_call_output":
			if (typeof item.output !== "string" && !Array.isArray(item.output)) return "'output' is missing";
			return checkId(item.call_id);
		default:
			return ["custom_tool_call", "custom_tool_call_output", "additional_tools", "web_search_call"].includes(
				item.type,
			)
				? null
				: `Invalid value: '${item.type}'.`;
	}
};

const checkId = (id: unknown): string | null =>
	typeof id === "string" && id.length >= 1 && id.length <= 64
		? null
		: "'call_id': string too long or missing";

const see = (body: Body): Conversation => {
	let userText = "";
	let images: string[] = [];
	let rounds: { text: string; images: number }[][] = [];
	let inResults = false;
	const tools: string[] = (body.tools ?? []).flatMap((tool: Body) =>
		tool.type === "function" ? [tool.name] : [],
	);
	for (const item of itemsOf(body)) {
		if (/_output$/.test(item.type ?? "")) {
			if (!inResults) rounds.push([]);
			rounds.at(-1)?.push(toSeen(item.output));
			inResults = true;
			continue;
		}
		inResults = false;
		if (typeOf(item) !== "message" || item.role !== "user") continue;
		const parts = contentOf(item);
		const texts = parts.filter((part) => part.type === "input_text" && !isInjected(part.text));
		if (texts.length === 0) continue;
		userText = texts.at(-1).text;
		images = parts.filter((part) => part.type === "input_image").map((part) => part.image_url.slice(0, 30));
		rounds = [];
	}
	return {
		userText,
		images,
		rounds,
		tools: body.tool_choice === "none" || isToldToStop(rounds) ? [] : tools,
	};
};

const toSeen = (output: Body) => {
	const parts: Body[] = typeof output === "string" ? [{ type: "input_text", text: output }] : output;
	return {
		text: parts.flatMap((part) => (part.type === "input_text" ? [part.text] : [])).join("\n"),
		images: parts.filter((part) => part.type === "input_image").length,
	};
};

const outputOf = (script: Script, body: Body, id: string): Body[] =>
	script.steps.flatMap((step, index): Body[] => {
		if (step.kind === "thinking")
			return body.reasoning === undefined
				? []
				: [
						{
							id: `rs_${id}_${index}`,
							type: "reasoning",
							summary: [{ type: "summary_text", text: step.text }],
							...(body.include?.includes("reasoning.encrypted_content")
								? { encrypted_content: sign(body.model, step.text) }
								: {}),
						},
					];
		if (step.kind === "custom")
			return [
				{
					id: `ctc_${id}_${index}`,
					type: "custom_tool_call",
					status: "completed",
					call_id: `call_${id}_${index}`,
					name: step.name,
					...(step.name === "exec" ? { namespace: "functions" } : {}),
					input: step.input,
				},
			];
		if (step.kind === "text")
			return [
				{
					id: `msg_${id}_${index}`,
					type: "message",
					role: "assistant",
					status: "completed",
					content: [
						script.stop === "refusal"
							? { type: "refusal", refusal: step.text }
							: { type: "output_text", text: step.text, annotations: [] },
					],
				},
			];
		return [
			{
				id: `fc_${id}_${index}`,
				type: "function_call",
				status: "completed",
				call_id: `call_${id}_${index}`,
				name: step.name,
				arguments: typeof step.args === "string" ? step.args : JSON.stringify(step.args),
			},
		];
	});

const responseOf = (script: Script, body: Body, id: string, status: string, output: Body[]) => ({
	id: `resp_${id}`,
	object: "response",
	created_at: 1_767_225_600,
	model: body.model,
	status,
	output,
	error: null,
	incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
	instructions: null,
	metadata: {},
	parallel_tool_calls: true,
	tool_choice: "auto",
	tools: [],
	temperature: null,
	top_p: null,
	usage:
		status === "in_progress"
			? null
			: {
					input_tokens: tokensOf(body.input),
					input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
					output_tokens: tokensOf(script.steps),
					output_tokens_details: { reasoning_tokens: 0 },
					total_tokens: tokensOf(body.input) + tokensOf(script.steps),
				},
});

function* events(script: Script, body: Body, id: string): Iterable<WireEvent> {
	let sequence_number = 0;
	const typed = (type: string, data: object, delta = false): WireEvent => ({
		event: type,
		data: { type, sequence_number: sequence_number++, ...data },
		delta,
	});
	const started = responseOf(script, body, id, "in_progress", []);
	yield typed("response.created", { response: started });
	yield typed("response.in_progress", { response: started });
	const output = outputOf(script, body, id);
	for (const [output_index, item] of output.entries()) {
		const at = { item_id: item.id, output_index };
		if (item.type === "reasoning") {
			const text: string = item.summary[0].text;
			const part = { ...at, summary_index: 0 };
			yield typed("response.output_item.added", { output_index, item: { ...item, summary: [] } });
			yield typed("response.reasoning_summary_part.added", {
				...part,
				part: { type: "summary_text", text: "" },
			});
			for (const delta of pieces(text))
				yield typed("response.reasoning_summary_text.delta", { ...part, delta }, true);
			yield typed("response.reasoning_summary_text.done", { ...part, text });
			yield typed("response.reasoning_summary_part.done", { ...part, part: item.summary[0] });
		} else if (item.type === "message") {
			const [content] = item.content;
			const refused = content.type === "refusal";
			const part = { ...at, content_index: 0 };
			const text: string = refused ? content.refusal : content.text;
			const kind = refused ? "refusal" : "output_text";
			yield typed("response.output_item.added", {
				output_index,
				item: { ...item, status: "in_progress", content: [] },
			});
			yield typed("response.content_part.added", {
				...part,
				part: { ...content, [refused ? "refusal" : "text"]: "" },
			});
			for (const delta of pieces(text))
				yield typed(`response.${kind}.delta`, { ...part, delta, logprobs: [] }, true);
			yield typed(`response.${kind}.done`, { ...part, [refused ? "refusal" : "text"]: text, logprobs: [] });
			yield typed("response.content_part.done", { ...part, part: content });
		} else if (item.type === "custom_tool_call") {
			yield typed("response.output_item.added", { output_index, item: { ...item, input: "" } });
			yield typed("response.custom_tool_call_input.delta", { ...at, delta: item.input });
			yield typed("response.custom_tool_call_input.done", { ...at, input: item.input });
		} else {
			yield typed("response.output_item.added", {
				output_index,
				item: { ...item, status: "in_progress", arguments: "" },
			});
			for (const delta of pieces(item.arguments))
				yield typed("response.function_call_arguments.delta", { ...at, delta });
			yield typed("response.function_call_arguments.done", {
				...at,
				name: item.name,
				arguments: item.arguments,
			});
		}
		yield typed("response.output_item.done", { output_index, item });
	}
	const status = script.stop === "maxTokens" ? "incomplete" : "completed";
	yield typed(`response.${status}`, { response: responseOf(script, body, id, status, output) });
}

export const responsesWire: Wire = {
	check,
	see,
	events,
	whole: (script, body, id) => responseOf(script, body, id, "completed", outputOf(script, body, id)),
	error: (status, message) => ({
		error: { message, type: errorTypes[status] ?? "server_error", param: null, code: null },
	}),
	streamError: () => ({
		event: "error",
		data: {
			type: "error",
			sequence_number: 9,
			code: "server_error",
			message: "The server had an error while processing your request.",
			param: null,
		},
	}),
	tail: "",
};
