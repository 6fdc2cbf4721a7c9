/** What a provider's cache compares: the parts of a model request in order, cache markers aside. */
import type { RecordedRequest } from "./modelServer/modelServer.ts";

/** Tools, system prompt and message blocks as text, in the order in which a provider reads them. */
export const requestParts = ({ body }: RecordedRequest): string[] => {
	const parts: unknown[] = [body.model, body.tools, body.system ?? body.instructions];
	for (const message of body.messages ?? body.input)
		if (message.content === undefined) parts.push(message);
		else for (const block of blocksOf(message.content)) parts.push({ role: message.role, ...block });
	return parts.map((part) =>
		JSON.stringify(part, (key, value) => (key === "cache_control" ? undefined : value)),
	);
};

/** A text alone and a list of one text block are the same to a provider. */
const blocksOf = (content: unknown): readonly object[] =>
	Array.isArray(content) ? content : [{ type: "text", text: content }];

/** The share, by length, of the earlier request that the later one begins with. */
export const repeatedShare = (earlier: RecordedRequest, later: RecordedRequest): number => {
	const before = requestParts(earlier);
	const after = requestParts(later);
	let same = 0;
	let total = 0;
	let differs = false;
	for (const [index, part] of before.entries()) {
		differs ||= after[index] !== part;
		const length = part?.length ?? 0;
		total += length;
		if (!differs) same += length;
	}
	return same / total;
};
