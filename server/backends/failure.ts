/**
 * What went wrong with a provider, as a person should read it: the backend, what came back, the next step. Never a
 * page of HTML, never a key.
 */
import type { Environment } from "./backend.ts";

export type Failure = {
	readonly text: string;
	/** A clause for `retrying`: what happened this time. */
	readonly reason: string;
	/** How many more attempts make sense while nothing has been shown. */
	readonly retries: number;
	/** The provider's own wish. */
	readonly retryAfterMs: number | null;
};

/** The provider broke its own protocol: a stream without an end, an answer that is none. */
export class BrokenAnswer extends Error {
	override readonly name = "BrokenAnswer";
}

/** The provider reported a failure inside a stream that had begun well. */
export class ReportedFailure extends Error {
	override readonly name = "ReportedFailure";
	readonly type: string | null;
	constructor(message: string, type: string | null) {
		super(message);
		this.type = type;
	}
}

/** There is nothing to log in with, and the provider is known to want it. A message says what to do instead of setting a key. */
export class MissingKey extends Error {
	override readonly name = "MissingKey";
}

export type FailureContext = {
	readonly backend: string;
	readonly endpoint: string;
	/** The variable that holds the key, for the advice. */
	readonly keyName: string;
	readonly environment: Environment;
};

/** The errors of both SDKs have these members; they are read by shape so that neither SDK has to be loaded. */
type SdkError = Error & {
	readonly status?: number;
	readonly headers?: Headers;
	readonly error?: unknown;
	readonly cause?: unknown;
};

const switchBackend = "or choose another backend with %ipyai backend.";

export const describeFailure = (thrown: unknown, context: FailureContext): Failure => {
	const error: SdkError = thrown instanceof Error ? thrown : new Error(String(thrown));
	const finish = (reason: string, advice: string, retries: number): Failure => ({
		reason: redact(reason, context.environment),
		text: redact(`${context.backend}: ${withStop(reason)} ${advice}`, context.environment),
		retries: error.headers?.get("x-should-retry") === "false" ? 0 : retries,
		retryAfterMs: retryAfter(error.headers),
	});
	if (error instanceof MissingKey) {
		const cure = error.message || `set ${context.keyName}`;
		const text = `No key for backend "${context.backend}": ${cure} ${switchBackend}`;
		return { text, reason: "no key", retries: 0, retryAfterMs: null };
	}
	if (error instanceof BrokenAnswer) return finish(error.message, "Send the prompt again.", 2);
	if (error.status === undefined && error instanceof SyntaxError)
		return finish("The answer held an event that is not valid JSON", "Send the prompt again.", 2);
	const body = bodyOf(error);
	const status = error.status ?? (body === null ? null : (statusOfType[body.type ?? ""] ?? 500));
	if (status === null) return describeConnection(error, context, finish);
	const type = body?.type ? `${body.type}: ` : "";
	const message = body?.message ?? summarizeText(error.message.replace(/^\d{3} /, ""));
	const reason = `${error.status ?? "The stream ended with"} ${type}${message}`;
	if (status === 401 || status === 403)
		return finish(reason, `Check ${context.keyName}, ${switchBackend}`, 0);
	if (status === 404) return finish(reason, "Check the model name with %ipyai model, and the base URL.", 0);
	if (status === 413 || /too long|context.{0,10}(length|window)|too large|maximum context/i.test(message))
		return finish(reason, "Hide earlier turns, or start afresh with %ipyai reset.", 0);
	if (status === 429) return finish(reason, `Wait a little and send the prompt again, ${switchBackend}`, 4);
	if (status === 408 || status === 409 || status >= 500)
		return finish(reason, `Send the prompt again in a moment, ${switchBackend}`, 4);
	return finish(reason, "Change the prompt or the settings, or start afresh with %ipyai reset.", 0);
};

const describeConnection = (
	error: SdkError,
	context: FailureContext,
	finish: (reason: string, advice: string, retries: number) => Failure,
): Failure => {
	const code = codeOf(error);
	const advice = "Check the network, the base URL and the proxy variables.";
	if (code === "UND_ERR_SOCKET" || code === "ECONNRESET" || /terminated|premature/i.test(error.message))
		return finish(`The connection to ${context.endpoint} broke off`, "Send the prompt again.", 2);
	if (/timed? ?out/i.test(error.message) || code?.includes("TIMEOUT"))
		return finish(`${context.endpoint} did not answer in time`, advice, 1);
	const detail = code ?? summarizeText(deepestMessage(error)).replace(/\.$/, "");
	return finish(`${context.endpoint} cannot be reached (${detail})`, advice, 2);
};

const statusOfType: Readonly<Record<string, number>> = {
	invalid_request_error: 400,
	authentication_error: 401,
	permission_error: 403,
	not_found_error: 404,
	request_too_large: 413,
	rate_limit_error: 429,
	rate_limit_exceeded: 429,
	api_error: 500,
	server_error: 500,
	overloaded_error: 529,
	context_length_exceeded: 400,
	invalid_prompt: 400,
};

const bodyOf = (error: SdkError): { type: string | null; message: string } | null => {
	if (error instanceof ReportedFailure) return { type: error.type, message: summarizeText(error.message) };
	let body = error.error as { error?: unknown; type?: unknown; code?: unknown; message?: unknown } | null;
	if (typeof body?.error === "object" && body.error !== null) body = body.error;
	if (typeof body !== "object" || body === null || typeof body.message !== "string") return null;
	const type = [body.type, body.code].find((value) => typeof value === "string");
	return { type: (type as string | undefined) ?? null, message: summarizeText(body.message) };
};

const codeOf = (error: unknown): string | null => {
	for (let at = error as { code?: unknown; cause?: unknown } | undefined; at; at = at.cause as typeof at)
		if (typeof at.code === "string") return at.code;
	return null;
};

/** What the system said, below what each layer made of it. */
const deepestMessage = (error: Error): string =>
	error.cause instanceof Error ? deepestMessage(error.cause) : error.message;

/** One short line of a body: the title of a page, the beginning of a text. */
export const summarizeText = (text: string): string => {
	if (/<html|<!doctype|<body/i.test(text)) {
		const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1]?.trim();
		return title ? `an HTML page titled "${title.slice(0, 100)}"` : "an HTML page";
	}
	const line = text.replace(/\s+/g, " ").trim();
	return line.length > 400 ? `${line.slice(0, 400)}…` : line || "no message";
};

const withStop = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

const retryAfter = (headers: Headers | undefined): number | null => {
	const ms = Number(headers?.get("retry-after-ms") ?? Number.NaN);
	if (ms >= 0) return ms;
	const value = headers?.get("retry-after");
	if (!value) return null;
	const seconds = Number(value);
	if (seconds >= 0) return seconds * 1000;
	const date = Date.parse(value);
	return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
};

/** Takes keys and passwords out: the values of secret-looking variables, and what looks like a key by itself. */
export const redact = (text: string, environment: Environment): string => {
	let clean = text;
	for (const [name, value] of Object.entries(environment))
		if (value.length >= 6 && /KEY|TOKEN|SECRET|PASSW|CREDENTIAL/i.test(name))
			clean = clean.replaceAll(value, "[redacted]");
	return clean
		.replace(/\beyJ[-_A-Za-z0-9]+\.[-_A-Za-z0-9]+\.[-_A-Za-z0-9]*/g, "[redacted]")
		.replace(/\b(sk|pk|gsk|AIza)[-_A-Za-z0-9*]{8,}/g, "[redacted]")
		.replace(/:\/\/[^/\s@]+@/g, "://[redacted]@");
};
