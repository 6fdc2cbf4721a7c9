/**
 * A name, which has to be there where there are no steps, and a chain of attributes and constant keys on a variable, as code has it: `df["price"].str` is `df` with two steps.
 */
export type Access = { readonly name: string; readonly steps: readonly AccessStep[] };

export type AccessStep =
	| { readonly kind: "attribute"; readonly key: string }
	| { readonly kind: "key"; readonly key: string | number }
	/** A column of a frame, or a name of its index, as `groupby` and others take it. */
	| { readonly kind: "column"; readonly key: string };
