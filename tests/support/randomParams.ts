/**
 * Parameters made at random from a method's schema: most of them right, some wrong in one place, with the values that
 * programs trip over.
 */
import { z } from "zod";
import type { Random } from "./random.ts";

type Json = { readonly [key: string]: unknown };

export type Pools = {
	/** Values for fields of these names, which mean something here: ids, paths, code. */
	readonly [field: string]: readonly unknown[];
};

/**
 * What is put into one place of parameters that are otherwise right. As a path none leads out of a folder's parent: what
 * is tried is really written.
 */
const hostile: readonly unknown[] = [
	null,
	true,
	-1,
	0,
	1.5,
	1e308,
	2 ** 53,
	"",
	" ",
	"\0",
	"a\0b",
	"\ud800",
	"😀".repeat(60),
	"x".repeat(300),
	"/".repeat(5000),
	"../x",
	"%s%n$`b`!`c`",
	"\u202e\u001b]0;x\u0007",
	"__proto__",
	[],
	{},
	[[[[[[]]]]]],
	{ __proto__: null, constructor: 1, toString: 2 },
	Array.from({ length: 300 }, (_, at) => at),
];

const texts: readonly string[] = [
	"",
	"x",
	"a b",
	"é😀\u0301",
	"line\r\nline\n",
	"\t",
	"$x",
	"%ipyai",
	"🏳️‍🌈",
	"\u2028",
];

export const randomParams = (schema: z.ZodType, pools: Pools, random: Random): unknown => {
	const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
	const value = make(json, json, pools, random, null);
	return random.next() < 0.5 ? value : spoiled(value, random);
};

const make = (schema: Json, root: Json, pools: Pools, random: Random, field: string | null): unknown => {
	const pool = field === null ? undefined : pools[field];
	if (pool && random.next() < 0.9) return random.pick(pool);
	const { $ref, anyOf, oneOf, allOf, type, properties, required, items } = schema;
	if (typeof $ref === "string") {
		const target = $ref
			.replace(/^#\/?/, "")
			.split("/")
			.filter((part) => part !== "")
			.reduce((at: unknown, part) => (at as Json)[part], root);
		return make(target as Json, root, pools, random, field);
	}
	if ("const" in schema) return schema.const;
	if (Array.isArray(schema.enum)) return random.pick(schema.enum);
	for (const choices of [anyOf, oneOf, allOf])
		if (Array.isArray(choices)) return make(random.pick(choices) as Json, root, pools, random, field);
	switch (type) {
		case "object":
			return Object.fromEntries(
				Object.entries((properties ?? {}) as Record<string, Json>)
					.filter(([name]) => (required as string[] | undefined)?.includes(name) || random.next() < 0.5)
					.map(([name, each]) => [name, make(each, root, pools, random, name)]),
			);
		case "array":
			return Array.from({ length: random.int(3) + Number(schema.minItems ?? 0) }, () =>
				make(items as Json, root, pools, random, field),
			);
		case "integer":
		case "number":
			return random.pick([0, 1, 2, 7, 100, Number(schema.minimum ?? 0), Number(schema.maximum ?? 5)]);
		case "boolean":
			return random.next() < 0.5;
		case "null":
			return null;
		default:
			return random.pick(texts);
	}
};

/** The same with one of its values exchanged, or left out. */
const spoiled = (value: unknown, random: Random): unknown => {
	if (typeof value !== "object" || value === null || random.next() < 0.2) return random.pick(hostile);
	const entries = Object.entries(value);
	if (entries.length === 0) return random.pick(hostile);
	const [name, each] = random.pick(entries);
	if (Array.isArray(value)) return value.map((one, at) => (String(at) === name ? spoiled(one, random) : one));
	if (random.next() < 0.2) return Object.fromEntries(entries.filter(([other]) => other !== name));
	return { ...value, [name]: spoiled(each, random) };
};
