/**
 * Typing as it was recorded of a person (`fixtures/README.md`), of a text of ours. The rhythm, the places and the
 * lengths are theirs; what stays in the end is our text, and what they took back is something wrong.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Milliseconds since the last one, where, how many characters are taken out and put in. */
export type Edit = readonly [gapMs: number, at: number, deleted: number, inserted: number];

export type Recording = { readonly name: string; readonly edits: readonly Edit[] };

/** Longer pauses are cut to this: longer than any wait and answer together, so that nothing is decided otherwise. */
export const longestGapMs = 1500;

/** One edit, and the document after it. */
export type Key = {
	readonly gapMs: number;
	readonly from: number;
	readonly to: number;
	readonly text: string;
	/** Around the cursor. */
	readonly prefix: string;
	readonly suffix: string;
	/** What will come to stand at the cursor on this line, `null` when what stands before it is wrong. */
	readonly rest: string | null;
	/** Where `rest` ends in the final text. */
	readonly restEnd: number;
};

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "../fixtures", name), "utf8");

export const recordedKeys = (): Key[][] => {
	const recordings: Recording[] = JSON.parse(fixture("typing.json"));
	const texts = fixture("typed.py")
		.split(/^# %%\n/m)
		.slice(1);
	return recordings.map(({ edits }, index) => keysOf(edits, texts[index]!.trimEnd()));
};

/** A character of the document; `null` for one that is taken back. */
type Mark = { place: number | null };

const keysOf = (edits: readonly Edit[], text: string): Key[] => {
	const marks: Mark[] = [];
	const inserted = edits.map(([, at, deleted, count]) => {
		const own = Array.from({ length: count }, (): Mark => ({ place: null }));
		marks.splice(at, deleted, ...own);
		return own;
	});
	if (marks.length > text.length) throw new Error(`A text of ${marks.length} characters is needed.`);
	for (const [place, mark] of marks.entries()) mark.place = place;

	const final = text.slice(0, marks.length);
	const toText = (some: readonly Mark[]) =>
		some.map(({ place }) => (place === null ? "x" : final[place]!)).join("");
	const document: Mark[] = [];
	return edits.map(([gapMs, at, deleted], index) => {
		document.splice(at, deleted, ...inserted[index]!);
		const cursor = at + inserted[index]!.length;
		const before = document[cursor - 1] ?? { place: -1 };
		const next = document.slice(cursor).find(({ place }) => place !== null)?.place ?? final.length;
		const begin = (before.place ?? 0) + 1;
		const rest = final.slice(begin, next).split("\n", 1)[0]!;
		return {
			gapMs,
			from: at,
			to: at + deleted,
			text: toText(inserted[index]!),
			prefix: toText(document.slice(0, cursor)),
			suffix: toText(document.slice(cursor)),
			rest: before.place === null ? null : rest,
			restEnd: begin + rest.length,
		};
	});
};
