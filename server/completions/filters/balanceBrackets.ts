import { bracketsBefore, type Filter, type Place } from "../postprocess.ts";
import { scanBrackets } from "../scanBrackets.ts";

/** Cuts at a closing bracket that closes nothing, and where the answer closes what the text after the cursor closes. */
export const balanceBrackets: Filter = (text, place) => {
	const before = bracketsBefore(place);
	const { strayAt } = scanBrackets(text, before);
	const kept = strayAt < 0 ? text : text.slice(0, strayAt);
	const { endsAt } = scanBrackets(kept, before);
	const isEndedBelow = scanBrackets(nextCode(place), before).endsAt >= 0;
	return endsAt < 0 || !isEndedBelow || fitsRest(kept, place) ? kept : kept.slice(0, endsAt);
};

/** Whether what follows the cursor ends the same brackets and strings with this text as without it. */
export const fitsRest = (text: string, place: Place): boolean => {
	const before = bracketsBefore(place);
	const rest = nextCode(place);
	const alone = scanBrackets(rest, before);
	if (alone.strayAt >= 0) return true;
	const both = scanBrackets(text + rest, before);
	return both.strayAt < 0 && both.quote === alone.quote && both.open.join() === alone.open.join();
};

/** The rest of the line; where it is blank, closers or the end of a string that the next line begins with. */
const nextCode = (place: Place): string => {
	const [rest = "", ...lines] = place.suffix.split("\n", 50);
	if (rest.trim() !== "") return rest;
	const next = lines.find((line) => line.trim() !== "")?.trim() ?? "";
	const { quote } = bracketsBefore(place);
	const isStringEnd = quote !== null && quote !== "#" && next.startsWith(quote);
	return `\n${isStringEnd ? quote : /^[\s)\]}]*/.exec(next)![0]}`;
};
