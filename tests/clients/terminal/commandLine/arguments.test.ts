import { expect, test } from "vitest";
import { helpText, parseArguments } from "../../../../clients/terminal/commandLine/arguments.ts";
import { toSettingsPatch } from "../../../../clients/terminal/commandLine/runArguments.ts";

/** What differs from an empty command line. */
const parse = (line: string[], program?: string): unknown => {
	const parsed = parseArguments(line, program);
	if (parsed.kind !== "run") return parsed;
	const empty = parseArguments([]) as unknown as Record<string, unknown>;
	return Object.fromEntries(
		Object.entries(parsed).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(empty[key])),
	);
};
const wrong = (...line: string[]): string => {
	const parsed = parseArguments(line);
	if (parsed.kind !== "wrong") throw new Error(`Accepted: ${line.join(" ")}`);
	return parsed.message;
};

test("no arguments start a new session with the stored settings", () => {
	expect(parse([])).toEqual({});
	expect(toSettingsPatch(parseArguments([]) as never)).toEqual({});
});

test("-r takes a number or an id when one follows", () => {
	expect(parse(["-r"])).toEqual({ resume: { kind: "newest" } });
	expect(parse(["-r", "43"])).toEqual({ resume: { kind: "named", ref: "43" } });
	expect(parse(["-r43"])).toEqual({ resume: { kind: "named", ref: "43" } });
	expect(parse(["--resume=01890a5d"])).toEqual({ resume: { kind: "named", ref: "01890a5d" } });
	expect(parse(["-r", "-p"])).toEqual({ resume: { kind: "newest" }, promptMode: true });
});

test("short flags can be grouped, the value goes to the one that takes it", () => {
	expect(parse(["-rp"])).toEqual({ resume: { kind: "newest" }, promptMode: true });
	expect(parse(["-rp", "43"])).toEqual({ resume: { kind: "named", ref: "43" }, promptMode: true });
	expect(parse(["-pb", "codex"])).toEqual({ backend: "codex", promptMode: true });
	expect(parse(["-bcodex"])).toEqual({ backend: "codex" });
});

test("values keep their spaces and may contain =", () => {
	expect(parse(["-l", "my notes.ipynb"])).toEqual({ load: "my notes.ipynb" });
	expect(parse(["--load=a b=c.ipynb"])).toEqual({ load: "a b=c.ipynb" });
	expect(parse(["--completion_model", "x"])).toEqual({ completionModel: "x" });
});

test("-c is repeatable and keeps the order", () => {
	expect(parse(["-c", "x = 1", "-c", ".what is x?"])).toEqual({ commands: ["x = 1", ".what is x?"] });
	expect(parse(["-c", "-1"])).toEqual({ commands: ["-1"] });
	expect(parse(["-c1+1"])).toEqual({ commands: ["1+1"] });
});

test("IPython's options and what follows -- go to the kernel", () => {
	expect(parse(["--pdb", "--matplotlib", "inline", "--InteractiveShell.colors=nocolor"])).toEqual({
		kernelArgs: ["--pdb", "--matplotlib=inline", "--InteractiveShell.colors=nocolor"],
	});
	expect(parse(["--matplotlib", "-p"])).toEqual({ kernelArgs: ["--matplotlib"], promptMode: true });
	expect(parse(["-p", "--", "-r", "--odd"])).toEqual({ promptMode: true, kernelArgs: ["-r", "--odd"] });
});

test("a file is run with the words after it", () => {
	expect(parse(["-i", "run me.py", "-r", "x"])).toEqual({
		stay: true,
		script: { kind: "file", name: "run me.py", args: ["-r", "x"] },
	});
});

test("-m runs a module with the words after it", () => {
	const script = { kind: "module", name: "pkg.mod", args: ["-p", "x"] };
	expect(parse(["-m", "pkg.mod", "-p", "x"])).toEqual({ script });
	expect(parse(["-i", "--module=pkg.mod", "-p", "x"])).toEqual({ stay: true, script });
	expect(wrong("-m")).toBe("-m needs a value: -m NAME.");
});

test("--run is for what --load names", () => {
	expect(parse(["-l", "a.ipynb", "--run"])).toEqual({ load: "a.ipynb", runLoaded: true });
	expect(wrong("--run", "a.ipynb")).toBe("--run runs the cells of a notebook: name it with --load FILE.");
});

test("the program's name stands for a backend, -b overrules it", () => {
	expect(parse(["-p"], "ipyclaude")).toEqual({ backend: "ipyclaude", promptMode: true });
	expect(parse(["-b", "local"], "ipycodex")).toEqual({ backend: "local" });
});

test("a wrong flag names the nearest right one", () => {
	expect(wrong("--permisions", "ask")).toBe("Unknown option --permisions. Did you mean --permissions?");
	expect(wrong("--matplotlbi")).toBe("Unknown option --matplotlbi. Did you mean --matplotlib?");
	expect(wrong("--qqqqq")).toMatchInlineSnapshot(
		`"Unknown option --qqqqq. See ipyai --help; options for IPython go after --."`,
	);
	expect(wrong("-z")).toBe("Unknown option -z. See ipyai --help.");
	expect(wrong("-pz")).toBe("Unknown option -z. See ipyai --help.");
});

test("a wrong or missing value says what fits", () => {
	expect(wrong("--think", "high")).toBe("--think high: choose one of l, m, h, x.");
	expect(wrong("--permissions=ak")).toMatch("choose one of ask, auto, plan, yolo. Did you mean ask?");
	expect(wrong("-b")).toBe("-b needs a value: -b NAME.");
	expect(wrong("--plain=yes")).toBe("--plain takes no value.");
});

test("settings name only what was asked for", () => {
	const args = parseArguments(["-b", "codex", "--think", "h", "--permissions=yolo", "--theme", "dark", "-p"]);
	expect(toSettingsPatch(args as never)).toEqual({
		backend: "codex",
		think: "h",
		permissions: "yolo",
		codeTheme: "dark",
		promptMode: true,
	});
});

test("the help names every option", () => {
	expect(helpText("ipyai")).toContain("-r, --resume [ID]");
	expect(helpText("ipyai")).toContain("\nipyai lsp [--no-share] is a language server");
	expect(parseArguments(["-h"])).toEqual({ kind: "help" });
	expect(parseArguments(["--version"])).toEqual({ kind: "version" });
});
