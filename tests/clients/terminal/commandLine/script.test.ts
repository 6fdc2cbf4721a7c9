import { expect, test } from "vitest";
import { splitScript } from "../../../../clients/terminal/commandLine/script.ts";
import { isComplete } from "../../../../ground/python/completeness.ts";

test("Python from a pipe is one script", () => {
	expect(splitScript("x = 1\n\ndef f():\n    return x\n\nf()\n")).toEqual([
		"x = 1\n\ndef f():\n    return x\n\nf()",
	]);
	expect(splitScript("\n\n")).toEqual([]);
});

test("a dot begins a prompt that ends at a blank line", () => {
	expect(splitScript("x = 1\n.what is\nx?\n\nprint(x)\r\n.bye")).toEqual([
		"x = 1",
		".what is\nx?",
		"print(x)",
		".bye",
	]);
});

test("a dot inside of Python begins no prompt", () => {
	const chain = "y = (df\n.groupby('a')\n.sum())";
	expect(splitScript(chain)).toEqual([chain]);
	const text = 's = """\n.hidden\n"""';
	expect(splitScript(text)).toEqual([text]);
	expect(splitScript(".5 + 1\n...\n")).toEqual([".5 + 1\n..."]);
});

test("an apostrophe in a prompt doesn't swallow the Python after it", () => {
	expect(splitScript(".what's (x\n\ny = 2\n.and y?")).toEqual([".what's (x", "y = 2", ".and y?"]);
});

/** The status and, for a cell that goes on, the indent of the next line in dots. */
const check = (code: string): string => {
	const { status, indent } = isComplete(code);
	return status === "incomplete" ? `goes on ${indent.replaceAll(" ", ".")}`.trim() : status;
};

test("Enter continues what is open", () => {
	expect(check("1 + 1")).toBe("complete");
	expect(check("for i in x:")).toBe("goes on ....");
	expect(check("for i in x:\n    f(i)")).toBe("goes on ....");
	expect(check("for i in x:\n    f(i)\n")).toBe("complete");
	expect(check("def f():\n    return 1")).toBe("goes on");
	expect(check("f(")).toBe("goes on ....");
	expect(check("f(1,")).toBe("goes on");
	expect(check('"""a')).toBe("goes on");
	expect(check("x = \\")).toBe("goes on");
	expect(check("@decorated")).toBe("goes on");
	expect(check("x = {'a': 1}  # (")).toBe("complete");
});

test("magics, shell lines and help are complete, cell magics end with a blank line", () => {
	expect(check("!ls (")).toBe("complete");
	expect(check("%timeit f(")).toBe("complete");
	expect(check("f?")).toBe("complete");
	expect(check("%%bash\nls")).toBe("goes on");
	expect(check("%%bash\nls\n")).toBe("complete");
});

test("what can never be closed is run, so that Python says what is wrong", () => {
	expect(check("x = 'a")).toBe("invalid");
	expect(check("x)")).toBe("invalid");
});
