/** Texts with `*` and `?`, matched in time that grows with their lengths only: expressions go back and forth. */

/** `many` goes up to its edge, if it has one, and not over it. */
export type Wildcard = { readonly any: "one" | "many"; readonly edge?: string };
export type Wildcards = readonly (string | Wildcard)[];

/** Whether it is all of the text that matches. */
export const matchesAll = (wildcards: Wildcards, text: string): boolean => {
	let ends = new Set([0]);
	for (const piece of wildcards)
		ends =
			typeof piece === "string"
				? after(ends, (at) => (text.startsWith(piece, at) ? piece.length : null))
				: piece.any === "one"
					? after(ends, (at) =>
							at < text.length ? String.fromCodePoint(text.codePointAt(at)!).length : null,
						)
					: reached(ends, text, piece.edge);
	return ends.has(text.length);
};

const after = (ends: ReadonlySet<number>, taken: (at: number) => number | null): Set<number> =>
	new Set([...ends].flatMap((at) => (taken(at) === null ? [] : [at + taken(at)!])));

const reached = (ends: ReadonlySet<number>, text: string, edge: string | undefined): Set<number> => {
	const all = new Set<number>();
	let isOpen = false;
	for (let at = 0; at <= text.length; at++) {
		isOpen ||= ends.has(at);
		if (isOpen) all.add(at);
		if (text[at] === edge) isOpen = false;
	}
	return all;
};
