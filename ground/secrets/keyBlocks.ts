/** Private keys that are written over several lines: PEM, OpenSSH, PGP, PuTTY. */

const begin = /-{4,5} ?BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}|PuTTY-User-Key-File-\d:/g;
const end = /-{4,5} ?END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-MAC: ?\w+/g;

/** What stands between lines, also where they are quoted, compared, or a string with its ends of line escaped. */
const between = /(?:[\s+>|"',-]|\\[rnt])*/y;
const header = /[A-Za-z][\w-]{1,30}: [^\r\n\\]{0,400}/y;
const line = /[A-Za-z0-9+/=]{16,}/y;

/** An end this near belongs to the key, whatever stands before it. */
const nearChars = 16_000;

/** Calls back with the place of each key, its frame included; of one that was cut off, all that looks like it. */
export const eachKeyBlock = (text: string, found: (start: number, end: number) => void): void => {
	const begins = [...text.matchAll(begin)];
	if (begins.length === 0) return;
	const ends = text.matchAll(end);
	let last = ends.next().value;
	let covered = 0;
	for (const [at, { 0: head, index }] of begins.entries()) {
		if (index < covered) continue;
		const from = index + head.length;
		while (last && last.index < from) last = ends.next().value;
		const next = begins[at + 1]?.index ?? text.length;
		const body = endOfBody(text, from);
		const isItsEnd = last && last.index < next && last.index - body < nearChars;
		covered = last && isItsEnd ? last.index + last[0].length : body;
		found(index, covered);
	}
};

const endOfBody = (text: string, from: number): number => {
	let at = from;
	for (const piece of [header, line])
		for (;;) {
			between.lastIndex = at;
			between.exec(text);
			piece.lastIndex = between.lastIndex;
			if (!piece.test(text)) break;
			at = piece.lastIndex;
		}
	return at;
};
