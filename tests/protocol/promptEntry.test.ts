import { describe, expect, test } from "vitest";
import { type PromptEntry, parsePromptEntry } from "../../protocol/promptEntry.ts";

const draw = (entry: PromptEntry): string => {
	switch (entry.kind) {
		case "prompt":
			return `ask ${JSON.stringify(entry.text)}`;
		case "python":
			return `run ${JSON.stringify(entry.code)}`;
		case "empty":
			return "nothing";
	}
};

describe("with the dot", () => {
	test.each([
		[".hi", 'ask "hi"'],
		[".hi\n", 'ask "hi"'],
		["\n\n.hi", 'ask "hi"'],
		["  \n\t\n.hi", 'ask "hi"'],
		["  .hi", 'ask "hi"'],
		[". hi", 'ask " hi"'],
		[".what is x?", 'ask "what is x?"'],
		[".a!b %c", 'ask "a!b %c"'],
		[".a\nb", 'ask "a\\nb"'],
		[".a\\\nb", 'ask "a\\nb"'],
		[".a\n\n  b\n\n", 'ask "a\\n\\n  b"'],
		[".say '\\n'", "ask \"say '\\\\n'\""],
		[".", "nothing"],
		["  . \n\n", "nothing"],
		["", "nothing"],
		["\n  \n", "nothing"],
		[".5", 'run ".5"'],
		[".5*3", 'run ".5*3"'],
		["..", 'run ".."'],
		["...", 'run "..."'],
		["...\nx", 'run "...\\nx"'],
		["x = 1\n.hi", 'run "x = 1\\n.hi"'],
		[">>> .hi", 'run ">>> .hi"'],
		["\n  x\n", 'run "\\n  x\\n"'],
		["?x", 'run "?x"'],
		[";x", 'run ";x"'],
	])("%j: %s", (source, expected) => expect(draw(parsePromptEntry(source, false))).toBe(expected));
});

describe("in prompt mode", () => {
	test.each([
		["hi", 'ask "hi"'],
		["\n\nhi", 'ask "hi"'],
		["  hi\nthere", 'ask "hi\\nthere"'],
		[".hi", 'ask ".hi"'],
		["if x:", 'ask "if x:"'],
		["a\\\nb", 'ask "a\\nb"'],
		[";x = 1", 'run "x = 1"'],
		["  ; x\ny;z", 'run "   x\\ny;z"'],
		["!ls", 'run "!ls"'],
		["%time x", 'run "%time x"'],
		["\n%%bash\nls", 'run "\\n%%bash\\nls"'],
		["?x", 'run "?x"'],
		["??x", 'run "??x"'],
		["x?", 'run "x?"'],
		["np.linalg.norm??", 'run "np.linalg.norm??"'],
		["rows[0].name?", 'run "rows[0].name?"'],
		["np.ar*?", 'run "np.ar*?"'],
		["what is x?", 'ask "what is x?"'],
		["x?\ny", 'ask "x?\\ny"'],
		["really???", 'ask "really???"'],
		["", "nothing"],
		["\n ", "nothing"],
	])("%j: %s", (source, expected) => expect(draw(parsePromptEntry(source, true))).toBe(expected));
});
