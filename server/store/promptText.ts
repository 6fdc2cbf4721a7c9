import type { Content } from "../../protocol/index.ts";

/** The text of a prompt for lists and search, at most `maxChars` long. */
export const promptText = (content: readonly Content[], maxChars: number): string =>
	content
		.flatMap((part) => (part.kind === "text" ? [part.text] : []))
		.join("\n")
		.slice(0, maxChars)
		.toWellFormed();
