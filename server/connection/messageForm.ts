/** What makes bytes a message: UTF-8, JSON, and the forms of JSON-RPC 2.0 (section 4) with parameters by name. */
import type { Message } from "vscode-jsonrpc/node";
import { wellFormed } from "../../ground/text/wellFormed.ts";
import { type ErrorCode, ErrorCodes } from "../../protocol/errorCodes.ts";

/** What could not be taken, as it is answered; `id` is the request's when it could be read. */
export type Rejection = {
	readonly id: string | number | null;
	readonly code: ErrorCode;
	readonly message: string;
};

/** A message of a right form. Parameters that are absent, `null` or an empty list are none: `{}`. */
export type Incoming = Message & {
	id?: string | number;
	readonly method?: string;
	readonly params?: object;
};

/** No method and no client's id is longer. */
const maxNameChars = 200;

export const readMessage = (
	body: Uint8Array,
): { readonly message: Incoming } | { readonly rejection: Rejection } => {
	let message: unknown;
	let text: string;
	try {
		text = new TextDecoder("utf-8", { fatal: true }).decode(body);
	} catch {
		return { rejection: { id: null, code: ErrorCodes.parseError, message: "A message is not UTF-8" } };
	}
	try {
		message = JSON.parse(text);
	} catch (error) {
		const why = (error as Error).message;
		return { rejection: { id: null, code: ErrorCodes.parseError, message: `A message is not JSON: ${why}` } };
	}
	const rejection = problemOf(message);
	if (rejection) return { rejection };
	return { message: withParams((halfEscape.test(text) ? wellFormed(message) : message) as Incoming) };
};

/** The id of a request, `null` for what is none. */
export const idOf = ({ id, method }: Incoming): string | number | null =>
	method === undefined ? null : (id ?? null);

const problemOf = (message: unknown): Rejection | null => {
	const reject = (
		id: string | number | null,
		text: string,
		code: ErrorCode = ErrorCodes.invalidRequest,
	): Rejection => ({ id, code, message: text });
	if (Array.isArray(message))
		return reject(null, "Batches are not part of LSP: send each message in its own frame");
	if (typeof message !== "object" || message === null) return reject(null, "A message must be a JSON object");
	const { jsonrpc, id, method, params, result, error } = message as Record<string, unknown>;
	const knownId = isId(id) ? id : null;
	if (jsonrpc !== "2.0") return reject(knownId, 'A message must have "jsonrpc": "2.0"');
	if (method === undefined) {
		const isAnswer = result !== undefined || (typeof error === "object" && error !== null);
		if (isAnswer && (knownId !== null || id === null)) return null;
		return reject(knownId, "A message needs a method, or an id with a result or an error");
	}
	if (typeof method !== "string") return reject(knownId, "The method must be a string");
	if (id !== undefined && knownId === null)
		return reject(null, `The id must be an integer, or a string of at most ${maxNameChars} characters`);
	if (method.length > maxNameChars)
		return reject(
			knownId,
			`There is no method with a name of ${method.length} characters.`,
			ErrorCodes.methodNotFound,
		);
	if (params !== undefined && typeof params !== "object")
		return reject(knownId, "The params must be an object");
	if (Array.isArray(params) && params.length > 0)
		return reject(
			knownId,
			`${method}: params go by name, as an object, not by position`,
			knownId === null ? ErrorCodes.invalidRequest : ErrorCodes.invalidParams,
		);
	return null;
};

/** JSON's numbers beyond 2^53 would be answered with another id. */
const isId = (id: unknown): id is string | number =>
	typeof id === "string" ? id.length <= maxNameChars : typeof id === "number" && Number.isSafeInteger(id);

const withParams = (message: Incoming): Incoming => {
	const { method, params } = message;
	if (method === undefined || (params && !Array.isArray(params))) return message;
	return { ...message, params: {} };
};

/** Half of a surrogate pair, written out. Most messages have none; whole pairs are written so too. */
const halfEscape = /\\u[dD][89a-fA-F]/;
