/** What completes a reference that a person begins in a prompt: `` $`df.sh `` and `` &`gre ``. */
import type { ResultOf } from "../../protocol/index.ts";
import { toCodePoints, toUtf16 } from "../kernel/positions.ts";

/** The live Python, as far as names go. Positions are in code points. */
export type Names = {
	complete(
		code: string,
		cursor: number,
		signal: AbortSignal,
	): Promise<Omit<Completions, "matches"> & { readonly matches: Readonly<Completions["matches"]> }>;
	functionNames(signal: AbortSignal): Promise<readonly string[]>;
};

type Completions = ResultOf<"kernel/complete">;

export type BegunRef = { readonly kind: "variable" | "tool"; readonly typed: string };

/** The reference that the cursor (UTF-16) stands in, as far as it is typed. Python has no backticks outside of texts. */
export const begunRef = (text: string, cursor: number): BegunRef | null => {
	const line = text.slice(text.lastIndexOf("\n", cursor - 1) + 1, cursor);
	const tick = line.lastIndexOf("`");
	const mark = line[tick - 1];
	// An even number of backticks before it: this one opens.
	if (tick < 1 || (mark !== "$" && mark !== "&") || (line.split("`").length - 2) % 2 !== 0) return null;
	return { kind: mark === "$" ? "variable" : "tool", typed: line.slice(tick + 1) };
};

export const completeRef = async (
	{ kind, typed }: BegunRef,
	cursor: number,
	python: Names,
	signal: AbortSignal,
): Promise<Completions> => {
	if (kind === "tool") {
		const names = (await python.functionNames(signal)).filter((name) => name.startsWith(typed));
		return {
			start: cursor - typed.length,
			end: cursor,
			matches: names.sort().map((text) => ({ text, type: "function", signature: null })),
		};
	}
	const from = cursor - typed.length;
	const { start, end, matches } = await python.complete(typed, toCodePoints(typed, typed.length), signal);
	return { start: from + toUtf16(typed, start), end: from + toUtf16(typed, end), matches: [...matches] };
};
