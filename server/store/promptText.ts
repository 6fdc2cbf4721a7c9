import { textOf } from "../../ground/text/contentText.ts";
import type { Content } from "../../protocol/index.ts";

/** The text of a prompt for lists and search, at most `maxChars` long. */
export const promptText = (content: readonly Content[], maxChars: number): string =>
	textOf(content).slice(0, maxChars).toWellFormed();
