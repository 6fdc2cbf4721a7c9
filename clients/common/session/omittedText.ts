import { plainText } from "../../../ground/text/plainText.ts";
import { type PlainText, words } from "../../../ground/text/screenText.ts";

/** Stands where output of a cell was left out. */
export const omittedText = (chars: number): PlainText =>
	words`[${plainText(chars.toLocaleString("en-US"))} characters of output left out]`;
