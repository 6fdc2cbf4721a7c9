/** The pages that tell where things lie, and how many lie beside each other. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readSource, repository, trackedFiles } from "./support/sources.ts";

test("every file and folder that ARCHITECTURE.md and CONTRIBUTING.md name is there", () => {
	const named = ["ARCHITECTURE.md", "CONTRIBUTING.md"].flatMap((page) =>
		[
			...readSource(page).matchAll(
				/`((?:bin|clients|docs|examples|ground|protocol|scripts|server|tests)\/[\w./-]*)`/g,
			),
		].map(([, path]) => path!),
	);
	expect(named.length).toBeGreaterThan(60);
	expect(named.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
});

/** Folders that one list names file by file: a feature has one name in all of them. */
const listed = ["protocol", "server/features"];

test("no folder of the product shows more than 25 files beside each other", () => {
	const counts = new Map<string, number>();
	for (const path of trackedFiles())
		if (/^(clients|ground|protocol|server)\//.test(path))
			counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
	expect([...counts].filter(([folder, count]) => count > 25 && !listed.includes(folder))).toEqual([]);
});

test("the index of what tests stand on names each of its files, and no other", () => {
	const index = readSource("tests/support/README.md");
	const named = [...index.matchAll(/`([\w.]+(?:\.ts|\/))`/g)].map(([, name]) => name!);
	const there = trackedFiles()
		.filter((path) => /^tests\/support\/.+\.ts$/.test(path))
		.map((path) => path.slice("tests/support/".length).replace(/\/.*/, "/"));
	expect(new Set(named)).toEqual(new Set(there));
});
