import { expect, test } from "vitest";
import { parseRules, rulingOf } from "../../../server/tools/rules.ts";
import { judge } from "../../../server/tools/shell/verdict.ts";
import type { About } from "../../../server/tools/tool.ts";

const facts = {
	cwd: "/p",
	home: "/home/a",
	isSystemProgram: () => true,
	isFoundFirst: () => true,
	mayRead: () => true,
	mayList: () => true,
	writing: () => "open" as const,
	folder: (path: string) => path,
	names: () => [],
	gitRisk: () => null,
};
const line = (text: string): About => {
	const { steps, isPlain } = judge(text, facts);
	return { kind: "commands", line: text, steps, isPlain };
};
const paths = (...given: string[]): About => ({
	kind: "paths",
	paths: given,
	project: "/p",
	home: "/home/a",
});
const ruling = (rules: Parameters<typeof parseRules>[0], tool: string, about: About | null) =>
	rulingOf(parseRules(rules, "person"), tool, about);

test.each([
	["pytest", "pytest -q tests", "allow"],
	["pytest", "ls && pytest", "allow"],
	["pytest", "pytest | head", "allow"],
	["npm run", "npm run build", "allow"],
	["npm run", "npm install", null],
	["npm run b*", "npm run build", "allow"],
	["pytest", "pytest > out", null],
	["pytest", "X=1 pytest", null],
	["pytest", "pytest $(touch made)", null],
	["pytest", "pytest; rm -rf x", null],
	["pytest", "pytest &", null],
	["pytest", "pytest\nrm x", null],
	["pytest", "if pytest; then rm x; fi", null],
	["pytest", "for i in 1; do pytest; done", null],
	["pytest", "xpytest", null],
	["pytest", "pytests", null],
	["pytest", "'unclosed pytest", null],
	["pytest", "pytest <<E\n$(x)\nE", null],
	["*", "anything at all", "allow"],
])("allow bash(%s) says of %j: %s", (pattern, text, expected) =>
	expect(ruling({ allow: [`bash(${pattern})`] }, "bash", line(text))).toBe(expected),
);

test.each([
	["rm", "rm x", "deny"],
	["rm", "ls; rm x", "deny"],
	["rm", "/bin/rm x", "deny"],
	["rm", "\\rm x", "deny"],
	["rm", "'rm' x", "deny"],
	["rm", "ls | xargs rm", null],
	["rm", "bash -c 'rm x'", null],
	["rm", "echo $(rm x)", "deny"],
	["rm", "for i in a; do rm $i; done", "deny"],
	["rm", "x() { rm y; }; x", "deny"],
	["rm", "'unclosed; rm x", "deny"],
	["git push", "git push origin", "deny"],
	["git push", "git pull", null],
	["curl", "ls &\ncurl x", "deny"],
	["rm", "ls", null],
])("deny bash(%s) says of %j: %s", (pattern, text, expected) => {
	expect(ruling({ deny: [`bash(${pattern})`] }, "bash", line(text))).toBe(expected);
	for (const other of ["Bash", "exec_command", "start_bgterm", "write_stdin"])
		expect(ruling({ deny: [`bash(${pattern})`] }, other, line(text)), other).toBe(expected);
});

test("a line too long to be looked at is still held to what is denied", () =>
	expect(ruling({ deny: ["bash(rm)"] }, "bash", line(`echo ${"x".repeat(20_000)}; rm y`))).toBe("deny"));

test.each([
	["src", ["/p/src/a.py"], "deny"],
	["src/", ["/p/src/deep/a.py"], "deny"],
	["src/**", ["/p/src/deep/a.py"], "deny"],
	["src", ["/p/src2/a.py"], null],
	["src/*.py", ["/p/src/a.py"], "deny"],
	["src/*.py", ["/p/src/deep/a.py"], null],
	["**/secret.txt", ["/p/a/b/secret.txt"], "deny"],
	["/etc", ["/etc/passwd"], "deny"],
	["~/notes", ["/home/a/notes/x"], "deny"],
	["a.b", ["/p/aXb"], null],
	["src", ["/p/a", "/p/src/b"], "deny"],
])("deny exhash_file(%s) says of %j: %s", (pattern, given, expected) => {
	expect(ruling({ deny: [`exhash_file(${pattern})`] }, "exhash_file", paths(...given))).toBe(expected);
	expect(ruling({ deny: [`exhash_file(${pattern})`] }, "Edit", paths(...given))).toBe(expected);
});

test("an allowed folder allows a call about it alone, and the one tool that was named", () => {
	const rules = { allow: ["exhash_file(src)"] };
	expect(ruling(rules, "exhash_file", paths("/p/src/a"))).toBe("allow");
	expect(ruling(rules, "exhash_file", paths("/p/src/a", "/p/b"))).toBeNull();
	expect(ruling(rules, "exhash_file", paths())).toBeNull();
	expect(ruling(rules, "Edit", paths("/p/src/a"))).toBeNull();
});

test("deny goes before ask, ask before allow, whatever their order; a bare name and * are all calls", () => {
	expect(ruling({ allow: ["*"], ask: ["pyrun"], deny: ["bash(rm)"] }, "pyrun", null)).toBe("ask");
	expect(ruling({ allow: ["bash"], deny: ["bash(rm)"] }, "bash", line("rm x"))).toBe("deny");
	expect(ruling({ allow: ["bash"], deny: ["bash(rm)"] }, "bash", line("touch x"))).toBe("allow");
	expect(ruling({ allow: ["pyrun"] }, "greet", null)).toBeNull();
	expect(ruling({ deny: ["bash(rm)"] }, "pyrun", null)).toBeNull();
});

test("a project's rules only narrow, and what is not understood counts for nothing", () => {
	const rules = parseRules({ allow: ["*"], deny: ["pyrun", "bash(rm"] }, "project");
	expect(rules.map(({ ruling: what, text, tool }) => [what, text, tool])).toEqual([
		["deny", "pyrun", "pyrun"],
		["deny", "bash(rm", null],
	]);
	expect(rulingOf(rules, "pyrun", null)).toBe("deny");
	expect(rulingOf(rules, "look", null)).toBeNull();
});

test("a star in a rule's tool stands for many tools, such as all of one server", () => {
	const ofServer = { allow: ["mcp__git__*"], deny: ["mcp__git__push*"] };
	expect(ruling(ofServer, "mcp__git__log", null)).toBe("allow");
	expect(ruling(ofServer, "mcp__git__push_all", null)).toBe("deny");
	expect(ruling(ofServer, "mcp__github__log", null)).toBe(null);
	expect(ruling({ deny: ["mcp__*(~/private)"] }, "mcp__fs__read", paths("/home/a/private/x"))).toBe("deny");
});
