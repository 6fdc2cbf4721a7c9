/**
 * Makes `dist/`: small starters (`dist/ipyai.js`, `dist/server.js`) that turn the compile cache on and load the
 * bundles in `dist/bundle/`. What the sources import lazily becomes chunks that load when asked for.
 *
 * Bundles lie two folders deep, as the sources do, so `join(import.meta.dirname, "../../clients/ipython")` leads to
 * the same place from both. `process.env.IPYAI_BUNDLE` is "1" in a bundle and absent in the sources.
 *
 * A running program keeps working while its bundles are made anew: chunks are named after their content, entries
 * are replaced in one step, and chunks of former builds stay for a week.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { describeInputs, inputsFile } from "../setup/bundles.mjs";
import { starter } from "./starter.ts";

/** What people start, by the name of its bundle. */
export const programs = {
	ipyai: "clients/terminal/main.ts",
	server: "server/main.ts",
	lsp: "clients/lsp/main.ts",
	mcp: "clients/mcp/main.ts",
	nvim: "clients/nvim/main.ts",
	model: "server/backends/local/main.ts",
};

/** Loaded from node_modules: native code, and what is installed only where it is wanted. */
export const external = [
	"better-sqlite3",
	"zeromq",
	"@anthropic-ai/claude-agent-sdk",
	"@openai/codex",
	"node-llama-cpp",
	"@lydell/node-pty",
];

/** CommonJS packages in an ES module bundle call `require` for Node's own modules. */
const requireShim = `import { createRequire as __ipyaiRequire } from "node:module"; const require = __ipyaiRequire(import.meta.url);`;

const keepChunksMs = 7 * 24 * 3600_000;

/** Fails with esbuild's `BuildFailure`, which has told the faults on standard error; `dist/` is as it was then. */
export const buildBundles = async (
	root: string,
	entries: Readonly<Record<string, string>>,
	{ clean }: { clean: boolean },
): Promise<void> => {
	const result = await build({
		absWorkingDir: root,
		entryPoints: { ...entries },
		outdir: "dist/bundle",
		chunkNames: "[name]-[hash]",
		bundle: true,
		splitting: true,
		format: "esm",
		platform: "node",
		target: "node22",
		external,
		banner: { js: requireShim },
		define: { "process.env.IPYAI_BUNDLE": '"1"' },
		legalComments: "none",
		// What is read at each start is shorter; names and lines stay, for stack traces.
		minifyWhitespace: true,
		minifySyntax: true,
		lineLimit: 160,
		metafile: true,
		write: false,
		logLevel: "warning",
	});

	if (clean) rmSync(join(root, "dist"), { recursive: true, force: true });
	const isEntry = (path: string): boolean => basename(path, ".js") in entries;
	const files = result.outputFiles.toSorted((a, b) => Number(isEntry(a.path)) - Number(isEntry(b.path)));
	for (const { path, contents } of files) if (isEntry(path) || !existsSync(path)) replace(path, contents);
	for (const name of Object.keys(entries)) replace(join(root, "dist", `${name}.js`), await starter(name));
	removeOldChunks(join(root, "dist/bundle"), new Set(files.map(({ path }) => path)));

	const sources = Object.keys(result.metafile.inputs).filter((path) => !path.includes("node_modules/"));
	const tools = [
		"package-lock.json",
		"scripts/build/bundle.ts",
		"scripts/build/starter.ts",
		"ground/paths/compileCache.mjs",
	];
	const inputs = [...sources, ...tools.filter((path) => existsSync(join(root, path)))];
	replace(join(root, inputsFile), JSON.stringify(describeInputs(root, inputs)));
};

const replace = (path: string, contents: string | Uint8Array): void => {
	mkdirSync(dirname(path), { recursive: true });
	const next = `${path}.${process.pid}`;
	writeFileSync(next, contents);
	renameSync(next, path);
};

const removeOldChunks = (folder: string, current: ReadonlySet<string>): void => {
	for (const name of readdirSync(folder)) {
		const path = join(folder, name);
		if (!current.has(path) && Date.now() - statSync(path).mtimeMs > keepChunksMs) rmSync(path);
	}
};
