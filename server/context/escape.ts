/** Text between tags: nothing in it can open or close a tag. */
export const escapeText = (text: string): string =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Text between the quotes of an attribute. */
export const escapeAttribute = (text: string): string =>
	escapeText(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;");
