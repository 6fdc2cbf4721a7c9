/**
 * Holds a server to its schemas: every result, error and notification that it sends is what `protocol/` says, with no
 * field more. What is not is told in words.
 */
import { z } from "zod";
import { wellFormed } from "../../ground/text/wellFormed.ts";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import { clientMethods, serverMethods } from "../../protocol/index.ts";
import { lspClientMethods, lspServerMethods } from "../../protocol/lsp.ts";
import { type Message, readFrames } from "./frames.ts";

export type WireCheck = {
	/** Bytes on their way to the server. */
	toServer(bytes: Buffer): void;
	/** Bytes on their way to the client. */
	toClient(bytes: Buffer): void;
	/** What was against the schemas so far. */
	readonly problems: readonly string[];
};

type Method = { readonly params: z.ZodType; readonly result?: z.ZodType };

const answered: Readonly<Record<string, Method>> = { ...lspClientMethods, ...clientMethods };
const told: Readonly<Record<string, Method>> = { ...lspServerMethods, ...serverMethods };
const codes: ReadonlySet<number> = new Set(Object.values(ErrorCodes));
/** No error is a long story. */
const maxErrorChars = 2500;

export const checkWire = (): WireCheck => {
	const asked = new Map<string, string>();
	const problems: string[] = [];
	const found = (what: string, problem: string | null) => {
		if (problem !== null) problems.push(`${what}: ${problem}`);
	};
	return {
		problems,
		toServer: readFrames(({ id, method }) => {
			if (method !== undefined && id !== undefined) asked.set(keyOf(id), method);
		}),
		toClient: readFrames((message) => {
			const { id, method, params, result, error } = message;
			if (wellFormed(message) !== message)
				found(method ?? asked.get(keyOf(id)) ?? "?", "holds half a surrogate pair");
			if (method !== undefined) {
				const schema = told[method]?.params;
				found(method, schema ? misfit(schema, params) : "is no method of the server's");
			} else if (error !== undefined) {
				const name = asked.get(keyOf(id)) ?? "a broken message";
				if (!codes.has(error.code)) found(name, `is answered with the unknown code ${error.code}`);
				if (error.message.length > maxErrorChars) found(name, "is answered with too long a message");
			} else {
				const name = asked.get(keyOf(id)) ?? "";
				const schema = answered[name]?.result;
				found(`the result of ${name}`, schema ? misfit(schema, result) : "answers no request");
			}
		}),
	};
};

const keyOf = (id: Message["id"]): string => JSON.stringify(id);

/** What does not fit, `null` when all does. A field that the schema does not know is left out by it. */
const misfit = (schema: z.ZodType, value: unknown): string | null => {
	const parsed = schema.safeParse(value);
	if (!parsed.success) return `${z.prettifyError(parsed.error)} in ${JSON.stringify(value)?.slice(0, 500)}`;
	return unknownField(value, parsed.data, "");
};

const unknownField = (value: unknown, kept: unknown, path: string): string | null => {
	if (typeof value !== "object" || value === null) return null;
	if (typeof kept !== "object" || kept === null) return `${path} is not in the schema`;
	for (const [name, each] of Object.entries(value)) {
		if (!Object.hasOwn(kept, name)) return `${path}.${name} is not in the schema`;
		const problem = unknownField(each, (kept as Record<string, unknown>)[name], `${path}.${name}`);
		if (problem !== null) return problem;
	}
	return null;
};
