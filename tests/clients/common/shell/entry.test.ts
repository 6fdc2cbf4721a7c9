import { expect, test } from "vitest";
import { readEntry } from "../../../../clients/common/shell/entry.ts";
import { fullScreenCommand } from "../../../../clients/terminal/programs/shellProgram.ts";

/** What a typed input becomes, in one line. */
const read = (typed: string, promptMode = false): string => {
	const entry = readEntry(typed, promptMode, fullScreenCommand);
	if (entry.kind === "submit") {
		if (entry.entry.kind === "cell") return `cell ${entry.entry.code}`;
		const [part] = entry.entry.content;
		return `prompt ${part?.kind === "text" ? part.text : ""}`;
	}
	if (entry.kind === "command") return `command ${entry.words}`;
	if (entry.kind === "program") return `program ${entry.command}`;
	if (entry.kind === "exit") return `exit${entry.keepKernel ? ", kernel stays" : ""}`;
	return entry.kind;
};

test("Python goes to the kernel, a dot to the AI", () => {
	expect(read("x = 1")).toBe("cell x = 1");
	expect(read(".what is x?")).toBe("prompt what is x?");
	expect(read(".5")).toBe("cell .5");
	expect(read("\n \n")).toBe("nothing");
	expect(read(".")).toBe("nothing");
});

test("in prompt mode plain text goes to the AI", () => {
	expect(read("what is x", true)).toBe("prompt what is x");
	expect(read(";x = 1", true)).toBe("cell x = 1");
	expect(read("%ipyai prompt", true)).toBe("command prompt");
});

test("leaving is the client's, so that a shared kernel isn't ended by surprise", () => {
	for (const typed of ["exit", "quit", "exit()", "quit()", "%exit", " exit "])
		expect(read(typed)).toBe("exit");
	expect(read("exit(keep_kernel=True)")).toBe("exit, kernel stays");
	expect(read("exit_code")).toBe("cell exit_code");
});

test("what only a terminal can do stays here", () => {
	expect(read("%cls")).toBe("clearScreen");
	expect(read("!vim x.py")).toBe("program vim x.py");
	expect(read("!ls")).toBe("cell !ls");
});
