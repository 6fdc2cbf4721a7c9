/** What an error body says, whichever of their many forms servers give it. Pure; never fails. */

export type ErrorFacts = {
	readonly message: string;
	/** The provider's word for the kind of failure. */
	readonly type: string | null;
	/** The part of the request it is about. */
	readonly param: string | null;
	/** An HTTP status told inside of the body, as gateways do when the answer had begun well. */
	readonly status: number | null;
	/** A wait that is told in the body and not in the headers, as Gemini does. */
	readonly retryAfterMs: number | null;
};

type Body = { readonly [key: string]: unknown };

/** `null` when the body says nothing. */
export const errorFacts = (body: unknown): ErrorFacts | null => {
	if (Array.isArray(body)) return body.map(errorFacts).find((facts) => facts !== null) ?? null;
	if (typeof body === "string") return factsOfText(body);
	if (!isObject(body)) return null;
	const inner = typeof body.error === "object" ? errorFacts(body.error) : null;
	const message = messageOf(body) ?? inner?.message ?? null;
	if (message === null) return null;
	const kinds = [body.type === "error" ? null : body.type, body.code, body.status];
	const type = kinds.find((value) => typeof value === "string" && value !== "" && statusOf(value) === null);
	const told = [body.status_code, body.status, body.code].map(statusOf);
	return {
		message: inner?.message ?? message,
		type: inner?.type ?? (type as string | undefined) ?? null,
		param: inner?.param ?? (typeof body.param === "string" ? body.param : null),
		status: inner?.status ?? told.find((status) => status !== null) ?? null,
		retryAfterMs: inner?.retryAfterMs ?? waitOf(body.details),
	};
};

const isObject = (value: unknown): value is Body => typeof value === "object" && value !== null;

/** A text may be JSON once more: gateways pass on what they were answered. */
const factsOfText = (text: string): ErrorFacts | null => {
	if (text.trim() === "") return null;
	return nested(text) ?? { message: text.trim(), type: null, param: null, status: null, retryAfterMs: null };
};

const nested = (text: string): ErrorFacts | null => {
	if (!/^\s*[[{]/.test(text)) return null;
	try {
		return errorFacts(JSON.parse(text));
	} catch {
		// A text that only begins like one.
		return null;
	}
};

const messageOf = (body: Body): string | null => {
	const words = [body.message, body.detail, body.error, body.error_msg, body.msg, body.errors, body.title];
	const message = words.map(toText).find((text) => text !== null) ?? null;
	// OpenRouter puts what the provider behind it said beside a sentence that says nothing.
	const { raw, provider_name } = isObject(body.metadata) ? body.metadata : {};
	const said = toText(raw);
	if (said === null) return message;
	return `${typeof provider_name === "string" ? provider_name : (message ?? "the provider")}: ${said}`;
};

const toText = (value: unknown): string | null => {
	if (typeof value === "string") return factsOfText(value)?.message ?? null;
	if (Array.isArray(value)) return value.map(toItem).filter(Boolean).join("; ") || null;
	return isObject(value) ? (errorFacts(value)?.message ?? null) : null;
};

/** One of several complaints, with the place it is about. */
const toItem = (item: unknown): string | null => {
	const text = toText(item);
	const place = isObject(item) && Array.isArray(item.loc) ? item.loc.filter((at) => at !== "body") : [];
	return text !== null && place.length > 0 ? `${place.join(".")}: ${text}` : text;
};

const statusOf = (value: unknown): number | null => {
	const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
	return typeof status === "number" && status >= 400 && status <= 599 ? status : null;
};

const waitOf = (details: unknown): number | null => {
	const told = Array.isArray(details) ? details.filter(isObject) : [];
	const delay = told.map((detail) => detail.retryDelay).find((value) => typeof value === "string");
	const seconds = Number.parseFloat((delay as string | undefined) ?? "");
	return Number.isNaN(seconds) ? null : seconds * 1000;
};
