/** Small models get into a rut from which they don't come out by themselves. Pure. */

/** A text that goes on for so long with the same words says nothing more. Tables and code repeat less exactly. */
const times = 6;
const shortest = 24;
const longest = 240;

/** True when the text ends with one passage said again and again. */
export const repeatsItself = (text: string): boolean => {
	const end = text.slice(-times * longest);
	for (let length = shortest; length <= Math.min(longest, Math.floor(end.length / times)); length++) {
		// Nearly always told by one character: this is asked for every token.
		if (end[end.length - 1] !== end[end.length - 1 - length]) continue;
		const passage = end.slice(-length);
		if (/[\p{L}\p{N}]{2}/u.test(passage) && end.endsWith(passage.repeat(times))) return true;
	}
	return false;
};
