/**
 * What servers refuse of a request, and how to ask without it. A request is first sent whole; when the server names a
 * part that it does not take, it is asked again without, and that is remembered for this server and model.
 */
import type { Asked } from "./endpoint.ts";
import { errorFacts } from "./errorFacts.ts";
import { ReportedFailure } from "./failure.ts";

/** What a server may lack altogether: then the conversation itself is told otherwise. */
export type Lack = "tools" | "pictures" | "search" | "native";

/** Something in a request that some servers refuse. */
export type Refusable<Body> = {
	/** How they say so, read with the parameter they name. */
	readonly refusal: RegExp;
	/** What the person should know, after the name of the model; absent where nothing is lost. */
	readonly loss?: string;
} & (
	| { readonly lacks: Lack }
	/** The request without it, or in another form; the request itself when it is not in it. Pure. */
	| { without(body: Body): Body }
);

/** What the servers of all protocols may lack. */
export const losses = {
	thinking: "takes no level of thinking: it thinks as it does by itself.",
	pictures: "takes no pictures: it is told where there was one.",
	tools: "takes no tools here: it answers without running anything.",
	search: "is asked without web search: the server has none.",
} as const;

export class Refusals<Body> {
	readonly #parts: readonly Refusable<Body>[];
	readonly #refused = new Map<string, readonly Refusable<Body>[]>();

	constructor(parts: readonly Refusable<Body>[]) {
		this.#parts = parts;
	}

	/** What this server lacks, as far as that is known. */
	lacks(server: string): ReadonlySet<Lack> {
		return new Set(this.#of(server).flatMap((part) => ("lacks" in part ? [part.lacks] : [])));
	}

	/** The request as this server takes it, as far as that is known. */
	fit(server: string, body: Body): Body {
		return this.#of(server).reduce(
			(fitting, part) => ("lacks" in part ? fitting : part.without(fitting)),
			body,
		);
	}

	/**
	 * Whether asking again makes sense after this error to this request: then what is known of the server has changed.
	 * The answer has what the person should know of it.
	 */
	learn(
		server: string,
		sent: { readonly body: Body; readonly asked: Asked },
		error: unknown,
	): { readonly loss: string | null } | null {
		const words = refusalOf(error);
		if (words === null) return null;
		const isIn = (part: Refusable<Body>) =>
			"lacks" in part ? isAsked(part.lacks, sent.asked) : part.without(sent.body) !== sent.body;
		const part = this.#parts.find((each) => each.refusal.test(words) && isIn(each));
		if (part === undefined) return null;
		const before = this.#of(server);
		if (!before.includes(part)) this.#refused.set(server, [...before, part]);
		// Another turn may have learnt it, and told it, since this request was sent.
		return { loss: before.includes(part) ? null : (part.loss ?? null) };
	}

	#of(server: string): readonly Refusable<Body>[] {
		return this.#refused.get(server) ?? [];
	}
}

const isAsked = (lack: Lack, { request, steps }: Asked): boolean => {
	switch (lack) {
		case "tools":
			return request.tools.length > 0;
		case "search":
			return request.search !== null;
		case "native":
			return steps.some((step) => step.role === "assistant" && step.native !== null);
		case "pictures": {
			const contents = steps.flatMap((step) => {
				if (step.role === "user") return [step.content];
				return step.role === "tool" ? step.results.map(({ content }) => content) : [];
			});
			return contents.flat().some(({ kind }) => kind === "image");
		}
		default:
			return lack satisfies never;
	}
};

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

/** The list with each member changed; the same list when the change leaves all as they are. */
export const changeEach = <T>(list: readonly T[], change: (member: T) => T): readonly T[] => {
	const changed = list.map(change);
	return changed.some((member, index) => member !== list[index]) ? changed : list;
};

/** The object with this member; the same object when it is the member's value already. */
export const withMember = <T extends object, K extends keyof T>(object: T, name: K, value: T[K]): T =>
	object[name] === value ? object : { ...object, [name]: value };
