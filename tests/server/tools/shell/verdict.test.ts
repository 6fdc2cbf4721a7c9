import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanEnvironment } from "../../../../server/tools/commands/environment.ts";
import { runBash } from "../../../../server/tools/commands/runBash.ts";
import { systemFacts, systemPath } from "../../../../server/tools/commands/systemFacts.ts";
import { placeOf } from "../../../../server/tools/places.ts";
import { grantFor } from "../../../../server/tools/shell/grant.ts";
import { stepNotes } from "../../../../server/tools/shell/stepNotes.ts";
import { judge, type ShellVerdict } from "../../../../server/tools/shell/verdict.ts";

let home: string;
beforeAll(() => {
	home = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-shell-")));
	write("p/a.txt", "foo\n");
	write("p/b.txt", "bar\n");
	write("p/a.json", "{}");
	write("p/données.txt", "x\n");
	write("p/data/x.csv", "a,b\n1,2\n");
	write("p/data/with space.txt", "x\n");
	write("p/src/main.py", "def main(): pass\n");
	write("p/sub/c.txt", "x\n");
	execFileSync("git", ["init", "-q", "-b", "main", join(home, "p")]);
	// Beside it: what must not be read, and repositories of others.
	write("other.txt", "secret\n");
	write("q/a.txt", "");
	write("q/.env", "KEY=1\n");
	write("q/keys/server.pem", "");
	write("q/sub/c.txt", "");
	write("q/-o", "");
	write("q/risky/.git/config", '[core]\n\tfsmonitor = "touch made"\n');
	write("q/bare/HEAD", "ref: refs/heads/main\n");
	write("q/bare/objects/x", "");
	write("q/.git/config", "[core]\n\tbare = false\n");
	symlinkSync(join(home, "other.txt"), join(home, "q/link.txt"));
	symlinkSync(home, join(home, "q/link-dir"));
	symlinkSync(home, join(home, "q/up"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const write = (name: string, text: string): void => {
	mkdirSync(dirname(join(home, name)), { recursive: true });
	writeFileSync(join(home, name), text);
};

/** As on a machine that has all programs. */
const judgeIn = (folder: string, line: string): ShellVerdict => {
	const at = join(home, folder);
	const facts = systemFacts(placeOf(at, at, { HOME: home }), process.env.PATH ?? "");
	return judge(line, { ...facts, isSystemProgram: () => true, isFoundFirst: () => true });
};

/** The lines of a list, without headings and remarks. */
const linesOf = (name: string): string[] =>
	readFileSync(join(import.meta.dirname, name), "utf8")
		.split("\n")
		.filter((line) => line !== "" && !/^#+ /.test(line.replace(/^# c↵/, "")))
		.map((line) =>
			line
				.replaceAll("↵", "\n")
				.replaceAll("␍", "\r")
				.replaceAll("⍽", "\u00a0")
				.replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16))),
		);

test("nothing of the list of traps runs unasked", () => {
	const lines = linesOf("asks.txt");
	const run = lines.filter((line) => ["looks", "contained"].includes(judgeIn("q", line).check));
	expect(run).toEqual([]);
	console.log(`${lines.length} lines that must ask: ${run.length} run unasked`);
});

test("lines of a day run unasked", () => {
	const lines = linesOf("runs.txt");
	const asked = lines.flatMap((line) => {
		const { check, doubt } = judgeIn("p", line);
		return check === "looks" || check === "contained" ? [] : [`${line}   -> ${doubt}`];
	});
	console.log(`${lines.length} harmless lines: ${lines.length - asked.length} run unasked`);
	expect(asked).toEqual([]);
});

/** Every file and folder below it, with its content. */
const contentOf = (folder: string): string =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.map((entry) => {
			const path = join(entry.parentPath, entry.name);
			return `${path} ${entry.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : entry.name}`;
		})
		.sort()
		.join("\n");

test("what runs unasked changes nothing but for the folders that it makes", async () => {
	const at = join(home, "p");
	const facts = systemFacts(placeOf(at, at, { HOME: home }), process.env.PATH ?? "");
	const before = contentOf(at);
	let ran = 0;
	for (const line of linesOf("runs.txt")) {
		if (judge(line, facts).check !== "looks") continue;
		const end = await runBash(line, {
			cwd: at,
			environment: cleanEnvironment({ HOME: home }, systemPath()),
			timeoutMs: 10_000,
			maxChars: 1000,
			signal: new AbortController().signal,
			onOutput: () => {},
		});
		expect(end.stderr, line).not.toMatch(/syntax error|command not found|invalid option|unrecognized option/);
		expect(contentOf(at), line).toBe(before);
		ran++;
	}
	console.log(`${ran} lines ran`);
	expect(ran).toBeGreaterThan(150);
});

test.each([
	["cat a.txt", "looks", ["reads a.txt"]],
	["cat *.txt | sort", "looks", ["reads a.txt", "reads b.txt", "reads données.txt"]],
	["cd data && wc -l x.csv", "looks", ["reads x.csv"]],
	["mkdir -p out/deep", "contained", ["makesFolder out/deep"]],
	["ls data > /dev/null", "looks", ["lists data"]],
	["wc -l < a.txt", "looks", ["reads a.txt"]],
])("%s: %s, and what it touches", (line, check, touches) => {
	const verdict = judgeIn("p", line);
	expect(verdict.check).toBe(check);
	expect(verdict.steps.flatMap((step) => step.touches.map(({ kind, path }) => `${kind} ${path}`))).toEqual(
		touches,
	);
});

test("every command of a line is told, those within others too, and why it asks", () => {
	const steps = (line: string) =>
		judgeIn("p", line).steps.map(({ text, doubt }) => `${text}: ${doubt === null ? "looks" : "asks"}`);
	expect(steps("ls && rm -rf data; git status")).toEqual([
		"ls: looks",
		"rm -rf data: asks",
		"git status: looks",
	]);
	expect(steps('for f in *; do rm "$f"; done')).toEqual(['rm "$f": asks']);
	expect(steps("rm $(cat a.txt)")).toEqual(["rm $(cat a.txt): asks", "cat a.txt: looks"]);
	expect(judgeIn("p", "rm -rf data").doubt).toBe(
		"rm: it is not among the programs that are known to do no harm",
	);
});

test("the person who is asked is told each command and what it may touch", () => {
	expect(stepNotes(judgeIn("p", "cat a.txt | sort > out.txt && rm -rf data"))).toEqual([
		"cat a.txt: reads a.txt",
		"sort > out.txt: it writes out.txt",
		"rm -rf data: it is not among the programs that are known to do no harm",
	]);
	expect(stepNotes(judgeIn("p", "pwd &"))).toEqual(["pwd: touches no files", "& leaves it running"]);
	expect(stepNotes(judgeIn("p", "echo x >> .envrc")).at(-1)).toContain("decides over later calls");
});

test.each([
	["rm -rf .git", "guarded"],
	["echo x >> ~/.bashrc", "guarded"],
	["cp a.txt $HOME/.ssh/config", "guarded"],
	["bash -c 'echo x > .git/hooks/pre-commit'", "guarded"],
	["sed -i s/a/b/ .claude/settings.json", "guarded"],
	["tee .g\\it/config", "guarded"],
	["dd of=.envrc", "guarded"],
	["echo 'unclosed > .git/config", "guarded"],
	["rm -rf data", "open"],
	["cat .git/HEAD", "looks"],
])("%s is %s: what decides over later calls is asked about in every mode", (line, check) =>
	expect(judgeIn("p", line).check).toBe(check),
);

test("always is offered for one plain command that is no runner of others, by program, word and folder", () => {
	const grant = (line: string) => grantFor(judgeIn("p", line), "/p")?.key ?? null;
	expect(grant("pytest -q tests")).toBe("command:/p:pytest");
	expect(grant("pytest tests -q")).toBe("command:/p:pytest tests");
	expect(grant("gh pr list")).toBe("command:/p:gh pr");
	for (const line of [
		"git push",
		"python -m pytest",
		"npm run build",
		"bash x.sh",
		"./run.sh",
		"make test",
		"pytest > out",
		"pytest | tee x",
		"X=1 pytest",
		"pytest $x",
		"pytest && ls",
		"gh issue <<E\nx\nE",
		"gh pr .git/x",
	])
		expect(grant(line), line).toBeNull();
});

test("a line of 200 characters is judged in a moment, and a long one is not looked at", () => {
	expect(judgeIn("p", `ls ${"a ".repeat(6000)}`).doubt).toBe("it is longer than 10000 characters");
	expect(judgeIn("p", `${"(".repeat(3000)}ls${")".repeat(3000)}`).check).toBe("open");
});
