import { execFileSync, spawnSync } from "node:child_process";
import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	readFileSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildBundles } from "../../scripts/build/bundle.ts";
import { bundlesAreCurrent } from "../../scripts/setup/bundles.mjs";
import { folderWith } from "../support/folder.ts";
import { repository } from "../support/sources.ts";

const sources = {
	"terminal/main.ts": `
		import { readFileSync } from "node:fs";
		import { join } from "node:path";
		const own = readFileSync(join(import.meta.dirname, "../../assets/a.py"), "utf8").trim();
		const lazy = process.argv.includes("lazy") ? (await import("./lazy.ts")).text : "";
		console.log([process.env.IPYAI_PROGRAM, process.env.IPYAI_BUNDLE, own, lazy, ...process.argv.slice(2)].join("|"));
		process.exitCode = process.argv.includes("fail") ? 7 : 0;
	`,
	"terminal/lazy.ts": `export const text: string = "loaded";`,
	"lsp/main.ts": `console.log("lsp|" + process.argv.slice(2).join("|"));`,
	"server/main.ts": `console.log("server|" + process.argv.slice(2).join("|"));`,
	"mcp/main.ts": `console.log("mcp|" + process.argv.slice(2).join("|"));`,
	"nvim/main.ts": `console.log("nvim|" + process.argv.slice(2).join("|"));`,
	"assets/a.py": "python\n",
};
const entries = {
	ipyai: "terminal/main.ts",
	server: "server/main.ts",
	nvim: "nvim/main.ts",
	lsp: "lsp/main.ts",
	mcp: "mcp/main.ts",
};

/** A package as it is installed: bundles made of small sources, and our own bin scripts. */
const packageWith = async (): Promise<string> => {
	const root = folderWith(sources);
	await buildBundles(root, entries, { clean: false });
	mkdirSync(join(root, "bin"));
	for (const name of ["ipyai", "ipyclaude", "ipycodex"])
		copyFileSync(join(repository, "bin", name), join(root, "bin", name));
	return root;
};

const PATH = `${join(repository, "node_modules/.bin")}:/usr/bin:/bin`;
const run = (file: string, ...args: string[]): string =>
	execFileSync(file, args, { encoding: "utf8", env: { ...process.env, PATH } }).trim();

test("bin/ipyai starts the bundle under its name, from anywhere and through links", async () => {
	const root = await packageWith();
	const bin = folderWith();
	symlinkSync(join(root, "bin/ipyclaude"), join(bin, "first"));
	symlinkSync("first", join(bin, "ipyclaude"));
	expect(run(join(root, "bin/ipyai"), "a b", "")).toBe("ipyai|1|python||a b|");
	expect(run(join(bin, "ipyclaude"), "x")).toBe("ipyclaude|1|python||x");
	expect(
		execFileSync("./ipycodex", { cwd: join(root, "bin"), encoding: "utf8", env: { ...process.env, PATH } }),
	).toBe("ipycodex|1|python|\n");
	expect(run("sh", "-c", `cd "${root}/bin" && sh ipyai`)).toBe("ipyai|1|python|");
});

test("what is imported lazily is a chunk, loaded when asked for", async () => {
	const root = await packageWith();
	expect(readFileSync(join(root, "dist/bundle/ipyai.js"), "utf8")).not.toContain("loaded");
	expect(run(join(root, "bin/ipyai"), "lazy")).toBe("ipyai|1|python|loaded|lazy");
});

test("ipyai server and ipyai lsp start what they name; a program's exit code is passed on", async () => {
	const root = await packageWith();
	expect(run(join(root, "bin/ipyai"), "server", "--stdio")).toBe("server|--stdio");
	expect(run(join(root, "bin/ipyai"), "nvim-host")).toBe("nvim|");
	expect(run(join(root, "bin/ipyai"), "lsp", "--no-share")).toBe("lsp|--no-share");
	expect(run(join(root, "bin/ipyai"), "mcp", "x")).toBe("mcp|x");
	expect(spawnSync(join(root, "bin/ipyai"), ["fail"], { env: { ...process.env, PATH } }).status).toBe(7);
});

test("the Node beside the program goes before the one on PATH", async () => {
	const root = await packageWith();
	const node = join(root, "node_modules/node/bin/node");
	mkdirSync(join(node, ".."), { recursive: true });
	writeFileSync(node, "#!/bin/sh\necho pinned\n");
	chmodSync(node, 0o755);
	expect(run(join(root, "bin/ipyai"))).toBe("pinned");
});

test("without bundles or without Node, bin/ipyai says what to do", async () => {
	const root = await packageWith();
	const bare = folderWith();
	mkdirSync(join(bare, "bin"));
	copyFileSync(join(repository, "bin/ipyai"), join(bare, "bin/ipyai"));
	const failed = spawnSync(join(bare, "bin/ipyai"), { encoding: "utf8" });
	expect([failed.status, failed.stderr]).toEqual([
		1,
		`ipyai: ${bare} is not set up yet: run "npm start" there.\n`,
	]);

	const tools = folderWith();
	for (const name of ["sh", "readlink"])
		symlinkSync(run("sh", "-c", `command -v ${name}`), join(tools, name));
	const without = spawnSync(join(root, "bin/ipycodex"), { encoding: "utf8", env: { PATH: tools } });
	expect([without.status, without.stderr]).toEqual([
		127,
		expect.stringMatching(/^ipycodex: needs Node 24, or 22\.14 and newer, and there is no node on PATH/),
	]);
});

test("bundles that are made again keep the chunks of a running program for a week", async () => {
	const root = await packageWith();
	const bundle = join(root, "dist/bundle");
	writeFileSync(join(bundle, "chunk-recent.js"), "");
	writeFileSync(join(bundle, "chunk-old.js"), "");
	const monthAgo = new Date(Date.now() - 30 * 24 * 3600_000);
	utimesSync(join(bundle, "chunk-old.js"), monthAgo, monthAgo);
	writeFileSync(join(root, "terminal/lazy.ts"), `export const text: string = "newer";`);
	expect(bundlesAreCurrent(root)).toBe(false);
	await buildBundles(root, entries, { clean: false });
	expect(bundlesAreCurrent(root)).toBe(true);
	const left = run("ls", bundle).split("\n");
	expect(left).toContain("chunk-recent.js");
	expect(left).not.toContain("chunk-old.js");
	expect(run(join(root, "bin/ipyai"), "lazy")).toBe("ipyai|1|python|newer|lazy");
});
