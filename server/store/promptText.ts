import { textOf } from "../../ground/text/contentText.ts";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import type { Content } from "../../protocol/index.ts";

/** The text of a prompt for lists and search, at most `maxChars` long. */
export const promptText = (content: readonly Content[], maxChars: number): string =>
	headOf(textOf(content), maxChars);
