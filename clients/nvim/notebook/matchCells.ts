/** Which cell of a file each cell of a buffer is, after a person has edited, moved and deleted some. */
import type { CellText } from "./cellLines.ts";

/**
 * Indices into `old`, each used once; `null` for a new cell. `known` is what is sure already. First come cells that
 * are the same in the same order, then those that were moved, then those between two that are known, then those that
 * were moved and edited.
 */
export const matchCells = (
	old: readonly CellText[],
	now: readonly CellText[],
	known: readonly (number | null)[],
): (number | null)[] => {
	const found = [...known];
	const used = new Set(known.filter((index) => index !== null));
	const take = (place: number, index: number): void => {
		found[place] = index;
		used.add(index);
	};
	const free = (): number[] => old.flatMap((_, index) => (used.has(index) ? [] : [index]));
	const open = (): number[] => now.flatMap((_, place) => (found[place] === null ? [place] : []));
	for (const [place, index] of commonOrder(open(), free(), (a, b) => isSame(now[a]!, old[b]!)))
		take(place, index);
	for (const place of open()) {
		const moved = free().find((index) => isSame(now[place]!, old[index]!));
		if (moved !== undefined) take(place, moved);
	}
	for (const sameKind of [true, false])
		for (const place of open()) {
			const before = found.slice(0, place).findLast((index) => index !== null) ?? -1;
			const after = found.slice(place + 1).find((index) => index !== null) ?? old.length;
			const fits = (index: number): boolean =>
				sameKind
					? old[index]!.kind === now[place]!.kind
					: old[index]!.source.trim() === now[place]!.source.trim();
			const edited = free().find((index) => index > before && index < after && fits(index));
			if (edited !== undefined) take(place, edited);
		}
	for (const place of open()) {
		const alike = free().find((index) => areAlike(old[index]!, now[place]!));
		if (alike !== undefined) take(place, alike);
	}
	return found;
};

/** Half of the lines of the longer one are in the other too. */
const areAlike = (a: CellText, b: CellText): boolean => {
	const [as, bs] = [a, b].map(({ source }) => source.split("\n").filter((line) => line.trim() !== ""));
	const others = new Set(bs);
	const common = new Set(as!.filter((line) => others.has(line))).size;
	return a.kind === b.kind && common > 0 && common * 2 >= Math.max(as!.length, bs!.length);
};

const isSame = (a: CellText, b: CellText): boolean => a.kind === b.kind && a.source === b.source;

/** The longest common subsequence, as pairs. */
const commonOrder = <A, B>(as: readonly A[], bs: readonly B[], same: (a: A, b: B) => boolean): [A, B][] => {
	let head = 0;
	while (head < as.length && head < bs.length && same(as[head]!, bs[head]!)) head++;
	let tail = 0;
	while (tail < as.length - head && tail < bs.length - head && same(as.at(-1 - tail)!, bs.at(-1 - tail)!))
		tail++;
	const a = as.slice(head, as.length - tail);
	const b = bs.slice(head, bs.length - tail);
	const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
	for (let i = a.length - 1; i >= 0; i--)
		for (let j = b.length - 1; j >= 0; j--)
			lengths[i]![j] = same(a[i]!, b[j]!)
				? lengths[i + 1]![j + 1]! + 1
				: Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
	const pairs: [A, B][] = as.slice(0, head).map((each, index) => [each, bs[index]!]);
	for (let i = 0, j = 0; i < a.length && j < b.length; )
		if (same(a[i]!, b[j]!)) pairs.push([a[i++]!, b[j++]!]);
		else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
		else j++;
	for (let index = tail; index > 0; index--) pairs.push([as.at(-index)!, bs.at(-index)!]);
	return pairs;
};
