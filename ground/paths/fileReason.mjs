/**
 * Why the system refused a file, as a clause for people: "no space left on device (ENOSPC)". Node's message repeats the
 * call and the path, which the sentence around it has named.
 *
 * @param {unknown} error
 */
export const reasonOf = (error) => {
	const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
	if (code === undefined) return message.replace(/\.$/, "");
	const [, reason] = /^\w+: (.*?)(?:, \w+(?: '|$)|$)/s.exec(message) ?? [];
	return reason === undefined ? message : `${reason} (${code})`;
};
