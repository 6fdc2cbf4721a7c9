/** Functions that a prompt and its notes name become tools of the model. */
import { nearest } from "../../../ground/text/nearest.ts";
import type { Toolbox } from "../../tools/toolbox.ts";
import type { Python } from "../python/host.ts";
import type { NamedTools } from "./turnContext.ts";

/** So many are looked up for one prompt: each costs the live kernel a look. */
const maxNames = 50;

/**
 * Offers what is named, as it is defined now. What a note names and cannot be had is a warning. Rejects when the
 * request itself names such a thing: the person meant a tool, and an answer without it would be to another question.
 */
export const offerNamed = async (
	{ asked, noted }: NamedTools,
	toolbox: Toolbox,
	python: Python | null,
	signal: AbortSignal,
): Promise<readonly string[]> => {
	if (python !== null) await toolbox.refreshFunctions(python, signal);
	const onlyNoted = noted.filter((name) => !asked.includes(name));
	const problems = async (names: readonly string[]): Promise<string[]> => {
		const found: string[] = [];
		for (const name of names) {
			const problem = await problemOf(name, toolbox, python, signal);
			if (problem !== null) found.push(problem);
		}
		return found;
	};
	if (asked.length > maxNames)
		throw new Error(`The prompt names ${asked.length} tools; there is room for ${maxNames}. Name fewer.`);
	const refused = await problems(asked);
	if (refused.length > 0) throw new Error(`Not sent: ${refused.join(" ")}`);
	const left = onlyNoted.length - maxNames;
	return [
		...(await problems(onlyNoted.slice(0, maxNames))),
		...(left > 0 ? [`${left} more tools of notes were not looked up: name them in the prompt.`] : []),
	];
};

const problemOf = async (
	name: string,
	toolbox: Toolbox,
	python: Python | null,
	signal: AbortSignal,
): Promise<string | null> => {
	if (python === null) return `&\`${name}\` cannot be a tool: the session has no live kernel.`;
	const offered = await toolbox.addFunction(python, name, signal);
	if (!("reason" in offered)) return null;
	const known = (toolbox.descriptions ?? []).map((tool) => tool.name);
	// Who has none to offer is told of the name all the same.
	const near = nearest(name, [...known, ...(await python.functionNames(signal).catch(() => []))]);
	const hint = near === null || near === name ? "." : `: did you mean ${near}?`;
	return `&\`${name}\` ${offered.reason}${hint}`;
};
