/**
 * What went wrong with a provider, as a person should read it: the backend, what came back, the next step. Never a
 * page of HTML, never a key.
 */
import { createRedact } from "../../../ground/secrets/redact.ts";
import { headOf } from "../../../ground/text/wholeCharacters.ts";
import type { Environment } from "../backend.ts";
import type { Endpoint } from "./endpoint.ts";
import { type ErrorFacts, errorFacts } from "./errorFacts.ts";

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
	/** What to do about it when asking again is of no use. */
	readonly advice: string | null;
	constructor(message: string, advice: string | null = null) {
		super(message);
		this.advice = advice;
	}
}

/** The provider reported a failure inside a stream that had begun well. */
export class ReportedFailure extends Error {
	override readonly name = "ReportedFailure";
	readonly type: string | null;
	/** The HTTP status it would have been. */
	readonly wouldBe: number | null;
	constructor(message: string, type: string | null, wouldBe: number | null = null) {
		super(message);
		this.type = type;
		this.wouldBe = wouldBe;
	}
}

/** There is nothing to log in with, and the provider is known to want it. A message says what to do instead of setting a key. */
export class MissingKey extends Error {
	override readonly name = "MissingKey";
}

/** The environment names a proxy that cannot be used. The message says which, and what to do. */
export class UnusableProxy extends Error {
	override readonly name = "UnusableProxy";
}

export type FailureContext = {
	readonly backend: string;
	readonly endpoint: Pick<Endpoint, "baseUrl" | "keyName" | "whenNotFound">;
	readonly environment: Environment;
};

/** The errors of both SDKs have these members; they are read by shape so that neither SDK has to be loaded. */
type SdkError = Error & {
	readonly status?: number;
	readonly headers?: Headers;
	readonly error?: unknown;
	readonly cause?: unknown;
};

const lookAtBoth = "Check the model name with %ipyai model, and the base URL.";
const switchBackend = "or choose another backend with %ipyai backend.";

export const describeFailure = (thrown: unknown, context: FailureContext): Failure => {
	const { backend, endpoint, environment } = context;
	const error: SdkError = thrown instanceof Error ? thrown : new Error(String(thrown));
	const finish = (reason: string, advice: string, retries: number): Failure => ({
		reason: redact(reason, environment),
		text: redact(`${backend}: ${withStop(reason)} ${advice}`.trimEnd(), environment),
		retries: error.headers?.get("x-should-retry") === "false" ? 0 : retries,
		retryAfterMs: retryAfter(error.headers) ?? errorFacts(error.error)?.retryAfterMs ?? null,
	});
	if (error instanceof MissingKey) {
		const cure = error.message || `set ${endpoint.keyName}`;
		const text = `No key for backend "${backend}": ${cure} ${switchBackend}`;
		return { text, reason: "no key", retries: 0, retryAfterMs: null };
	}
	if (error instanceof BrokenAnswer)
		return finish(error.message, error.advice ?? "Send the prompt again.", error.advice === null ? 2 : 0);
	const facts = factsOf(error);
	const status = statusOf(error, facts);
	if (status === null && causesOf(error).some(({ code }) => code === "ERR_INVALID_URL"))
		return finish(
			`The base URL ${endpoint.baseUrl} is no address`,
			"Correct it where you set it (a port is at most 65535), and start ipyai from that shell.",
			0,
		);
	if (status === null && isUnforeseen(error))
		return finish(
			"The answer has a form that is not known here",
			`Choose another model with %ipyai model, ${switchBackend}`,
			0,
		);
	if (status === null) return describeConnection(error, endpoint.baseUrl, finish);
	const type = facts?.type ? `${facts.type}: ` : "";
	const message = summarizeText(facts?.message ?? withoutStatus(error.message));
	const reason = `${error.status ?? "The answer ended with an error:"} ${type}${message}`;
	if (status === 401 || status === 403)
		return finish(reason, `Check ${endpoint.keyName}, ${switchBackend}`, 0);
	if (status === 402 || /insufficient.?(quota|balance|credit|funds)/i.test(`${type}${message}`))
		return finish(reason, `Look at the account's credit with the provider, ${switchBackend}`, 0);
	// LM Studio answers 200 where it has no such address.
	if (
		status === 404 ||
		status === 405 ||
		(status >= 300 && status < 400) ||
		/unexpected endpoint/i.test(message)
	)
		return finish(reason, [lookAtBoth, endpoint.whenNotFound].join(" ").trim(), 0);
	// The model wrote a call that its provider could not read, and may write a better one.
	if (/tool_use_failed|failed_generation|malformed.function/i.test(`${type}${message}`))
		return finish(reason, "Send the prompt again, or choose another model with %ipyai model.", 2);
	if (status === 429) return finish(reason, `Wait a little and send the prompt again, ${switchBackend}`, 4);
	if (status === 413 || isTooLong(`${type}${message}`))
		return finish(reason, "Hide earlier turns, or start afresh with %ipyai reset.", 0);
	if (status === 408 || status === 409 || status >= 500)
		return finish(reason, `Send the prompt again in a moment, ${switchBackend}`, 4);
	return finish(reason, "Change the prompt or the settings, or start afresh with %ipyai reset.", 0);
};

/** A member was of another kind than all servers' so far. `fetch` throws errors of this class, too. */
const isUnforeseen = (error: Error): boolean =>
	error instanceof TypeError && error.cause === undefined && !/fetch|terminated|network/i.test(error.message);

/** The SDKs put the status before the body, and words of theirs in the place of none. */
const withoutStatus = (message: string): string =>
	message.replace(/^\d{3} /, "").replace("status code (no body)", "without a word why");

/** What servers say of a conversation that is longer than the model's window: no two say it alike. */
const isTooLong = (message: string): boolean =>
	/too (long|large)|context.{0,12}(length|window|size|limit)|(maximum|max) (allowed )?(context|prompt|input|number of tokens)|token (limit|count)|max_new_tokens|reduce the length/i.test(
		message,
	);

const describeConnection = (
	error: SdkError,
	address: string,
	finish: (reason: string, advice: string, retries: number) => Failure,
): Failure => {
	const causes = causesOf(error);
	const proxy = causes.find((cause) => cause instanceof UnusableProxy);
	if (proxy !== undefined) return finish(proxy.message, "", 0);
	const code = causes.map((cause) => cause.code).find((value) => typeof value === "string");
	const advice = "Check the network, the base URL and the proxy variables.";
	if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO|ISSUER/.test(code))
		return finish(
			`The certificate of ${address} is not trusted (${code})`,
			"Name the file of its issuer in NODE_EXTRA_CA_CERTS, in the shell you start ipyai from.",
			0,
		);
	if (code === "UND_ERR_SOCKET" || code === "ECONNRESET" || /terminated|premature/i.test(error.message))
		return finish(`The connection to ${address} broke off`, "Send the prompt again.", 2);
	if (/timed? ?out/i.test(error.message) || code?.includes("TIMEOUT"))
		return finish(`${address} did not answer in time`, advice, 1);
	const detail = code ?? summarizeText(causes.at(-1)!.message).replace(/\.$/, "");
	return finish(`${address} cannot be reached (${detail})`, advice, 2);
};

/** The same of a program that asks by itself, from what it says. `login` is the advice where it lacks one. */
export const describeProgramFailure = (
	said: string,
	{ backend, login, environment }: { backend: string; login: string; environment: Environment },
): string => {
	const reason = redact(summarizeText(said), environment);
	const isLogin = /auth|401|403|api.key|log.?in\b|logged in/i.test(reason);
	return `${backend}: ${withStop(reason)} ${isLogin ? login : "Send the prompt again"}, ${switchBackend}`;
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

const factsOf = (error: SdkError): ErrorFacts | null =>
	error instanceof ReportedFailure
		? { message: error.message, type: error.type, param: null, status: error.wouldBe, retryAfterMs: null }
		: errorFacts(error.error);

/** `null` for what never reached a server. */
const statusOf = (error: SdkError, facts: ErrorFacts | null): number | null => {
	if (error.status !== undefined) return error.status;
	return facts === null ? null : (facts.status ?? statusOfType[facts.type ?? ""] ?? 500);
};

/** The error and what is behind it: what the system said lies below what each layer made of it. */
const causesOf = (error: Error): readonly (Error & { readonly code?: unknown })[] =>
	error.cause instanceof Error ? [error, ...causesOf(error.cause)] : [error];

/** More of a text is not looked at. */
const maxTextChars = 20_000;

/** One short line of a body: the title of a page, the beginning of a text. Cut between words, so that no key is halved. */
export const summarizeText = (whole: string): string => {
	const text = headOf(whole, maxTextChars);
	if (/<html|<!doctype|<body/i.test(text)) {
		const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1]?.trim();
		return title ? `an HTML page titled "${headOf(title, 100)}"` : "an HTML page";
	}
	const line = text.replace(/\s+/g, " ").trim();
	if (line.length <= 400) return line || "no message";
	return `${headOf(line, 400).replace(/(?<= )\S*$/, "")}…`;
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

/** What a provider sends back may hold the key that it was sent, or part of it. */
export const redact = (text: string, environment: Environment): string => createRedact(environment)(text);
