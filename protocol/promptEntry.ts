/**
 * What a person typed: a prompt for the AI or code for Python. One rule for every client, free of dependencies.
 *
 * - `.text` is a prompt: the first line that is not blank starts with a dot, blanks before it aside. A second dot
 *   or a digit after the dot makes it Python's (`...`, `.5`); so `..` is Python's error to report.
 * - In prompt mode everything is a prompt, a leading dot included in its text, except: `;code` runs the rest,
 *   `!` and `%` lines run as they are, and so does IPython's help: a leading `?`, or one expression that ends in
 *   `?` or `??`.
 * - A backslash at a line's end continues the prompt; the backslash itself is not sent.
 */
export type PromptEntry =
	| { readonly kind: "prompt"; readonly text: string }
	| { readonly kind: "python"; readonly code: string }
	/** A dot alone, or nothing at all: nothing is sent, nothing runs. */
	| { readonly kind: "empty" };

export const parsePromptEntry = (source: string, promptMode: boolean): PromptEntry => {
	const body = source.replace(/^(?:[^\S\n]*\n)+/, "").trimStart();
	if (body === "") return { kind: "empty" };
	if (promptMode) return parseInPromptMode(source, body);
	return isDotPrompt(body) ? toPrompt(body.slice(1)) : { kind: "python", code: source };
};

const isDotPrompt = (body: string): boolean => /^\.(?![.\d])/.test(body);

const parseInPromptMode = (source: string, body: string): PromptEntry => {
	if (body.startsWith(";")) {
		// What stands before the `;` is kept: it is the indent that Python sees.
		const at = source.indexOf(";");
		return { kind: "python", code: source.slice(0, at) + source.slice(at + 1) };
	}
	return /^[!%?]/.test(body) || isHelp(body) ? { kind: "python", code: source } : toPrompt(body);
};

/** `np.linalg?`, `f??`, `rows[0].name?`: words with blanks between them are a question for the AI. */
const isHelp = (body: string): boolean =>
	/^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_*][\p{L}\p{N}_*]*|\[[^\]\s]*\])*\*?\?{1,2}$/u.test(body.trim());

const toPrompt = (text: string): PromptEntry => {
	const joined = text.replace(/\\\n/g, "\n").replace(/\n+$/, "");
	return joined.trim() === "" ? { kind: "empty" } : { kind: "prompt", text: joined };
};
