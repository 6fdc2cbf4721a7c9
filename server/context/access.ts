/**
 * A chain of attributes and constant keys on a variable, as code has it: `df["price"].str` is `df` with two steps.
 */
export type Access = { readonly name: string; readonly steps: readonly AccessStep[] };

export type AccessStep =
	| { readonly kind: "attribute"; readonly key: string }
	| { readonly kind: "key"; readonly key: string | number };
