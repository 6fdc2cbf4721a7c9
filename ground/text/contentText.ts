/** The text of a prompt or result, its pictures left out. */
export const textOf = (
	content: readonly ({ readonly kind: "text"; readonly text: string } | { readonly kind: "image" })[],
): string => content.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n");
