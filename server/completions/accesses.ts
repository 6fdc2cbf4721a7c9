/**
 * What a suggestion takes for granted of live objects: attributes, columns and keys of names that the code around it
 * does not define itself. Pure.
 */

import { codeTokens, keywords, plainString, type Token } from "../../ground/python/lexer.ts";
import type { Access, AccessStep } from "../context/access.ts";
import { boundNames } from "./boundNames.ts";
import { columnsAfter } from "./columnAccesses.ts";
import { firstLine, withoutMagics } from "./lines.ts";
import type { Place } from "./place.ts";

/**
 * `from` is the first step that the suggestion wrote; the ones before it are the person's own. `at` is where that step
 * stands in the suggestion.
 */
export type SuggestedAccess = Access & { readonly from: number; readonly at: number };

const maxCode = 20_000;
const maxAccesses = 30;
const maxSteps = 30;

/** Chains on names in `text`, as it stands at its place, that must be there for it to run. */
export const suggestedAccesses = (text: string, place: Place): SuggestedAccess[] => {
	const before = currentCell(place.prefix);
	const code = withoutMagics(`${before}${text}${firstLine(place.suffix)}`);
	// Code that asks first, or that catches, may name what is not there.
	if (/\bhasattr\s*\(|\btry\s*:|\bsuppress\s*\(/.test(code)) return [];
	const tokens = codeTokens(code);
	const chains = readChains(tokens);
	const bound = boundNames(tokens);
	const made = new Set(
		chains.filter(({ isTarget }) => isTarget).map((chain) => pathOf(chain, chain.steps.length)),
	);
	const changed = new Set(chains.filter(({ steps }) => changesKeys(steps)).map(({ name }) => name));
	const [start, end] = [before.length, before.length + text.length];
	const found: SuggestedAccess[] = [];
	for (const chain of chains) {
		const from = chain.places.findIndex(([stepStart, stepEnd]) => stepEnd > start && stepStart < end);
		if (from < 0 || bound.has(chain.name)) continue;
		const certain = chain.steps.findIndex(
			({ kind, key }, at) =>
				made.has(pathOf(chain, at + 1)) ||
				(kind === "key" && (changed.has(chain.name) || asksFor(code, key))),
		);
		const steps = certain < 0 ? chain.steps : chain.steps.slice(0, certain);
		if (steps.length > from)
			found.push({ name: chain.name, steps, from, at: Math.max(0, chain.places[from]![0] - start) });
		if (found.length === maxAccesses) break;
	}
	return found;
};

type Chain = {
	readonly name: string;
	readonly steps: readonly AccessStep[];
	/** Where each step stands. */
	readonly places: readonly (readonly [number, number])[];
	/** It is given a value: its last step need not be there. */
	readonly isTarget: boolean;
};

/** From the last `# %%` line on. */
const currentCell = (prefix: string): string => {
	const cut =
		prefix.length > maxCode ? prefix.slice(prefix.indexOf("\n", prefix.length - maxCode) + 1) : prefix;
	const marker = [...cut.matchAll(/^# ?%%.*$/gm)].at(-1);
	return marker ? cut.slice(marker.index) : cut;
};

const readChains = (tokens: readonly Token[]): Chain[] => {
	const chains: Chain[] = [];
	let depth = 0;
	let inImport = false;
	for (let at = 0; at < tokens.length; at++) {
		const token = tokens[at] as Token;
		if (token.kind === "operator" && "([{".includes(token.text)) depth++;
		if (token.kind === "operator" && ")]}".includes(token.text)) depth--;
		if (token.text === "import" || token.text === "from") inImport = true;
		if (token.kind === "newline") inImport = false;
		const isLiteral = token.kind === "string" && plainString(token.text) !== null;
		const isName = token.kind === "name" && !keywords.has(token.text) && tokens[at - 1]?.text !== ".";
		if (inImport || !(isName || isLiteral)) continue;
		const steps: AccessStep[] = [];
		const places: [number, number][] = [];
		let next = at + 1;
		for (let step = readStep(tokens, next); step && steps.length < maxSteps; step = readStep(tokens, next)) {
			steps.push(step.step);
			places.push([(tokens[next] as Token).start, (tokens[step.end - 1] as Token).end]);
			next = step.end;
		}
		// What a literal has, its class has.
		const name = isLiteral ? "str" : token.text;
		if (isLiteral && steps[0]?.kind !== "attribute") continue;
		const last = steps.at(-1);
		const { of, columns } = columnsAfter(tokens, next, last?.kind === "attribute" ? last.key : null);
		const kept = of === "receiver" ? steps.length - 1 : steps.length;
		for (const { step, place } of columns)
			chains.push({
				name,
				steps: [...steps.slice(0, kept), step],
				places: [...places.slice(0, kept), [...place]],
				isTarget: false,
			});
		if (steps.length > 0)
			chains.push({ name, steps, places, isTarget: tokens[next]?.text === "=" && depth <= 0 });
	}
	return chains;
};

/** `.name`, `["key"]` or `[1]` at this token. */
const readStep = (tokens: readonly Token[], at: number): { step: AccessStep; end: number } | null => {
	const [first, second, third] = tokens.slice(at, at + 3);
	if (first?.text === "." && second?.kind === "name")
		return { step: { kind: "attribute", key: second.text }, end: at + 2 };
	if (first?.text !== "[" || third?.text !== "]" || !second) return null;
	if (second.kind === "number" && /^\d{1,9}$/.test(second.text))
		return { step: { kind: "key", key: Number(second.text) }, end: at + 3 };
	const text = second.kind === "string" ? plainString(second.text) : null;
	return text === null ? null : { step: { kind: "key", key: text }, end: at + 3 };
};

/** Calls that change which keys there are. */
const changers =
	/^(?:update|setdefault|insert|rename|drop|pop|popitem|clear|set_index|reset_index|eval|add|append)$/;

const changesKeys = (steps: readonly AccessStep[]): boolean =>
	steps.some(({ kind, key }) => kind === "attribute" && changers.test(key));

const asksFor = (code: string, key: string | number): boolean =>
	typeof key === "string" &&
	(code.includes(`"${key}" in `) ||
		code.includes(`'${key}' in `) ||
		code.includes(`"${key}" not in `) ||
		code.includes(`'${key}' not in `));

const pathOf = ({ name, steps }: Pick<Chain, "name" | "steps">, length: number): string =>
	JSON.stringify([name, ...steps.slice(0, length).map(({ key }) => key)]);
