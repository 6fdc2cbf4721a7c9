import { firstLine } from "../lines.ts";
import type { Filter } from "../postprocess.ts";
import { scanBrackets } from "../scanBrackets.ts";

/** Cuts at a closing bracket that closes nothing, and drops closers at the end that stand after the cursor already. */
export const balanceBrackets: Filter = (text, { prefix, suffix }) => {
	const before = scanBrackets(prefix);
	const { strayAt } = scanBrackets(text, before);
	let kept = strayAt < 0 ? text : text.slice(0, strayAt);
	const waiting = /^[\s)\]}]*/.exec(firstLine(suffix))![0].replace(/\s/g, "");
	if (waiting === "") return kept;
	while (/[)\]}]\s*$/.test(kept) && scanBrackets(kept + waiting, before).strayAt >= 0)
		kept = kept.trimEnd().slice(0, -1);
	return kept;
};
