/** What an edit changed: as views show lines, for the model, and as a diff, for a person. */
import { shownLine } from "./applyEdits.ts";
import type { Line } from "./textFile.ts";

type Row = {
	readonly sign: " " | "-" | "+";
	/** Numbers in the file before and after; 0 where it is not in it. */
	readonly old: number;
	readonly now: number;
	readonly text: string;
};

/** The rows that differ with `around` of those beside them; each list is one place. */
export const changesBetween = (before: readonly Line[], after: readonly Line[], around: number): Row[][] => {
	const isKept = keptLines(before, after);
	const places: Row[][] = [];
	let place: Row[] = [];
	/** Rows that are the same since the last change, as far as they have been passed. */
	let same = 0;
	let old = 0;
	const both = (now: number): Row => {
		const { origin, text } = after[now]!;
		return { sign: " ", old: origin! + 1, now: now + 1, text };
	};
	/** A change begins before line `now`: what is near is one place with the change before it. */
	const begin = (now: number): void => {
		if (place.length > 0 && same > 2 * around) {
			place.push(...range(now - same, now - same + around).map(both));
			places.push(place);
			place = [];
		}
		place.push(...range(place.length > 0 ? now - same : now - Math.min(same, around), now).map(both));
		same = 0;
	};
	for (let now = 0; now <= after.length; ) {
		let next = now;
		while (next < after.length && !isKept(next)) next++;
		const end = next < after.length ? after[next]!.origin! : before.length;
		if (next > now || end > old) {
			begin(now);
			for (const at of range(old, end))
				place.push({ sign: "-", old: at + 1, now: 0, text: before[at]!.text });
			for (const at of range(now, next))
				place.push({ sign: "+", old: 0, now: at + 1, text: after[at]!.text });
		}
		if (next === after.length) {
			if (place.length > 0 && next === now && end === old)
				place.push(...range(now - same, now - same + Math.min(same, around)).map(both));
			break;
		}
		same++;
		old = end + 1;
		now = next + 1;
	}
	if (place.length > 0) places.push(place);
	return places;
};

const range = (from: number, to: number): number[] =>
	Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

const maxRows = 120;

/** For the model: with hashes, so that the next edit needs no new view. */
export const changesText = (before: readonly Line[], after: readonly Line[]): string => {
	const rows = changesBetween(before, after, 1).flat();
	const shown = rows.slice(0, maxRows).map(({ sign, old, now, text }) => sign + shownLine(now || old, text));
	if (rows.length > maxRows) shown.push(`... ${rows.length - maxRows} more rows`);
	return shown.join("\n");
};

/** For a person: the whole of it. */
export const diffText = (
	path: string,
	before: readonly Line[],
	after: readonly Line[],
	isNew: boolean,
): string => {
	const places = changesBetween(before, after, 3).map((rows) => {
		const [old, now] = [rows.filter((row) => row.old > 0), rows.filter((row) => row.now > 0)];
		const [first, second] = [old[0]?.old ?? 0, now[0]?.now ?? 0];
		return [
			`@@ -${first},${old.length} +${second},${now.length} @@`,
			...rows.map(({ sign, text }) => sign + text),
		].join("\n");
	});
	return [`--- ${isNew ? "/dev/null" : path}`, `+++ ${path}`, ...places].join("\n");
};

/** Which lines of the file after are as they were, in the longest order that is still theirs. */
const keptLines = (before: readonly Line[], after: readonly Line[]): ((at: number) => boolean) => {
	const isSame = (at: number): boolean => {
		const { origin, text } = after[at]!;
		return origin !== null && before[origin]!.text === text;
	};
	let last = -1;
	const isInOrder = after.every(({ origin }, at) => {
		if (!isSame(at)) return true;
		const follows = origin! > last;
		last = origin!;
		return follows;
	});
	if (isInOrder) return isSame;
	const kept = longestOrder(after, isSame);
	return (at) => kept.has(at);
};

const longestOrder = (after: readonly Line[], isSame: (at: number) => boolean): ReadonlySet<number> => {
	const candidates = after.flatMap(({ origin }, at) => (isSame(at) ? [{ at, origin: origin! }] : []));
	const ends: number[] = [];
	const previous: number[] = [];
	for (const [index, { origin }] of candidates.entries()) {
		let [low, high] = [0, ends.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (candidates[ends[middle]!]!.origin < origin) low = middle + 1;
			else high = middle;
		}
		previous.push(low > 0 ? ends[low - 1]! : -1);
		ends[low] = index;
	}
	const kept = new Set<number>();
	for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index]!) kept.add(candidates[index]!.at);
	return kept;
};
