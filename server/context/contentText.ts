import type { Content } from "../../protocol/index.ts";

/** The text of a prompt or result, its pictures left out. */
export const textOf = (content: readonly Content[]): string =>
	content.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n");
