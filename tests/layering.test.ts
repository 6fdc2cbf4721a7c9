import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { external } from "../scripts/build/bundle.ts";
import { type Import, importsOf, packageName, readSource, trackedFiles } from "./support/sources.ts";

/**
 * Who may import whom; everybody may import `ground`. A name ends in `.ts` for one file and stands for a folder
 * otherwise; the first name that fits a file counts. A new arrow is a change of architecture: change it here and in ARCHITECTURE.md, with the reason.
 */
const arrows: Record<string, { values: string[]; types?: string[] }> = {
	ground: { values: [] },
	protocol: { values: [] },
	"clients/common": { values: ["protocol"] },
	"clients/terminal": { values: ["clients/common", "protocol"] },
	"clients/nvim": { values: ["clients/common", "protocol"] },
	"clients/lsp": { values: ["clients/common", "protocol"] },
	"clients/mcp": { values: ["clients/common", "protocol"] },
	"server/main.ts": { values: ["server", "protocol"] },
	"server/serving.ts": { values: ["server", "protocol"] },
	"server/idleWatch.ts": { values: [], types: ["server/features"] },
	"server/initialize.ts": {
		values: ["server/connection", "server/store/schema.ts", "server/initializeProblem.ts", "protocol"],
	},
	"server/initializeProblem.ts": { values: [] },
	"server/server.ts": {
		values: [
			"server/initialize.ts",
			"server/features",
			"server/commands",
			"server/connection",
			"server/sessions",
			"server/store",
			"protocol",
		],
	},
	"server/features": {
		values: [
			"server/commands",
			"server/sessions",
			"server/completions",
			"server/tools",
			"server/redaction",
			"server/context",
			"server/backends",
			"server/kernel",
			"server/store",
			"protocol",
		],
		types: ["server/connection"],
	},
	"server/commands": {
		values: [
			"server/sessions",
			"server/tools",
			"server/skills",
			"server/redaction",
			"server/context",
			"server/backends",
			"server/store",
			"protocol",
		],
	},
	"server/sessions": {
		values: [
			"server/tools",
			"server/skills",
			"server/redaction",
			"server/context",
			"server/notebooks",
			"server/backends",
			"server/kernel",
			"server/store",
			"protocol",
		],
	},
	"server/completions": {
		values: ["server/context", "server/backends", "server/kernel", "server/store", "protocol"],
	},
	// Sessions bring their log, Python and settings as interfaces of its own: it can be used, and tested, without them.
	"server/tools": { values: ["protocol"], types: ["server/context"] },
	"server/skills": { values: ["server/context"] },
	"server/redaction": { values: [] },
	"server/context": { values: ["protocol"] },
	"server/notebooks": { values: ["server/context", "protocol"] },
	"server/backends": { values: ["protocol"], types: ["server/context"] },
	"server/kernel": { values: ["server/sessions/python/host.ts", "protocol"] },
	"server/store": { values: ["protocol"], types: ["server/context"] },
	"server/connection": { values: ["protocol"] },
};

/** Where a package may be imported. A package that is not here needs a line, and a reason in the pull request. */
const packages: Record<string, string[]> = {
	"@secretlint/core": ["server/redaction"],
	"@secretlint/secretlint-rule-preset-recommend": ["server/redaction"],
	zod: ["protocol", "server"],
	"get-east-asian-width": ["ground"],
	"vscode-jsonrpc": ["server/connection", "server/features", "server/server.ts", "clients/common"],
	"vscode-languageserver": [
		"server/connection",
		"server/features",
		"server/server.ts",
		"server/serving.ts",
		"server/initialize.ts",
		"clients/common",
	],
	"@anthropic-ai/sdk": ["server/backends"],
	"@anthropic-ai/claude-agent-sdk": ["server/backends"],
	openai: ["server/backends"],
	"node-llama-cpp": ["server/backends"],
	"better-sqlite3": ["server/store"],
	zeromq: ["server/kernel"],
	unbash: ["server/tools/shell"],
	yaml: ["server/context"],
	"@lydell/node-pty": ["server/tools/commands"],
	"@modelcontextprotocol/sdk": ["server/tools/mcp", "clients/mcp"],
	neovim: ["clients/nvim"],
	shiki: ["clients/terminal"],
};

const lies = (path: string, name: string): boolean => path === name || path.startsWith(`${name}/`);
const layerOf = (path: string): string | undefined => Object.keys(arrows).find((name) => lies(path, name));

const modules = trackedFiles().filter((path) => /^(ground|protocol|server|clients)\/.*\.ts$/.test(path));
const imports = modules.flatMap((path) => importsOf(path, readSource(path)));
const show = ({ from, to }: Import): string => `${from} -> ${to}`;

test("reads imports, exports from, dynamic imports and types", () => {
	const text = `
import { a } from "./a.ts";
import type { B } from "../b/b.ts";
import "zod";
export * from "./c.ts";
const d = await import("openai");
type E = import("../e/e.ts").E;
const f = "import { x } from 'y'";
`;
	expect(
		importsOf("server/x/y.ts", text).map(({ to, typeOnly }) => `${to}${typeOnly ? " (type)" : ""}`),
	).toEqual([
		"server/x/a.ts",
		"server/b/b.ts (type)",
		"zod",
		"server/x/c.ts",
		"openai",
		"server/e/e.ts (type)",
	]);
});

test("every module lies in a known layer", () => {
	expect(modules.filter((path) => layerOf(path) === undefined)).toEqual([]);
});

test("layers import along the arrows only", () => {
	const isAllowed = ({ from, to, typeOnly }: Import): boolean => {
		const layer = layerOf(from);
		const own = arrows[layer ?? ""];
		if (layer === undefined || own === undefined) return true;
		const targets = ["ground", layer, ...own.values, ...(typeOnly ? (own.types ?? []) : [])];
		return targets.some((name) => lies(to, name));
	};
	const ours = imports.filter(({ to }) =>
		/^(ground|protocol|server|clients|scripts|tests|benchmarks)\//.test(to),
	);
	expect(ours.filter((each) => !isAllowed(each)).map(show)).toEqual([]);
});

test("no module imports itself by way of others, not even for a type", () => {
	const next = new Map(modules.map((path) => [path, imports.filter(({ from }) => from === path)]));
	const done = new Set<string>();
	const circle = (path: string, way: readonly string[]): readonly string[] | null => {
		if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
		if (done.has(path)) return null;
		for (const { to } of next.get(path) ?? []) {
			const found = circle(to, [...way, path]);
			if (found) return found;
		}
		done.add(path);
		return null;
	};
	for (const path of modules) expect(circle(path, [])).toBeNull();
});

test("packages are imported where the table says", () => {
	const foreign = imports.filter(
		({ to }) => !to.includes(".ts") && !to.includes(".mjs") && !to.startsWith("node:"),
	);
	const isAllowed = ({ from, to }: Import): boolean =>
		(packages[packageName(to)] ?? []).some((name) => lies(from, name));
	expect(foreign.filter((each) => !isAllowed(each)).map(show)).toEqual([]);
});

test("what is loaded late of a package has its names in a bundle too", () => {
	// esbuild gives a CommonJS package that is imported by `import()` one name, `default`.
	const late = modules.flatMap((path) =>
		[...readSource(path).matchAll(/(?<!typeof )\bimport\("([^."][^"]*)"\)/g)].flatMap(({ 1: name = "" }) =>
			name.startsWith("node:") || external.includes(packageName(name)) ? [] : [name],
		),
	);
	expect(late.length).toBeGreaterThan(3);
	const isModule = (name: string): boolean => {
		const path = fileURLToPath(import.meta.resolve(name));
		const folder = path.slice(0, path.lastIndexOf(`/node_modules/${packageName(name)}/`));
		const manifest = JSON.parse(
			readFileSync(join(folder, "node_modules", packageName(name), "package.json"), "utf8"),
		) as { type?: string };
		return path.endsWith(".mjs") || manifest.type === "module" || path.includes("/esm/");
	};
	expect(late.filter((name) => !isModule(name))).toEqual([]);
});

test("imported packages are named in package.json", () => {
	const { dependencies, devDependencies } = JSON.parse(readSource("package.json"));
	const named = { ...dependencies, ...devDependencies };
	const used = new Set(
		imports.map(({ to }) => to).filter((to) => !/\.(ts|mjs|json)$/.test(to) && !to.startsWith("node:")),
	);
	expect([...used].map(packageName).filter((name) => named[name] === undefined)).toEqual([]);
});

test("clients keep zod off their start path: values come from protocol files without it", () => {
	const withZod = new Set<string>();
	const spread = (path: string): void => {
		if (withZod.has(path)) return;
		withZod.add(path);
		for (const { from } of imports.filter(({ to, typeOnly }) => to === path && !typeOnly))
			if (from.startsWith("protocol/")) spread(from);
	};
	for (const { from, to, typeOnly } of imports)
		if (to === "zod" && !typeOnly && from.startsWith("protocol/")) spread(from);
	expect(withZod).toContain("protocol/index.ts");
	expect(
		imports
			.filter(({ from, to, typeOnly }) => from.startsWith("clients/") && !typeOnly && withZod.has(to))
			.map(show),
	).toEqual([]);
});

test("what answers `initialize` is small: the rest of the server loads after it", () => {
	const source = readSource("server/main.ts");
	const loaded = new Set(["server/main.ts"]);
	const isOurs = (path: string) => /\.(ts|mjs)$/.test(path);
	const later = /await import\("\.\/serving\.ts"\)/;
	expect(source).toMatch(later);
	const queue = importsOf("server/main.ts", source.replace(later, ""));
	for (let each = queue.pop(); each; each = queue.pop()) {
		if (each.typeOnly || loaded.has(each.to)) continue;
		loaded.add(each.to);
		if (isOurs(each.to)) queue.push(...importsOf(each.to, readSource(each.to)));
	}
	expect([...loaded].filter((path) => !isOurs(path) && !path.startsWith("node:"))).toEqual([
		"vscode-jsonrpc/node",
	]);
});

test("the SDK of MCP is loaded with the first server, and not with ours", () => {
	const sdk = /^(import|export)(?! type\b)[^;]*from "@modelcontextprotocol/m;
	expect(modules.filter((path) => path.startsWith("server/") && sdk.test(readSource(path)))).toEqual([]);
});

test("sockets are connected to through the one door that looks who listens", () => {
	const users = imports.filter(({ to, typeOnly }) => to === "node:net" && !typeOnly);
	expect(users.map(({ from }) => from)).toEqual([
		"ground/paths/privateSocket.ts",
		"server/connection/listen.ts",
	]);
});

test("context and notebooks are pure: no modules of Node, no clock, no chance", () => {
	// `node:zlib` alone is none of these: its calls compute bytes from bytes.
	const pure = modules.filter(
		(path) =>
			lies(path, "server/context") ||
			lies(path, "server/notebooks") ||
			lies(path, "server/completions/filters"),
	);
	const impure =
		/from "node:(?!zlib")|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bprocess\.|\bset(Timeout|Interval)\b/;
	expect(pure.filter((path) => impure.test(readSource(path)))).toEqual([]);
});

test("what a terminal is told leaves by the screen alone, and only cleaning makes text that it takes", () => {
	const clients = modules.filter((path) => path.startsWith("clients/") || path.startsWith("ground/"));
	const writes = /\bprocess\.(stdout|stderr)\b|\b(stdout|stderr)\.(write|end)\(|\bconsole\.|"node:readline/;
	const outside = clients.filter((path) => !lies(path, "clients/terminal/screen"));
	expect(outside.filter((path) => writes.test(readSource(path)))).toEqual([
		// Their standard output is a wire, and none of it is text.
		"clients/lsp/main.ts",
		"clients/mcp/main.ts",
		"clients/nvim/editor.ts",
		"clients/nvim/main.ts",
	]);
	const makes = /\bas (ScreenText|PlainText)\b|\bas [A-Z]\w*<(ScreenText|PlainText)>/;
	expect(clients.filter((path) => !lies(path, "ground/text") && makes.test(readSource(path)))).toEqual([
		"clients/terminal/screen/styledText.ts",
	]);
	const ownWords = /\bwords`[^`]*\\x1b/;
	expect(modules.filter((path) => ownWords.test(readSource(path)))).toEqual([]);
});
