/** `look`: reads live objects and the last error without running anybody's code. It needs no permission. */
import type { Python } from "../python.ts";
import { failure, type Tool } from "../tool.ts";

const maxChars = 2000;

export type LookPlace = {
	/** What the model's own calls changed in its last turns, for people. */
	changes(): string;
};

export const look = (python: Python, { changes: changed }: LookPlace): Tool => ({
	name: "look",
	description:
		'Look at the user\'s live variables without running any code: no permission is needed, nothing changes, and it answers while a cell runs. Takes names, attributes, keys, positions and slices: `df`, `df[:5]`, `df.dtypes`, `df["a"].tail(3)`, `df.iloc[100:110]`, `cfg["a"][0]`, `obj.attr`, `len(x)`. Of a function, method or class it shows the source. Without arguments it lists the variables. With traceback it shows the frames of the last error with the values of their variables; with frame N, alone or with what, it looks inside of one of them. What would have to be computed (other calls, properties) it refuses: use pyrun for that. With changes it tells what your own calls changed in this conversation: files with diffs, and variables.',
	inputSchema: {
		type: "object",
		properties: {
			what: { type: "string", description: "What to look at; all variables when left out." },
			frame: {
				type: "integer",
				description: "A frame of the last error, by the number that traceback shows.",
			},
			traceback: { type: "boolean", description: "Show the frames of the last error." },
			changes: { type: "boolean", description: "Show what your own calls changed, the newest first." },
		},
		additionalProperties: false,
	},
	effect: "looks",
	prepare: async ({ what = "", frame = null, traceback = false, changes = false }) => {
		if (typeof what !== "string" || what.length > maxChars)
			return { problem: `"what" is a text of up to ${maxChars} characters, for example df[:5].` };
		if (frame !== null && !(Number.isInteger(frame) && (frame as number) >= 0))
			return { problem: '"frame" is the number of a frame that traceback shows.' };
		if (typeof traceback !== "boolean") return { problem: '"traceback" is true or false.' };
		if (typeof changes !== "boolean") return { problem: '"changes" is true or false.' };
		if (changes)
			return {
				check: "looks",
				grant: null,
				run: async () => ({ content: [{ kind: "text", text: changed() }], isError: false }),
			};
		const query = { what: what.trim(), frame: frame as number | null, traceback };
		return {
			check: "looks",
			grant: null,
			run: async ({ signal }) => {
				const found = await python.look(query, signal);
				if ("problem" in found) return failure(found.problem);
				return { content: [{ kind: "text", text: found.text }], isError: false };
			},
		};
	},
});
