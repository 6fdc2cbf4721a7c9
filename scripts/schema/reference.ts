/** The part of docs/protocol.md that lists methods and types, made from the schema. */
import { anyRequest } from "../../protocol/method.ts";
import { exampleMessage } from "./examples.ts";

export type Schema = {
	readonly methods: Readonly<Record<string, Readonly<Record<string, MethodSchema>>>>;
	readonly editorCommands: Readonly<Record<string, { description?: string; argument: Json; result: Json }>>;
	readonly errorCodes: Readonly<Record<string, { readonly code: number; readonly description: string }>>;
	readonly $defs: Readonly<Record<string, Json>>;
};

/** The document with its reference part made anew. */
export const withReference = (document: string, reference: string): string => {
	const [start, end] = ["<!-- reference: made by `npm run schema` -->", "<!-- end of the reference -->"];
	const from = document.indexOf(start);
	const to = document.indexOf(end);
	if (from < 0 || to < from) throw new Error("The document has no place for the reference.");
	return `${document.slice(0, from + start.length)}\n\n${reference}\n\n${document.slice(to)}`;
};

export const documentFile = "docs/protocol.md";

type MethodSchema = {
	readonly kind: "request" | "notification";
	readonly description?: string;
	readonly params: Json;
	readonly result?: Json;
	readonly repeat?: "once" | "harmless" | "acts";
	readonly errors?: readonly string[];
};

type Json = { readonly [key: string]: unknown };

/** Methods by group, in the order of the schema, then types and errors. */
export const referenceText = (schema: Schema): string => {
	const writer = new Reference(schema);
	return [
		"### Methods",
		...writer.methods("client", "client → server"),
		"### From the server",
		...writer.methods("server", "server → client"),
		"### LSP's own methods",
		"What LSP says of them holds; listed is what this server looks at and answers.",
		...writer.methods("lspClient", "client → server"),
		...writer.methods("lspServer", "server → client"),
		"### Commands of `workspace/executeCommand`",
		...writer.commands(),
		"### Types",
		...writer.types(),
		"### Errors",
		...writer.errors(),
	].join("\n\n");
};

class Reference {
	readonly #schema: Schema;
	/** Types that have a section of their own, because something names them. */
	readonly #named = new Set<string>();

	constructor(schema: Schema) {
		this.#schema = schema;
	}

	methods(group: string, direction: string): string[] {
		return Object.entries(this.#schema.methods[group] ?? {}).map(([name, method]) =>
			this.#method(group, name, method, direction),
		);
	}

	#method(
		group: string,
		name: string,
		{ kind, description, params, result, repeat, errors }: MethodSchema,
		way: string,
	): string {
		return [
			`#### \`${name}\``,
			`*${kind === "request" ? "Request" : "Notification"}, ${way}.* ${sentences(description, String(this.#target(params).description ?? ""))}`,
			`\`\`\`json\n${exampleMessage(group, name, kind)}\n\`\`\``,
			this.#params(params, kind === "request" ? "parameter" : "field"),
			result === undefined ? "" : this.#result(result),
			repeat === undefined ? "" : `Sent again: ${repeats[repeat]}${this.#codes(errors ?? [])}`,
		]
			.filter((part) => part !== "")
			.join("\n\n");
	}

	#params(params: Json, heading: string): string {
		const { oneOf } = this.#target(params) as { oneOf?: readonly Json[] };
		return oneOf ? oneOf.map((option) => this.#option(option)).join("\n") : this.#table(params, heading);
	}

	#result(result: Json): string {
		const target = this.#target(result);
		const fields = target.properties as Readonly<Record<string, Json>> | undefined;
		if (fields && Object.keys(fields).length === 0) return "Result: `{}`.";
		if (target.type === "null") return "Result: `null`.";
		const head = sentences("Result", undefined).replace(/\.$/, "");
		const about = target.description === undefined ? "" : ` ${target.description}`;
		return fields
			? `${head}:${about}\n\n${this.#table(result, "field")}`
			: `${head}: ${this.#type(result)}.${about}`;
	}

	#codes(errors: readonly string[]): string {
		if (errors.length === 0) return "";
		return ` Errors of its own: ${errors.map((name) => `\`${this.#schema.errorCodes[name]?.code} ${name}\``).join(", ")}.`;
	}

	commands(): string[] {
		return Object.entries(this.#schema.editorCommands).map(([name, { description, argument, result }]) =>
			[
				`#### \`${name}\``,
				sentences(description, undefined),
				this.#table(argument, "argument"),
				this.#result(result),
			]
				.filter((part) => part !== "")
				.join("\n\n"),
		);
	}

	/** Those that were named so far, and what they name in turn. */
	types(): string[] {
		const written = new Map<string, string>();
		for (;;) {
			const next = [...this.#named].find((name) => !written.has(name));
			if (next === undefined) break;
			written.set(next, this.#typeSection(next));
		}
		return [...written].sort(([a], [b]) => a.localeCompare(b)).map(([, text]) => text);
	}

	#typeSection(name: string): string {
		const def = this.#schema.$defs[name] ?? {};
		const options = (def.oneOf ?? def.anyOf) as readonly Json[] | undefined;
		const body = options
			? options.map((option) => this.#option(option)).join("\n")
			: def.properties
				? this.#table(def, "field")
				: this.#type(def);
		return [`#### ${name}`, String(def.description ?? ""), body].filter((part) => part !== "").join("\n\n");
	}

	/** One form of a union, on a line of its own. */
	#option(option: Json): string {
		if (typeof option.$ref === "string") return `- ${this.#type(option)}`;
		const fields = Object.entries((option.properties ?? {}) as Readonly<Record<string, Json>>);
		const kind = fields.find(([name]) => name === "kind")?.[1];
		const own = fields.filter(([name]) => name !== "kind");
		const about = sentences(
			kind?.description as string | undefined,
			option.description as string | undefined,
		);
		const listed = own.map(([name, each]) => this.#inlineField(name, each, option)).join("; ");
		return `- \`${String(kind?.const ?? "object")}\`: ${[about, listed].filter((part) => part !== "").join(" ")}`.trimEnd();
	}

	#inlineField(name: string, field: Json, parent: Json): string {
		const about = this.#about(field).replace(/\.$/, "");
		return `\`${name}${isRequired(name, parent) ? "" : "?"}\` ${this.#type(field)}${about === "" ? "" : ` (${about})`}`;
	}

	#table(schema: Json, heading: string): string {
		const rows = this.#rows(this.#target(schema), "");
		if (rows.length === 0) return "";
		return [`| ${heading} | type | |`, "| --- | --- | --- |", ...rows].join("\n");
	}

	#rows(schema: Json, path: string): string[] {
		return Object.entries((schema.properties ?? {}) as Readonly<Record<string, Json>>).flatMap(
			([name, field]) => {
				const inner = withoutNull(field);
				const items = inner.items as Json | undefined;
				const nested = inner.properties ? inner : items?.properties ? items : null;
				const shown = `${path}${name}`;
				const row = `| \`${shown}${isRequired(name, schema) ? "" : "?"}\` | ${cell(this.#type(field))} | ${cell(this.#about(field))} |`;
				return [row, ...(nested ? this.#rows(nested, `${shown}${items ? "[]" : ""}.`) : [])];
			},
		);
	}

	/** A field's description, its own or that of its type where that has no section. */
	#about(field: Json): string {
		if (typeof field.description === "string") return field.description;
		const inner = withoutNull(field);
		const ref = String(inner.$ref ?? "");
		const isId = /(?:Id|Seq|By)$/.test(ref) && !ref.endsWith("RequestId");
		const target = this.#target(inner);
		return isPlain(target) && !isId ? String(target.description ?? "") : "";
	}

	#target(schema: Json): Json {
		return typeof schema.$ref === "string" ? (this.#schema.$defs[defName(schema.$ref)] ?? {}) : schema;
	}

	#type(schema: Json): string {
		if (typeof schema.$ref === "string") {
			const name = defName(schema.$ref);
			const target = this.#target(schema);
			if (isPlain(target)) return this.#type(target);
			this.#named.add(name);
			return `[${name}](#${name.toLowerCase()})`;
		}
		if ("const" in schema) return `\`${JSON.stringify(schema.const)}\``;
		if (Array.isArray(schema.enum))
			return schema.enum.map((each) => `\`${JSON.stringify(each)}\``).join(" or ");
		const options = (schema.oneOf ?? schema.anyOf) as readonly Json[] | undefined;
		if (options) {
			if (options.length > 3 && options.every(({ properties }) => properties))
				return "one of several objects";
			return options.map((option) => this.#type(option)).join(" or ");
		}
		switch (schema.type) {
			case "array": {
				const max = schema.maxItems === undefined ? "" : `, at most ${number(schema.maxItems)}`;
				return `list of ${this.#type(schema.items as Json)}${max}`;
			}
			case "object": {
				const { properties, additionalProperties: values } = schema;
				if (properties && Object.keys(properties).length > 0) return "object";
				return values && Object.keys(values as Json).length > 0
					? `object of ${this.#type(values as Json)}`
					: "object";
			}
			case "string":
				return `string${length(schema)}`;
			case "integer":
			case "number":
				return `${schema.type}${range(schema)}`;
			case undefined:
				return "any";
			default:
				return [schema.type].flat().join(" or ");
		}
	}

	errors(): string[] {
		const rows = Object.entries(this.#schema.errorCodes).map(
			([name, { code, description }]) => `| ${code} | \`${name}\` | ${cell(description)} |`,
		);
		return [
			`Any request may be answered with ${anyRequest.map((name) => `\`${name}\``).join(", ")}.`,
			["| code | name | when, and what to do |", "| --- | --- | --- |", ...rows].join("\n"),
		];
	}
}

const repeats = {
	once: "no further effect; the first answer comes again (`requestId`).",
	harmless: "no harm.",
	acts: "it acts again.",
} as const;

const defName = (ref: string): string => ref.slice(ref.lastIndexOf("/") + 1);

/** A text, a number, a word: shown where it stands. */
const isPlain = (schema: Json): boolean =>
	!schema.properties && !schema.oneOf && schema.type !== "array" && (!schema.anyOf || isNullable(schema));

const isNullable = ({ anyOf }: Json): boolean =>
	Array.isArray(anyOf) && anyOf.length === 2 && (anyOf as Json[]).some(({ type }) => type === "null");

const withoutNull = (schema: Json): Json =>
	isNullable(schema) ? ((schema.anyOf as Json[]).find(({ type }) => type !== "null") ?? schema) : schema;

const isRequired = (name: string, { required }: Json): boolean =>
	Array.isArray(required) && required.includes(name);

const sentences = (...texts: readonly (string | undefined)[]): string =>
	[...new Set(texts.filter((text) => text !== undefined && text !== ""))].join(" ");

/** In a table a bar would end the cell. */
const cell = (text: string): string => text.replaceAll("|", "\\|");

const number = (value: unknown): string => Number(value).toLocaleString("en-US");

const length = ({ maxLength }: Json): string =>
	maxLength === undefined ? "" : `, at most ${number(maxLength)}`;

const range = ({ minimum, maximum }: Json): string => {
	const min =
		minimum === undefined || Number(minimum) <= Number.MIN_SAFE_INTEGER ? "" : `, from ${number(minimum)}`;
	const max = maximum === undefined || Number(maximum) >= 2 ** 31 - 1 ? "" : ` to ${number(maximum)}`;
	return `${min}${max}`;
};
