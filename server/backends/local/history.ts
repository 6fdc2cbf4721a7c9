/** The conversation as node-llama-cpp's chat formats take it. Pure: equal transcripts give equal histories. */
import { textOf } from "../../../ground/text/contentText.ts";
import type { ToolDescription } from "../../../protocol/index.ts";
import type { Step } from "../loop/settle.ts";
import type { WireNames } from "../loop/wireId.ts";
import type { FunctionDescriptions, HistoryItem, ModelPart } from "./messages.ts";

export const toHistory = (steps: readonly Step[], systemPrompt: string, names: WireNames): HistoryItem[] => {
	const history: HistoryItem[] = [];
	const say = (type: "system" | "user", text: string): void => {
		const last = history.at(-1);
		// Chat formats want the sides to take turns.
		if (last?.type === type && type === "user")
			history[history.length - 1] = { type, text: `${last.text}\n\n${text}` };
		else history.push({ type, text });
	};
	if (systemPrompt.trim() !== "") say("system", systemPrompt);
	/** The calls of the last response that wait for their results. */
	let open: Extract<ModelPart, { type: "functionCall" }>[] = [];
	for (const step of steps) {
		if (step.role === "user") {
			say("user", textOf(step.content));
			continue;
		}
		const last = history.at(-1);
		const before: readonly ModelPart[] = last?.type === "model" ? last.response : [];
		if (last?.type === "model") history.pop();
		if (step.role === "assistant") {
			open = [];
			const parts = step.items.map((item): ModelPart => {
				if (item.kind === "text") return item.text;
				const call = {
					type: "functionCall" as const,
					name: names.toWire(item.name),
					params: item.args,
					result: "",
					...(open.length === 0 ? { startsNewChunk: true } : {}),
				};
				open.push(call);
				return call;
			});
			history.push({ type: "model", response: [...before, ...parts] });
		} else {
			const results = new Map(open.map((call, index) => [call as ModelPart, step.results[index]]));
			const response = before.map((part) => {
				const result = results.get(part);
				if (result === undefined || typeof part === "string") return part;
				return { ...part, result: `${result.isError ? "The tool failed:\n" : ""}${textOf(result.content)}` };
			});
			history.push({ type: "model", response });
		}
	}
	if (history.at(-1)?.type !== "model") history.push({ type: "model", response: [] });
	return history;
};

export const toFunctions = (tools: readonly ToolDescription[], names: WireNames): FunctionDescriptions =>
	Object.fromEntries(
		tools.map(({ name, description, inputSchema }) => [
			names.toWire(name),
			{ description, params: toGrammarSchema({ type: "object", ...inputSchema }) },
		]),
	);

/**
 * A JSON schema with only what a grammar can hold the model to. All properties of an object are asked for: that is
 * how node-llama-cpp reads `properties`, so those with a default are left to the tool.
 */
export const toGrammarSchema = (schema: unknown): unknown => {
	if (typeof schema !== "object" || schema === null) return anything;
	const {
		type,
		properties,
		required,
		items,
		anyOf,
		oneOf,
		description,
		default: _,
		...rest
	} = schema as Record<string, unknown>;
	const about = typeof description === "string" ? { description } : {};
	if (Array.isArray(rest.enum)) return { enum: rest.enum, ...about };
	if (rest.const !== undefined) return { const: rest.const, ...about };
	const choice = anyOf ?? oneOf;
	if (Array.isArray(choice)) return { oneOf: choice.map(toGrammarSchema), ...about };
	if (type === "object") {
		if (typeof properties !== "object" || properties === null)
			return { type, additionalProperties: true, ...about };
		const wanted = Array.isArray(required) ? new Set(required) : null;
		const kept = Object.entries(properties).filter(
			([name, each]) => wanted?.has(name) !== false || !hasDefault(each),
		);
		return {
			type,
			properties: Object.fromEntries(kept.map(([name, each]) => [name, toGrammarSchema(each)])),
			...about,
		};
	}
	if (type === "array") return { type, items: toGrammarSchema(items), ...about };
	if (typeof type === "string" || Array.isArray(type)) return { type, ...about };
	return { ...anything, ...about };
};

const anything = { type: ["string", "number", "boolean", "null"] } as const;

const hasDefault = (schema: unknown): boolean =>
	typeof schema === "object" && schema !== null && "default" in schema;
