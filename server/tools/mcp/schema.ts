/**
 * JSON Schemas of others, as providers take them. One that a provider refuses would fail every request of the session,
 * so that a tool with such a schema is left out.
 */
import { wellFormed } from "../../../ground/text/wellFormed.ts";
import type { ToolDescription } from "../../../protocol/index.ts";

type Schema = ToolDescription["inputSchema"];
type Json = Readonly<Record<string, unknown>>;

const maxChars = 40_000;
const maxDepth = 30;

/** What is left at the top: providers take an object there, without alternatives. The server checks the rest itself. */
const kept = [
	"type",
	"properties",
	"required",
	"additionalProperties",
	"description",
	"$defs",
	"definitions",
];

/** Names of properties that Anthropic's API takes (its error names this pattern). */
const propertyName = /^[a-zA-Z0-9_.-]{1,64}$/;

const types = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

/** The schema of a tool's arguments, or a clause that says why it cannot be one. */
export const argumentsSchema = (json: unknown): Schema | { readonly problem: string } => {
	if (!isObject(json)) return { problem: "has no schema for its arguments" };
	if (json.type !== undefined && json.type !== "object") return { problem: "takes no object of arguments" };
	const schema: Record<string, unknown> = {};
	for (const name of kept) if (json[name] !== undefined) schema[name] = json[name];
	const problem = problemOf(schema, 0);
	if (problem !== null) return { problem: `has a schema with ${problem}` };
	const names = Object.keys((schema.properties as object | undefined) ?? {});
	if (!names.every((name) => propertyName.test(name))) return { problem: "has a schema with odd names" };
	if (JSON.stringify(schema).length > maxChars)
		return { problem: `has a schema of more than ${maxChars} characters` };
	return { properties: {}, ...wellFormed(schema), type: "object" };
};

/** What is wrong with a schema, as far as providers look at it; a noun. */
const problemOf = (json: unknown, depth: number): string | null => {
	if (typeof json === "boolean") return null;
	if (!isObject(json)) return "something that is no schema";
	if (depth > maxDepth) return `more than ${maxDepth} levels`;
	const { type, required, enum: options, $ref, pattern } = json;
	const named = type === undefined ? [] : Array.isArray(type) ? type : [type];
	if (!named.every((each) => types.has(each as string))) return "an unknown type";
	if (required !== undefined && !isTexts(required)) return '"required" that is no list of names';
	if (options !== undefined && !Array.isArray(options)) return '"enum" that is no list';
	if ($ref !== undefined && !(typeof $ref === "string" && $ref.startsWith("#")))
		return "a reference to elsewhere";
	if (pattern !== undefined && typeof pattern !== "string") return '"pattern" that is no text';
	return firstProblem(
		[
			...maps.flatMap((name) => (json[name] === undefined ? [] : [valuesOf(json[name])])),
			...lists.flatMap((name) => (json[name] === undefined ? [] : [listOf(json[name])])),
			...singles.flatMap((name) => (json[name] === undefined ? [] : [[json[name]]])),
			json.items === undefined ? [] : Array.isArray(json.items) ? json.items : [json.items],
		],
		depth,
	);
};

const maps = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
const lists = ["anyOf", "oneOf", "allOf", "prefixItems"];
const singles = ["additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"];

/** `null` in place of a list stands for what is no schema. */
const firstProblem = (groups: readonly (readonly unknown[] | null)[], depth: number): string | null => {
	for (const group of groups) {
		if (group === null) return "something that is no schema";
		for (const each of group) {
			const problem = problemOf(each, depth + 1);
			if (problem !== null) return problem;
		}
	}
	return null;
};

const valuesOf = (json: unknown): unknown[] | null => (isObject(json) ? Object.values(json) : null);
const listOf = (json: unknown): unknown[] | null => (Array.isArray(json) ? json : null);

const isObject = (json: unknown): json is Json =>
	typeof json === "object" && json !== null && !Array.isArray(json);

const isTexts = (json: unknown): boolean =>
	Array.isArray(json) && json.every((each) => typeof each === "string");
