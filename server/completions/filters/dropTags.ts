import type { Filter } from "./filter.ts";

const tags = /<\/?(?:prefix|suffix|current-input|answer|completion)>/g;
/** What models that fill in say at the end, or go on with where they should have ended. */
const tokens =
	/<\|?(?:fim_\w+|file_sep|endoftext|end_of_text|im_end|im_start|eot_id|cursor)\|?>|<\/s>|<(?:EOT|PRE|SUF|MID)>/;

/** Takes the prompt's own tags out of an answer, with what stands in a repeated suffix, and ends it at a model's marks. */
export const dropTags: Filter = (text, { prefix, suffix }) => {
	const end = text.search(tokens);
	const said = end < 0 ? text : text.slice(0, end);
	const found = said.match(tags);
	// The code may be about such tags.
	const code = `${prefix}${suffix}`;
	if (!found || found.some((tag) => code.includes(tag.replace("/", "")))) return said;
	const after = said.indexOf("<suffix>");
	return (after < 0 ? said : said.slice(0, after)).replace(tags, "");
};
