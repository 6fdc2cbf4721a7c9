import { bracketsBefore, type Place } from "../place.ts";
import { scanBrackets } from "../scanBrackets.ts";
import type { Filter } from "./filter.ts";

/** Cuts at a closing bracket that closes nothing, and where the answer closes what the text after the cursor closes. */
export const balanceBrackets: Filter = (text, place) => {
	const before = bracketsBefore(place);
	const { strayAt } = scanBrackets(text, before);
	const kept = strayAt < 0 ? text : text.slice(0, strayAt);
	const { endsAt } = scanBrackets(kept, before);
	return endsAt >= 0 && closesTooMuch(kept, place) ? kept.slice(0, endsAt) : kept;
};

const maxSuffixChars = 20_000;

/** With this text something below closes nothing any more, or a string that ends there begins there. */
const closesTooMuch = (text: string, place: Place): boolean => {
	const before = bracketsBefore(place);
	const below = place.suffix.slice(0, maxSuffixChars);
	if (scanBrackets(below, before).strayAt < 0 && scanBrackets(text + below, before).strayAt >= 0) return true;
	const rest = stringEnd(place);
	const alone = scanBrackets(rest, before);
	return alone.endsAt >= 0 && scanBrackets(text + rest, before).quote !== alone.quote;
};

/** The rest of the line; where it is blank, the end of a string that the next line begins with. */
const stringEnd = (place: Place): string => {
	const [rest = "", ...lines] = place.suffix.split("\n", 50);
	if (rest.trim() !== "") return rest;
	const next = lines.find((line) => line.trim() !== "")?.trim() ?? "";
	const { quote } = bracketsBefore(place);
	return quote?.length === 3 && next.startsWith(quote) && /^[)\]},;]*$/.test(next.slice(3)) ? quote : "";
};
