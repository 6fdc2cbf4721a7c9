/**
 * Calls that a server leaves in the text, between `<tool_call>` tags: as JSON (Hermes, Qwen), in tags of their own
 * (Qwen3-Coder) or as keys and values (GLM). Only an answer that ends with them calls something: elsewhere, and in
 * code, the model quotes or writes about them.
 */
import type { ToolDescription } from "../../../protocol/index.ts";
import { isObject, type JsonObject, objectOf } from "../programs/json.ts";

export type WrittenCall = { readonly name: string; readonly args: JsonObject };

const tag = "<tool_call>";
const blocks = /<tool_call>([\s\S]*?)<\/tool_call>/g;

export class WrittenCalls {
	readonly #tools: readonly ToolDescription[];
	/** The text from the first tag on, `null` before there is one. */
	#written: string | null = null;
	/** The beginning of a line that may become a tag. */
	#held = "";
	#isLineStart = true;

	constructor(tools: readonly ToolDescription[]) {
		this.#tools = tools;
	}

	/** The part of the text that calls nothing, as far as that is sure. */
	take(text: string): string {
		if (this.#tools.length === 0) return text;
		if (this.#written !== null) {
			this.#written += text;
			return "";
		}
		const rest = this.#held + text;
		const lines = `${this.#isLineStart ? "\n" : "|"}${rest}`;
		const at = lines.indexOf(`\n${tag}`);
		if (at >= 0) this.#written = rest.slice(at);
		const last = lines.lastIndexOf("\n");
		const mayBegin = at < 0 && last >= 0 && tag.startsWith(lines.slice(last + 1));
		const sure = at >= 0 ? at : mayBegin ? last : rest.length;
		this.#held = mayBegin ? rest.slice(last) : "";
		if (sure > 0) this.#isLineStart = rest[sure - 1] === "\n";
		return rest.slice(0, sure);
	}

	/** What was written as calls at the end of the answer, or what is text after all. */
	end(isInCode: boolean): { readonly calls: readonly WrittenCall[]; readonly text: string } {
		const text = (this.#written ?? "") + this.#held;
		const read = [...text.matchAll(blocks)].map(([, body = ""]) => this.#read(body.trim()));
		const calls = read.filter((call) => call !== null);
		const isAll = calls.length === read.length && text.replace(blocks, "").trim() === "";
		return isAll && !isInCode ? { calls, text: "" } : { calls: [], text };
	}

	#read(body: string): WrittenCall | null {
		const json = objectOf(body);
		const [, name, inner = ""] =
			/^<function=([^>\s]+)>([\s\S]*)<\/function>$/.exec(body) ?? /^([\w.-]+)\s*([\s\S]*)$/.exec(body) ?? [];
		const called = json === null ? name : json.name;
		const tool = this.#tools.find((each) => each.name === called);
		if (tool === undefined) return null;
		if (json === null) return { name: tool.name, args: readParameters(inner, tool) };
		const args = json.arguments ?? json.parameters ?? {};
		const read = typeof args === "string" ? objectOf(args) : args;
		return isObject(read) ? { name: tool.name, args: read } : null;
	}
}

const parameters =
	/<parameter=([^>\s]+)>\n?([\s\S]*?)\n?<\/parameter>|<arg_key>([\s\S]*?)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g;

const readParameters = (text: string, { inputSchema }: ToolDescription): JsonObject => {
	const properties = isObject(inputSchema.properties) ? inputSchema.properties : {};
	return Object.fromEntries(
		[...text.matchAll(parameters)].map(([, name, value, key, keyed]) => {
			const property = (name ?? key ?? "").trim();
			const told = value ?? keyed ?? "";
			const schema = properties[property];
			const isText = isObject(schema) && schema.type === "string";
			return [property, isText ? told : (objectOf(`{"value":${told}}`)?.value ?? told)];
		}),
	);
};
