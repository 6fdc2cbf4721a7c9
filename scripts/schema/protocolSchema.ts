import { z } from "zod";
import * as protocol from "../../protocol/index.ts";

export const schemaFile = "docs/schema.json";

type Method = {
	readonly kind: "request" | "notification";
	readonly params: z.ZodType;
	readonly result?: z.ZodType;
};

/**
 * The AI Shell Protocol as one JSON Schema (2020-12): `$defs` holds each exported schema under its name, `methods`
 * tells for every method of ours who sends it and what it carries. LSP's own messages are LSP's.
 */
export const protocolSchema = (): object => {
	const registry = z.registry<{ id: string }>();
	for (const [id, value] of Object.entries(protocol))
		if (value instanceof z.ZodType) registry.add(value, { id });
	const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/$defs/${id}`, io: "input" });
	const inline = (schema: z.ZodType): object => {
		const named = registry.get(schema);
		return named === undefined
			? withoutDialect(z.toJSONSchema(schema, { io: "input" }))
			: { $ref: `#/$defs/${named.id}` };
	};
	const describe = (methods: Readonly<Record<string, Method>>): object =>
		Object.fromEntries(
			Object.entries(methods).map(([name, { kind, params, result }]) => [
				name,
				{ kind, params: inline(params), ...(result === undefined ? {} : { result: inline(result) }) },
			]),
		);
	return {
		$schema: "https://json-schema.org/draft/2020-12/schema",
		title: "AI Shell Protocol",
		version: protocol.aiShellVersion,
		methods: { client: describe(protocol.clientMethods), server: describe(protocol.serverMethods) },
		errorCodes: protocol.ErrorCodes,
		$defs: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutDialect(schema)])),
	};
};

/** Stands once, at the top. */
const withoutDialect = ({ $schema: _, $id: __, ...schema }: Record<string, unknown>): object => schema;
