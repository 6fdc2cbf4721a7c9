/** Links whose address stands elsewhere: `[text][label]`, and `[label]: address`. */

export type Definition = { readonly label: string; readonly href: string; readonly title: string };

/** A line that is a definition. */
export const definitionOf = (line: string): Definition | null => {
	const match =
		/^ {0,3}\[([^\]\\[]{1,200})\]:\s*(?:<([^<>]*)>|(\S+))(?:\s+(?:"([^"]*)"|'([^']*)'|\(([^()]*)\)))?\s*$/.exec(
			line,
		);
	if (!match || match[1]!.startsWith("^") || match[1]!.trim() === "") return null;
	return {
		label: match[1]!,
		href: match[2] ?? match[3]!,
		title: match[4] ?? match[5] ?? match[6] ?? "",
	};
};

/** The labels that a line refers to as `[text][label]` or `[label][]`. */
export const labelsIn = (line: string): string[] =>
	[...line.replace(/`[^`]*`/g, "").matchAll(/\[([^[\]]{1,200})\]\[([^[\]]{0,200})\]/g)].map(
		([, text, label]) => labelKey(label!.trim() === "" ? text! : label!),
	);

/** Labels that are the same. */
export const labelKey = (label: string): string => label.trim().replace(/\s+/g, " ").toLowerCase();

/** The definitions so far, and which of them a text has named with their addresses. */
export class References {
	readonly #known: Map<string, Definition>;
	readonly #used: Set<string>;

	constructor(known: ReadonlyMap<string, Definition> = new Map(), used: ReadonlySet<string> = new Set()) {
		this.#known = new Map(known);
		this.#used = new Set(used);
	}

	copy(): References {
		return new References(this.#known, this.#used);
	}

	/** The first definition of a label counts. */
	add(definition: Definition): void {
		const key = labelKey(definition.label);
		if (!this.#known.has(key)) this.#known.set(key, definition);
	}

	knows(label: string): boolean {
		return this.#known.has(labelKey(label));
	}

	/** The address of a link that is shown now. */
	use(label: string): string | null {
		const definition = this.#known.get(labelKey(label));
		if (definition === undefined) return null;
		this.#used.add(labelKey(label));
		return definition.href;
	}

	/** Whether a link has told this address already. */
	isUsed(label: string): boolean {
		return this.#used.has(labelKey(label));
	}
}
