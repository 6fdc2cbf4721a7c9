/**
 * What servers refuse of a request, and how to ask without it. A request is first sent whole; when the server names a
 * part that it does not take, it is asked again without, and that is remembered for this server and model.
 */
import { errorFacts } from "./errorFacts.ts";
import { ReportedFailure } from "./failure.ts";

/** A part of a request that some servers refuse. */
export type Refusable<Body> = {
	/** How they say so, read with the parameter they name. */
	readonly refusal: RegExp;
	/** The request without it, or in another form; the request itself when the part is not in it. Pure. */
	without(body: Body): Body;
	/** What the person should know, after the name of the model; absent where nothing is lost. */
	readonly loss?: string;
};

/** What the servers of all protocols may lack. */
export const losses = {
	thinking: "takes no level of thinking: it thinks as it does by itself.",
	pictures: "takes no pictures: it is told where there was one.",
	tools: "takes no tools here: it answers without running anything.",
	search: "is asked without web search: the server has none.",
} as const;

/** What stands in the place of a picture. */
export const pictureNote = "[a picture, which this model does not take]";

/** Calls and their results as text: a server without tools knows neither. */
export const callText = (name: string, json: string): string =>
	`<tool-call name="${name}">${json}</tool-call>`;
export const resultText = (text: string): string => `<tool-result>${text}</tool-result>`;

export class Refusals<Body> {
	readonly #parts: readonly Refusable<Body>[];
	readonly #refused = new Map<string, readonly Refusable<Body>[]>();

	constructor(parts: readonly Refusable<Body>[]) {
		this.#parts = parts;
	}

	/** The request as this server takes it, as far as that is known. */
	fit(server: string, body: Body): Body {
		return (this.#refused.get(server) ?? []).reduce((fitting, part) => part.without(fitting), body);
	}

	/**
	 * Whether asking again makes sense after this error to this request: then what `fit` gives has changed. The answer
	 * has what the person should know of it.
	 */
	learn(server: string, sent: Body, error: unknown): { readonly loss: string | null } | null {
		const words = refusalOf(error);
		const part = this.#parts.find(
			({ refusal, without }) => words !== null && refusal.test(words) && without(sent) !== sent,
		);
		if (part === undefined) return null;
		const before = this.#refused.get(server) ?? [];
		if (!before.includes(part)) this.#refused.set(server, [...before, part]);
		// Another turn may have learnt it, and told it, since this request was sent.
		return { loss: before.includes(part) ? null : (part.loss ?? null) };
	}
}

/** What the server said, when it said that it does not take the request. Some servers say so with a status of 5xx. */
const refusalOf = (error: unknown): string | null => {
	if (error instanceof ReportedFailure) return error.message;
	const { status, error: body, message } = error as { status?: number; error?: unknown; message?: string };
	if (status === undefined || [401, 402, 403, 408, 413, 429].includes(status)) return null;
	const facts = errorFacts(body);
	return facts === null ? (message ?? null) : `${facts.param ?? ""} ${facts.message}`;
};

/** What servers say of a parameter that they do not take, in either order. */
export const refusing = (name: string): RegExp =>
	new RegExp(`${name}.*(${complaint})|(${complaint}).*${name}`, "is");

const complaint =
	"unsupported|not support|unknown|unrecogni[sz]ed|unexpected|extra|not permitted|not allowed|not available|forbidden|invalid|does not match|deprecated|must be|requires";

/** The object without these members; the same object when it has none of them. */
export const leaveOut = <T extends object>(from: T, ...names: readonly string[]): T =>
	names.some((name) => name in from)
		? (Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name))) as T)
		: from;

export const without =
	<Body extends object>(...names: readonly string[]) =>
	(body: Body): Body =>
		leaveOut(body, ...names);

/** The request with these tools alone; the same request when it has no others. */
export const keepTools = <Tool, Body extends { readonly tools?: readonly Tool[] }>(
	body: Body,
	isKept: (tool: Tool) => boolean,
): Body => {
	const tools = body.tools?.filter(isKept);
	if (tools === undefined || tools.length === body.tools?.length) return body;
	return tools.length > 0 ? { ...body, tools } : leaveOut(body, "tools", "tool_choice");
};

/** The list with each member changed; the same list when the change leaves all as they are. */
export const changeEach = <T>(list: readonly T[], change: (member: T) => T): readonly T[] => {
	const changed = list.map(change);
	return changed.some((member, index) => member !== list[index]) ? changed : list;
};

/** The object with this member; the same object when it is the member's value already. */
export const withMember = <T extends object, K extends keyof T>(object: T, name: K, value: T[K]): T =>
	object[name] === value ? object : { ...object, [name]: value };
