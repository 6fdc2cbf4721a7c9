/** What a prompt, a tool's result or an answer says, as far as text is concerned. */
import { rowText } from "./plainText.ts";
import { type PlainText, words } from "./screenText.ts";
import { settledText } from "./terminalText.ts";

type Text = { readonly kind: "text"; readonly text: string };

/** Its pictures left out. */
export const textOf = (content: readonly (Text | { readonly kind: "image" })[]): string =>
	content.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n");

/** Its pictures named. */
export const contentText = (
	content: readonly (Text | { readonly kind: "image"; readonly mimeType: string })[],
): string =>
	content.map((part) => (part.kind === "text" ? part.text : pictureName(part.mimeType))).join("\n");

/** Stands for a picture where only text can. */
export const pictureName = (mimeType: string): PlainText => words`[${rowText(mimeType)}]`;

/** Its texts as a terminal would leave them: for a model, and for whoever reads what the model was told. */
export const settledContent = <Part extends Text | { readonly kind: "image" }>(
	content: readonly Part[],
): Part[] => content.map((part) => (part.kind === "text" ? { ...part, text: settledText(part.text) } : part));
