/**
 * What a wire format gives the model server: reading a request, refusing what the provider refuses, and telling a
 * script as the provider would.
 */
import { createHmac } from "node:crypto";
import type { Conversation, Script } from "./script.ts";

export type WireEvent = {
	readonly event?: string;
	readonly data: unknown;
	/** Shows text or thinking: where slow answers are held and broken ones break. */
	readonly delta?: boolean;
};

export type Wire = {
	/** The provider's refusal of this request, `null` when it takes it. */
	check(body: Body): string | null;
	see(body: Body): Conversation;
	events(script: Script, body: Body, id: string): Iterable<WireEvent>;
	whole(script: Script, body: Body, id: string): unknown;
	error(status: number, message: string, id: string): unknown;
	streamError(): WireEvent;
	/** What ends the stream after the last event. */
	readonly tail: string;
};

// biome-ignore lint/suspicious/noExplicitAny: request bodies come from outside and are only looked at
export type Body = any;

export const imageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** Signatures bind to the model, so that a foreign one is noticed. */
export const sign = (model: string, text: string): string =>
	`sig-${createHmac("sha256", "model-server").update(`${model}\n${text}`).digest("base64url")}`;

export const tokensOf = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);

export const errorTypes: Readonly<Record<number, string>> = {
	400: "invalid_request_error",
	401: "authentication_error",
	403: "permission_error",
	404: "not_found_error",
	413: "request_too_large",
	429: "rate_limit_error",
	500: "api_error",
	529: "overloaded_error",
};

/** Codex and Claude add user texts of their own; they are not what the person said. */
export const isInjected = (text: string): boolean =>
	/^<(turn_aborted|environment_context|system-reminder)>/.test(text.trimStart()) ||
	text.startsWith("[Request interrupted");

/** Where tools stay on offer, a model is told in words that it may call no more of them. */
export const isToldToStop = (rounds: readonly (readonly { readonly text: string }[])[]): boolean =>
	rounds.at(-1)?.some((result) => result.text.includes("No more tool calls are possible")) ?? false;
