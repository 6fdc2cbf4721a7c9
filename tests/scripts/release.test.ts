import { expect, test } from "vitest";
import { bumpVersion } from "../../scripts/release/bumpVersion.ts";
import { moveUnreleased } from "../../scripts/release/changelog.ts";
import { findFaults } from "../../scripts/release/packageFiles.ts";

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
