/** `%ipyai usage`: what turns cost. What a provider did not tell is unknown, and never counted as nothing. */
import type { Usage } from "../../protocol/index.ts";
import type { TurnHead } from "../store/store.ts";
import { firstLine, table } from "./tables.ts";

const columns = [
	["input", "inputTokens"],
	["from cache", "cacheReadTokens"],
	["to cache", "cacheWriteTokens"],
	["output", "outputTokens"],
	["cost", "costUsd"],
] as const satisfies readonly (readonly [string, keyof Usage])[];

/** The newest turns of the list; the sums are over all. */
const maxRows = 20;

export const usageText = (turns: readonly TurnHead[]): string => {
	const done = turns.filter(({ state }) => state === "finished");
	if (done.length === 0) return "No prompt has been answered in this session yet.";
	const row = (name: string, model: string, cells: readonly string[]) => [name, model, ...cells];
	const rows = done.slice(-maxRows).map((turn) => {
		const cells = columns.map(([, key]) => show(key, turn.usage?.[key] ?? null));
		const [text] = turn.content.flatMap((part) => (part.kind === "text" ? [part.text] : []));
		return row(firstLine(text ?? "", 30), turn.model ?? "none", cells);
	});
	const sums = columns.map(([, key]) => {
		const known = done.flatMap(({ usage }) => (usage?.[key] == null ? [] : [usage[key]]));
		const sum = known.reduce((total, value) => total + value, 0);
		if (known.length === 0) return "unknown";
		return known.length === done.length ? show(key, sum) : `≥ ${show(key, sum)}`;
	});
	const count = `${done.length} ${done.length === 1 ? "turn" : "turns"}`;
	const text = table(
		["prompt", "model", ...columns.map(([name]) => name)],
		[...rows, row(count, "", sums)],
		[2, 3, 4, 5, 6],
	);
	const window = done.at(-1)?.usage;
	if (window?.contextTokens == null) return text;
	const size = window.contextWindow === null ? "" : ` of ${window.contextWindow}`;
	return `${text}\nThe last request held ${window.contextTokens}${size} tokens.`;
};

const show = (key: keyof Usage, value: number | null): string => {
	if (value === null) return "unknown";
	return key === "costUsd" ? `$${value.toFixed(4)}` : String(value);
};
