import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastLines, networkFailure, runCommand } from "../../ground/environment/command.mjs";
import { bundlesAreCurrent, describeInputs, inputsFile } from "../../scripts/setup/bundles.mjs";
import {
	npmCommand,
	outsideOfNpm,
	packagesAreCurrent,
	withoutTestPrograms,
} from "../../scripts/setup/packages.mjs";
import { closingLine, countTests } from "../../scripts/setup/testReport.mjs";
import { folderWith } from "../support/folder.ts";
import { readSource } from "../support/sources.ts";

test("npm start leaves out the programs of Claude Code and Codex and the local model's, and nothing else", () => {
	const lock = JSON.parse(readSource("package-lock.json"));
	type Entry = { os?: string[]; devDependencies?: Record<string, string> };
	const { packages } = withoutTestPrograms<{ packages: Record<string, Entry> }>(lock);
	const left = Object.keys(packages).filter((path) => packages[path]?.os?.[0] === "none");
	expect(left).toContain("node_modules/@openai/codex-linux-x64");
	expect(left).toContain("node_modules/@anthropic-ai/claude-agent-sdk-darwin-arm64");
	expect(left.filter((path) => !/@openai\/codex-|claude-agent-sdk-/.test(path))).toEqual([]);
	expect(Object.keys(packages)).toEqual(Object.keys(lock.packages));
	const { "node-llama-cpp": version, ...kept } = lock.packages[""].devDependencies;
	expect(version).toMatch(/^\d/);
	expect(packages[""]?.devDependencies).toEqual(kept);
});

test("npm packages are current until the lock changes; all of them serve running too", async () => {
	const { createHash } = await import("node:crypto");
	const lock = "{}";
	const sha = createHash("sha256").update(lock).digest("hex");
	const stamp = (set: string) => ({
		"package-lock.json": lock,
		"node_modules/.ipyai-installed": JSON.stringify({ lock: sha, set }),
	});
	expect(packagesAreCurrent(folderWith(stamp("run")), "run")).toBe(true);
	expect(packagesAreCurrent(folderWith(stamp("run")), "all")).toBe(false);
	expect(packagesAreCurrent(folderWith(stamp("all")), "run")).toBe(true);
	expect(packagesAreCurrent(folderWith({ ...stamp("all"), "package-lock.json": "{ }" }), "run")).toBe(false);
	expect(packagesAreCurrent(folderWith({ "package-lock.json": lock }), "run")).toBe(false);
});

test("another npm gets the person's settings and not those of the script it is started from", () => {
	const env = {
		PATH: "/bin",
		npm_config_proxy: "p",
		npm_config_local_prefix: "/clone",
		npm_package_name: "ipyai",
		npm_lifecycle_event: "start",
		npm_command: "start",
	};
	expect(outsideOfNpm(env)).toEqual({ PATH: "/bin", npm_config_proxy: "p" });
	expect(npmCommand({ npm_execpath: "/nowhere/npm-cli.js" })).toEqual(["npm"]);
	expect(npmCommand({ npm_execpath: "/usr/lib/yarn.js" })).toEqual(["npm"]);
});

test("bundles are current until the content of a source changes", () => {
	const root = folderWith({ "a.ts": "one", "b.ts": "two" });
	expect(bundlesAreCurrent(root)).toBe(false);
	const inputs = describeInputs(root, ["a.ts", "b.ts"]);
	const made = folderWith({ "a.ts": "one", "b.ts": "two", [inputsFile]: JSON.stringify(inputs) });
	expect(bundlesAreCurrent(made), "another checkout of the same sources").toBe(true);
	utimesSync(join(made, "a.ts"), new Date(), new Date());
	expect(bundlesAreCurrent(made), "touched").toBe(true);
	writeFileSync(join(made, "a.ts"), "ten");
	expect(bundlesAreCurrent(made), "changed, of the same size").toBe(false);
});

test("a program's failure comes back with what it said", async () => {
	const failed = await runCommand("sh", ["-c", "echo out; echo reason >&2; exit 3"]);
	expect(failed.code).toBe(3);
	expect(lastLines(failed.output)).toContain("  reason");
	expect((await runCommand("no-such-program-of-ipyai", [])).code).toBe(null);
});

test.each([
	["npm error code ENOTFOUND", true],
	["npm error code EAI_AGAIN", true],
	["WARNING: Retrying ... NewConnectionError: Failed to establish a new connection", true],
	["npm error code EUSAGE", false],
	["ERROR: No matching distribution found for ipython==9.18.1", false],
])("network failure: %s", (output, expected) => {
	expect(networkFailure(`first\n${output}\nlast`)).toBe(expected ? output : null);
});

test("the closing line counts tests, broken files, failed checks and a failed runner", () => {
	const report = (failed: number, ...files: object[]) => ({
		numPassedTests: 5,
		numFailedTests: failed,
		numPendingTests: 0,
		testResults: files,
	});
	const broken = { status: "failed", assertionResults: [] };
	const red = { status: "failed", assertionResults: [{ status: "failed" }] };
	const line = (read: unknown, code: number, checks: number) => closingLine(countTests(read, code, checks));
	expect(line(report(0), 0, 0)).toBe("5 passed, 0 failed");
	expect(line({ ...report(0), numPendingTests: 2 }, 0, 0)).toBe("5 passed, 0 failed, 2 skipped");
	expect(line(report(1, red, broken), 1, 1)).toBe("5 passed, 3 failed");
	expect(line(report(0), 1, 0)).toBe("5 passed, 1 failed");
	expect(line(null, 1, 0)).toBe("0 passed, 1 failed");
});
