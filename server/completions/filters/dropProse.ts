import { lastLine } from "../lines.ts";
import { bracketsBefore } from "../place.ts";
import { scanBrackets } from "../scanBrackets.ts";
import type { Filter } from "./filter.ts";

/**
 * Drops what a model says about its answer, before and after it. Comments, strings, prompts and what is no Python are
 * left alone.
 */
export const dropProse: Filter = (text, place) => {
	if (/^\s*[!%]/.test(lastLine(place.prefix)) || /^\s*(?:%%|\.(?![.\d]))/.test(place.prefix)) return text;
	const lines = text.split("\n");
	let scan = bracketsBefore(place);
	let from = 0;
	for (const [at, line] of lines.entries()) {
		const isText = scan.quote !== null;
		scan = scanBrackets(`${line}\n`, scan);
		if (isText || !isSentence(line.trim())) continue;
		const before = lines.slice(from, at);
		if (before.some((one) => one.trim() !== "")) return before.join("\n");
		from = at + 1;
		scan = bracketsBefore(place);
	}
	return from === 0 ? text : lines.slice(from).join("\n").replace(/^\n+/, "");
};

/** A few words, begun and ended as sentences are. No line of Python ends with a stop; with a colon many do. */
const isSentence = (line: string): boolean =>
	/^[A-Z][\w'’,!?-]*(?: [\w'’",`()/.!?;-]+){2,}[.:!]?$/u.test(line) &&
	(/[.!]$/.test(line) || (line.endsWith(":") && announcing.test(line)));

const announcing =
	/^(?:Here|Sure|Certainly|Okay|The|This|That|To|You|I|I'll|It|Below|Of|Let|In|Now|So|Note|Based|Since)\b/;
