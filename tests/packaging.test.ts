import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { starter } from "../scripts/build/starter.ts";
import { readSource, repository, trackedFiles } from "./support/sources.ts";

const manifest = JSON.parse(readSource("package.json"));
const lock = JSON.parse(readSource("package-lock.json"));
const binary = /\.(png|jpe?g|gif|sqlite|db|ico|woff2?)$/;
const texts = trackedFiles().filter((path) => !binary.test(path));

test("dependencies are exact, and the lock holds the same", () => {
	for (const group of ["dependencies", "devDependencies"] as const) {
		const loose = Object.entries<string>(manifest[group]).filter(
			([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
		);
		expect(loose).toEqual([]);
		expect(lock.packages[""][group]).toEqual(manifest[group]);
	}
	expect(lock.version).toBe(manifest.version);
});

test("there is one copy of vscode-jsonrpc: two have types that do not fit", () => {
	const copies = Object.keys(lock.packages).filter((path) => path.endsWith("node_modules/vscode-jsonrpc"));
	expect(copies).toEqual(["node_modules/vscode-jsonrpc"]);
});

test("the lock names no registry, so each machine uses its own", () => {
	const resolved = Object.values<{ resolved?: string }>(lock.packages).flatMap(
		(entry) => entry.resolved ?? [],
	);
	expect(resolved).toEqual([]);
});

test("no tracked file names a path of somebody's machine or a package registry's host", () => {
	// In parts, so that this file does not name them either.
	const forbidden = new RegExp(
		[
			"/(?:home|Users)/(?!a/)[a-z][\\w.-]*/(?:code|src|projects|Documents)",
			"registry\\.(?:npm|yarn)",
			"files\\.python" + "hosted",
			"pypi\\.org/simple",
		].join("|"),
	);
	expect(texts.filter((path) => forbidden.test(readSource(path)))).toEqual([]);
});

test("no test is run alone by accident", () => {
	const tests = texts.filter((path) => /^tests\/.*\.ts$/.test(path));
	expect(tests.filter((path) => /\b(test|it|describe)\.only\b/.test(readSource(path)))).toEqual([]);
});

test("the commands are one POSIX shell script under three names, ready to run", () => {
	const names = Object.keys(manifest.bin);
	expect(names).toEqual(["ipyai", "ipyclaude", "ipycodex"]);
	const script = readSource("bin/ipyai");
	expect(script).toMatch(/^#!\/bin\/sh\n/);
	expect(script).not.toMatch(/\[\[|\blocal\b|\bsource\b|readlink -f|realpath|<\(|\$'/);
	for (const name of names) {
		expect(manifest.bin[name]).toBe(`bin/${name}`);
		expect(readSource(`bin/${name}`)).toBe(script);
		accessSync(join(repository, "bin", name), constants.X_OK);
	}
	accessSync(join(repository, ".ci/run"), constants.X_OK);
});

test("an installed program names the Nodes that it runs on, everywhere the same", async () => {
	expect(manifest.engines).toEqual({ node: "^22.14.0 || >=24.0.0" });
	expect(lock.packages[""].engines).toEqual(manifest.engines);
	const told = "Node 24, or 22.14 and newer";
	expect(readSource("bin/ipyai")).toContain(`needs ${told},`);
	const made = await starter("x");
	expect(made).toContain(`needs ${told},`);
	expect(made).toContain("major < 22 || major === 23 || major === 22 && minor < 14");
	expect(readSource("README.md")).toContain("with Node 24 (or 22.14 and newer): `npm install -g ipyai`");
});

test("what continuous integration runs is what the README says", () => {
	expect(readSource("README.md")).toMatch(/^npm start\nnpm test$/m);
	expect(readSource(".ci/run")).toMatch(/^exec npm test <\/dev\/null$/m);
});
