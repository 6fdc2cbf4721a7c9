/** `pyrun`: the model's way into the live namespace. */
import type { Python } from "../python.ts";
import type { Tool } from "../tool.ts";

export const pyrun = (python: Python): Tool => ({
	name: "pyrun",
	description:
		"Run Python in the user's live IPython session and return what it printed, the value of its last expression, pictures it showed, or its traceback. It shares the user's variables: names it assigns stay. Top-level await, %magics and !shell commands work. It is not a cell: it has no input number and is not in the history.",
	inputSchema: {
		type: "object",
		properties: {
			code: { type: "string", description: "Python code; the value of the last expression is returned." },
		},
		required: ["code"],
		additionalProperties: false,
	},
	effect: "changesNamespace",
	prepare: async ({ code }, signal) => {
		if (typeof code !== "string") return { problem: 'pyrun needs "code", a string of Python.' };
		const grant = { key: "pyrun", text: "run any Python code in this session without asking" };
		const shown = await python.shown(code, signal).catch((error: unknown) => {
			signal.throwIfAborted();
			return { doubt: (error as Error).message };
		});
		if ("doubt" in shown) return { check: "open", grant, run: (options) => python.runPython(code, options) };
		return {
			check: shown.makes.length > 0 ? "contained" : "looks",
			grant,
			run: (options) => python.compute(code, options),
		};
	},
});
