/** Arguments of `ipyai` that decide what a start needs. */

const withoutPython = new Set(["server", "lsp", "--version", "-V", "--help", "-h"]);

/**
 * False when this start prints something and ends, serves others, or names its Python itself.
 *
 * @param {readonly string[]} args
 */
export const needsKernelPython = (args) => {
	const end = args.indexOf("--");
	const options = end === -1 ? args : args.slice(0, end);
	const [first = ""] = options;
	return (
		!withoutPython.has(first) &&
		!options.some((option) => /^(--version|--help|-h|-V|--python(=.*)?)$/.test(option))
	);
};
