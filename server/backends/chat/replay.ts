/**
 * The message of a response with calls as its server wants it back: DeepSeek and Kimi refuse a round without the
 * reasoning that led to it, Gemini one without its signatures, OpenRouter whatever the model behind it refuses.
 */

import { shortWireId } from "../loop/wireId.ts";
import { objectOf } from "../programs/json.ts";
import type { ChatCall } from "./calls.ts";

export type ReasoningDetail = { readonly [key: string]: unknown };

export type ToReplay = {
	readonly calls: readonly ChatCall[];
	readonly text: string;
	/** What came as `reasoning_content`: servers with another name for it refuse this one. */
	readonly reasoning: string;
	readonly details: readonly ReasoningDetail[];
};

/** `null` where our own form of the response says the same. */
export const replayable = ({ calls, text, reasoning, details }: ToReplay): unknown[] | null => {
	const isBare = reasoning === "" && details.length === 0 && calls.every((call) => call.extra === undefined);
	if (calls.length === 0 || isBare) return null;
	const ids = new Set<string>();
	const message = {
		role: "assistant",
		content: text === "" ? null : text,
		...(reasoning === "" ? {} : { reasoning_content: reasoning }),
		...(details.length === 0 ? {} : { reasoning_details: joined(details) }),
		tool_calls: calls.map(({ id, name, json, extra }, index) => {
			const own = id === "" || ids.has(id) ? shortWireId(`${id} ${index} ${json}`) : id;
			ids.add(own);
			return {
				id: own,
				type: "function",
				// Servers read the arguments again, and fail at those that are none.
				function: { name, arguments: objectOf(json) === null ? "{}" : json },
				...(extra === undefined ? {} : { extra_content: extra }),
			};
		}),
	};
	return [message];
};

/** The pieces of one detail follow each other; their texts are one text, their other members stand once. */
const joined = (details: readonly ReasoningDetail[]): ReasoningDetail[] => {
	const whole: { [key: string]: unknown }[] = [];
	for (const detail of details) {
		const last = whole.at(-1);
		const goesOn = last !== undefined && last.type === detail.type && last.index === detail.index;
		if (!goesOn || typeof detail.data === "string") whole.push({ ...detail });
		else
			for (const [key, value] of Object.entries(detail)) {
				const isText = (key === "text" || key === "summary") && typeof value === "string";
				if (isText) last[key] = `${last[key] ?? ""}${value}`;
				else if (value !== null) last[key] = value;
			}
	}
	return whole;
};
