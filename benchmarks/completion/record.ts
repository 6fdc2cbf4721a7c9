/**
 * Makes `fixtures/typing.json` from recordings of a person: `node benchmarks/completion/record.ts FOLDER`, the folder
 * `sequential_traces` of https://github.com/josephg/editing-traces. Only times, places and lengths are kept, no text.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Edit, longestGapMs, type Recording } from "./recording.ts";

/** Where a person begins to write something new, by the number of the edit. */
const beginnings: readonly (readonly [string, number])[] = [
	["json-crdt-patch", 14402],
	["json-crdt-patch", 620],
	["json-crdt-blog-post", 15233],
	["json-crdt-blog-post", 4760],
];
const lengthMs = 72_000;

type Trace = { readonly txns: readonly { time: string; patches: readonly [number, number, string][] }[] };

/** The edits from a beginning on, as long as they stay within what has been written since. */
const stretch = ({ txns }: Trace, begin: number): Edit[] => {
	const edits: Edit[] = [];
	const origin = txns[begin]!.patches[0]![0];
	let written = 0;
	let sinceMs = 0;
	for (let at = begin; at < txns.length; at++) {
		const { time, patches } = txns[at]!;
		const [place, deleted, text] = patches[0]!;
		const from = place - origin;
		if (patches.length !== 1 || from < 0 || from + deleted > written) break;
		const gapMs = at === begin ? 0 : Date.parse(time) - Date.parse(txns[at - 1]!.time);
		const capped = Math.min(longestGapMs, gapMs);
		if (sinceMs + capped > lengthMs) break;
		sinceMs += capped;
		written += text.length - deleted;
		edits.push([capped, from, deleted, text.length]);
	}
	return edits;
};

const folder = process.argv[2];
if (folder === undefined) throw new Error("Name the folder of the recordings.");
const recordings = beginnings.map(([name, begin]): Recording => {
	const trace = JSON.parse(gunzipSync(readFileSync(join(folder, `${name}.json.gz`))).toString());
	return { name: `${name}, from edit ${begin}`, edits: stretch(trace, begin) };
});
const lines = recordings.map(({ name, edits }) => {
	const rows = edits.map((edit) => JSON.stringify(edit)).join(",");
	return `\t{ "name": ${JSON.stringify(name)}, "edits": [\n\t\t${rows.replace(/((?:\[[^\]]*\],){16})/g, "$1\n\t\t")}\n\t] }`;
});
writeFileSync(join(import.meta.dirname, "../fixtures/typing.json"), `[\n${lines.join(",\n")}\n]\n`);
