/** What the text of a paragraph is made of. */

export type Mark = "strong" | "emphasis" | "strike" | "link";

export type Inline = { readonly marks: readonly Mark[] } & (
	| { readonly kind: "text" | "code" | "math" | "html"; readonly text: string }
	/** A hard one. */
	| { readonly kind: "break" }
	/** Follows the text of a link that does not say its address itself. */
	| { readonly kind: "address"; readonly text: string }
	| { readonly kind: "image"; readonly text: string; readonly address: string }
);

/** A piece while its marks are not known: those that begin behind it, and those that end before it. */
export type Draft = {
	kind: Inline["kind"];
	text: string;
	address: string;
	readonly begins: Mark[];
	readonly ends: Mark[];
};
