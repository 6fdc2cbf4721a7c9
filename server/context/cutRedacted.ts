import { cutMiddle } from "../../ground/text/cutMiddle.ts";

/** Longer texts are cut before they are read for secrets: the ends of a cut may then show a part of one. */
const maxReadWhole = 64 * 1024;

/** The text for a model, as `cutMiddle` cuts it, without its secrets. */
export const cutRedacted = (
	text: string,
	maxChars: number,
	redact: (text: string) => string,
	alreadyOmitted = 0,
): ReturnType<typeof cutMiddle> => {
	if (text.length <= maxReadWhole) return cutMiddle(redact(text), maxChars, alreadyOmitted);
	const cut = cutMiddle(text, maxChars, alreadyOmitted);
	return { ...cut, text: redact(cut.text) };
};
