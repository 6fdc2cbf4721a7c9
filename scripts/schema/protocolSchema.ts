import { z } from "zod";
import * as completion from "../../protocol/completion.ts";
import * as editor from "../../protocol/editor.ts";
import * as editorCommands from "../../protocol/editorCommands.ts";
import { ErrorCodes } from "../../protocol/errorCodes.ts";
import * as protocol from "../../protocol/index.ts";
import * as lsp from "../../protocol/lsp.ts";
import { anyRequest } from "../../protocol/method.ts";
import * as positions from "../../protocol/positions.ts";
import { type Described, docComments } from "./docComments.ts";

export const schemaFile = "docs/schema.json";

type Method = {
	readonly kind: "request" | "notification";
	readonly params: z.ZodType;
	readonly result?: z.ZodType;
	readonly repeat?: string;
	readonly errors?: readonly string[];
};

type Json = { [key: string]: unknown };

/**
 * The AI Shell Protocol as one JSON Schema (2020-12): `$defs` holds each schema under its name, `methods` tells of each
 * method who sends it, what it carries and what it is answered with. Descriptions are the doc comments of `protocol/`.
 */
export const protocolSchema = (): object => {
	const comments = docComments();
	const modules = { ...protocol, ...completion, ...editor, ...editorCommands, ...lsp, ...positions };
	const registry = z.registry<{ id: string }>();
	for (const [id, value] of Object.entries(modules))
		if (value instanceof z.ZodType && !registry.has(value)) registry.add(value, { id });
	const options = { io: "input", unrepresentable: "any" } as const;
	const { schemas } = z.toJSONSchema(registry, { ...options, uri: (id) => `#/$defs/${id}` });
	const defs = Object.fromEntries(
		Object.entries(schemas).map(([id, schema]) => [
			id,
			described(withoutDialect(schema as Json), comments.get(id) ?? {}),
		]),
	);
	const refTo = (schema: z.ZodType): Json => {
		const named = registry.get(schema);
		if (named) return { $ref: `#/$defs/${named.id}` };
		throw new Error("A method's schema needs a name of its own: export it from protocol/.");
	};
	const methodsOf = (methods: Readonly<Record<string, Method>>, table: string): Json =>
		Object.fromEntries(
			Object.entries(methods).map(([name, { kind, params, result, repeat, errors }]) => [
				name,
				{
					kind,
					description: comments.get(table)?.fields?.[name]?.text,
					params: refTo(params),
					...(result === undefined ? {} : { result: refTo(result), repeat, errors }),
				},
			]),
		);
	const methods = {
		client: methodsOf(protocol.clientMethods, "clientMethods"),
		server: methodsOf(protocol.serverMethods, "serverMethods"),
		lspClient: {
			...methodsOf(lsp.lspClientMethods, "lspClientMethods"),
			...methodsOf(editor.editorRequests, "editorRequests"),
			...methodsOf(editor.editorNotifications, "editorNotifications"),
		},
		lspServer: methodsOf(lsp.lspServerMethods, "lspServerMethods"),
	};
	const commands = Object.fromEntries(
		Object.entries(editorCommands.editorCommands).map(([name, { argument, result }]) => [
			name,
			{
				description: comments.get("editorCommands")?.fields?.[name]?.text,
				argument: refTo(argument),
				result: refTo(result),
			},
		]),
	);
	const settings = refTo(editor.EditorSettings);
	return {
		$schema: "https://json-schema.org/draft/2020-12/schema",
		title: "AI Shell Protocol",
		version: protocol.aiShellVersion,
		methods,
		editorCommands: commands,
		editorSettings: settings,
		errorCodes: Object.fromEntries(
			Object.entries(ErrorCodes).map(([name, code]) => [
				name,
				{ code, description: comments.get("ErrorCodes")?.fields?.[name]?.text },
			]),
		),
		anyRequest,
		$defs: reachable(defs, [methods, commands, settings]),
	};
};

/** Stands once, at the top. */
const withoutDialect = ({ $schema: _, $id: __, ...schema }: Json): Json => schema;

/** A schema with its comments, along its own form. */
const described = (schema: Json, comments: Described): Json => {
	const { text, fields, options, item } = comments;
	const result: Json = text === undefined ? { ...schema } : { description: text, ...schema };
	const properties = schema.properties as Record<string, Json> | undefined;
	if (properties && fields)
		result.properties = Object.fromEntries(
			Object.entries(properties).map(([name, each]) => [name, described(each, fields[name] ?? {})]),
		);
	if (schema.items && item) result.items = described(schema.items as Json, item);
	const choices = (schema.oneOf ?? schema.anyOf) as Json[] | undefined;
	if (choices) {
		const isOptional = options === undefined;
		// What may be `null` too has its form as the first of two.
		const inner = isOptional ? [{ ...comments, text: undefined } as Described] : options;
		const key = schema.oneOf ? "oneOf" : "anyOf";
		result[key] = choices.map((each, at) => described(each, inner[at] ?? {}));
	}
	return result;
};

/** Those that methods lead to: nothing else is sent. */
const reachable = (defs: Readonly<Record<string, Json>>, roots: readonly object[]): Json => {
	const found = new Set<string>();
	const visit = (value: unknown): void => {
		for (const [, id = ""] of JSON.stringify(value).matchAll(/"#\/\$defs\/([^"]+)"/g)) {
			if (found.has(id)) continue;
			found.add(id);
			visit(defs[id]);
		}
	};
	roots.forEach(visit);
	return Object.fromEntries(Object.entries(defs).filter(([id]) => found.has(id)));
};
