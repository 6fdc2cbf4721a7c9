/**
 * Every test file runs with its own empty HOME, XDG folders and IPYTHONDIR, and without the person's keys, shell and
 * programs, so that no test reads or writes anything of theirs or depends on what they prefer.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const home = mkdtempSync(join(tmpdir(), "ipyai-test-"));
for (const [name, folder] of [
	["HOME", ""],
	["XDG_CONFIG_HOME", "config"],
	["XDG_STATE_HOME", "state"],
	["XDG_DATA_HOME", "data"],
	["XDG_CACHE_HOME", "cache"],
	["XDG_RUNTIME_DIR", "run"],
	["IPYTHONDIR", "ipython"],
] as const)
	process.env[name] = join(home, folder);
for (const name of Object.keys(process.env))
	if (
		/^(ANTHROPIC|OPENAI|CLAUDE|CODEX|GEMINI|IPYAI(?!_TEST_)|JPY|VIRTUAL_ENV|CONDA)/.test(name) ||
		/^(SHELL|EDITOR|VISUAL|PAGER)$/.test(name)
	)
		delete process.env[name];
process.env.NO_PROXY = "127.0.0.1,localhost";

afterAll(() => rmSync(home, { recursive: true, force: true }));
