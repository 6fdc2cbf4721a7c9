/** What `*` and `?` stand for, as bash replaces them: names in order, those with a leading dot only where it is written. */
import { posix } from "node:path";
import { matchesAll, type Wildcards } from "../wildcards.ts";

/** More files than this are not looked at one by one. */
const maxMatches = 500;

/** The paths that the pattern stands for, as bash would write them; `null` when that cannot be told. */
export const matchPattern = (
	pattern: Wildcards,
	cwd: string,
	names: (folder: string) => readonly string[] | null,
): readonly string[] | null => {
	let found = [""];
	const components = split(pattern);
	for (const [at, component] of components.entries()) {
		const separator = at < components.length - 1 ? "/" : "";
		const next: string[] = [];
		for (const before of found) {
			if (component.every((piece) => typeof piece === "string")) {
				next.push(before + component.join("") + separator);
				continue;
			}
			const inside = names(posix.resolve(cwd, before));
			if (inside === null) return null;
			const matched = inside.filter((name) => matchesName(component, name));
			next.push(...matched.map((name) => before + name + separator));
		}
		if (next.length > maxMatches) return null;
		found = next;
	}
	// Without a match the pattern itself is the word.
	return found.length > 0 ? found : [written(pattern)];
};

const written = (pattern: Wildcards): string =>
	pattern.map((piece) => (typeof piece === "string" ? piece : piece.any === "many" ? "*" : "?")).join("");

const split = (pattern: Wildcards): Wildcards[] => {
	const components: Wildcards[number][][] = [[]];
	for (const piece of pattern) {
		if (typeof piece !== "string") components.at(-1)!.push(piece);
		else
			for (const [at, text] of piece.split("/").entries()) {
				if (at > 0) components.push([]);
				if (text !== "") components.at(-1)!.push(text);
			}
	}
	return components;
};

const matchesName = (component: Wildcards, name: string): boolean =>
	(typeof component[0] === "string" || !name.startsWith(".")) && matchesAll(component, name);
