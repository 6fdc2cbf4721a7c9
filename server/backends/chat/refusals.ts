/** What servers that speak Chat Completions refuse, by what they say. */
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import {
	changeEach,
	leaveOut,
	losses,
	type Refusable,
	refusing,
	withMember,
	without,
} from "../http/refusals.ts";

type Body = ChatCompletionCreateParamsStreaming;

/** Messages are looked at by their members: which ones there are is what servers differ in. */
type Message = { readonly [member: string]: unknown; readonly role: string };
type Part = { readonly type: string; readonly text?: string };
type Call = { readonly [member: string]: unknown; readonly function: { name: string; arguments: string } };

const inMessages =
	(change: (message: Message) => Message) =>
	(body: Body): Body => {
		const messages = changeEach(body.messages as unknown as readonly Message[], change);
		return withMember(body, "messages", messages as unknown as Body["messages"]);
	};

/** First match wins: the narrower one stands first. */
export const chatRefusals: readonly Refusable<Body>[] = [
	// An answer in one piece is read, too.
	{
		refusal: /verified to stream|stream(ing)? is not supported|support streaming/i,
		without: without("stream", "stream_options"),
	},
	{ refusal: refusing("stream_options"), without: without("stream_options") },
	{
		refusal: /reasoning_effort|does not support thinking/i,
		without: without("reasoning_effort"),
		loss: losses.thinking,
	},
	{
		refusal: refusing("max_tokens"),
		without: (body) =>
			body.max_tokens === undefined
				? body
				: { ...leaveOut(body, "max_tokens"), max_completion_tokens: body.max_tokens },
	},
	{ refusal: refusing("max_completion_tokens"), without: without("max_completion_tokens") },
	{ refusal: refusing("tool_choice"), without: without("tool_choice") },
	{
		refusal: /content.{0,40}(must be a string|expected (a )?string|valid string)|expected a string/i,
		without: inMessages(withPlainContent),
	},
	{
		refusal:
			/support (image|vision|multimodal)|images? (input )?(is|are) not supported|variant `image_url`|image_url.{0,20}not supported|not a multimodal|at most 0 image|compiled for multimodal|multimodal not supported|content must be a string/i,
		lacks: "pictures",
		loss: losses.pictures,
	},
	{
		refusal:
			/support (tool|function)|(tool|function).{0,20}(not|un)\s?support|unsupported param: tools|tools param requires|enable-auto-tool-choice/i,
		lacks: "tools",
		loss: losses.tools,
	},
	{
		refusal: /reasoning_content.*(passed back|missing|required)|missing.*reasoning_content/is,
		without: inMessages(withReasoning),
	},
	{ refusal: refusing("reasoning_(content|details)"), lacks: "native" },
	{ refusal: /thought_signature/i, without: inMessages(withSignatures) },
	{
		refusal: /system.{0,30}not support|got system|only user.*(roles|supported)|developer instruction/i,
		without: withoutSystem,
	},
	{ refusal: /roles must alternate/i, without: alternating },
	{ refusal: /'user' after role 'tool'|user.{0,10}after.{0,10}tool/i, without: withWordsBetween },
	{ refusal: /additionalProperties|\$schema/, without: withPlainSchemas },
];

/** A space: DeepSeek and Kimi want something, also of calls that another model made. */
function withReasoning(message: Message): Message {
	const isMissing = message.role === "assistant" && message.reasoning_content === undefined;
	return isMissing ? { ...message, reasoning_content: " " } : message;
}

/** Google's word for a call that it did not sign. */
const foreign = { google: { thought_signature: "skip_thought_signature_validator" } };

function withSignatures(message: Message): Message {
	if (!Array.isArray(message.tool_calls)) return message;
	const calls = changeEach(message.tool_calls as Call[], (call) =>
		call.extra_content === undefined ? { ...call, extra_content: foreign } : call,
	);
	return withMember(message, "tool_calls", calls);
}

/** The system prompt as the beginning of what the person says. */
function withoutSystem(body: Body): Body {
	const [first, second, ...rest] = body.messages as unknown as readonly Message[];
	if (first?.role !== "system" || second?.role !== "user") return body;
	const messages = [joined({ ...first, role: "user" }, second), ...rest];
	return { ...body, messages: messages as unknown as Body["messages"] };
}

/** Messages of one role in a row as one, the system prompt in the first. */
function alternating(body: Body): Body {
	const messages: Message[] = [];
	const fit = withoutSystem(body);
	for (const message of fit.messages as unknown as readonly Message[]) {
		const last = messages.at(-1);
		const isPlain = message.role === "user" || message.tool_calls === undefined;
		if (last?.role === message.role && message.role !== "tool" && isPlain && last.tool_calls === undefined)
			messages[messages.length - 1] = joined(last, message);
		else messages.push(message);
	}
	if (messages.length === body.messages.length) return body;
	return { ...body, messages: messages as unknown as Body["messages"] };
}

/** Mistral wants its model to speak between a result and a person. */
function withWordsBetween(body: Body): Body {
	const messages = (body.messages as unknown as readonly Message[]).flatMap((message, index, all) =>
		message.role === "user" && all[index - 1]?.role === "tool"
			? [{ role: "assistant", content: "Go on." }, message]
			: [message],
	);
	if (messages.length === body.messages.length) return body;
	return { ...body, messages: messages as unknown as Body["messages"] };
}

/** Schemas without what only validators read. */
function withPlainSchemas(body: Body): Body {
	const json = JSON.stringify(body.tools ?? null);
	const plain = JSON.parse(json, (name, value) =>
		name === "additionalProperties" || name === "$schema" ? undefined : value,
	);
	return JSON.stringify(plain) === json ? body : { ...body, tools: plain };
}

const joined = (first: Message, second: Message): Message => {
	const isText = typeof first.content === "string" && typeof second.content === "string";
	const content = isText
		? `${first.content}\n\n${second.content}`
		: [...partsOf(first.content), ...partsOf(second.content)];
	return { ...first, content };
};

function withPlainContent(message: Message): Message {
	const isText = Array.isArray(message.content) && message.content.every((part) => part.type === "text");
	return isText ? { ...message, content: textOf(message.content) } : message;
}

const partsOf = (content: unknown): Part[] =>
	Array.isArray(content) ? content : [{ type: "text", text: String(content ?? "") }];

const textOf = (content: unknown): string =>
	content === null || content === undefined
		? ""
		: partsOf(content)
				.map((part) => part.text ?? "")
				.join("\n\n");
