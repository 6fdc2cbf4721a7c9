import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findClaude } from "../../../../server/backends/claudeSdk/locate.ts";
import { mcpSources } from "../../../../server/sessions/settings/mcpFiles.ts";

/** Files of a home and of a repository `p` in it; a session in `p/a/b`. */
const sources = async (
	files: Readonly<Record<string, unknown>>,
	environment: Record<string, string> = {},
) => {
	const home = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-mcp-files-")));
	onTestFinished(() => rmSync(home, { recursive: true, force: true }));
	mkdirSync(join(home, "p/a/b"), { recursive: true });
	for (const [name, content] of Object.entries(files)) {
		const path = join(home, name);
		mkdirSync(dirname(path), { recursive: true });
		const filled = (typeof content === "string" ? content : JSON.stringify(content)).replaceAll("HOME", home);
		writeFileSync(path, filled);
	}
	const read = await mcpSources({ HOME: home, ...environment }, join(home, "p/a/b"), join(home, "p"));
	const short = (text: string) => text.replaceAll(home, "~");
	return {
		own: read.own.map(({ name, form, cwd }) => short(`${name} ${JSON.stringify(form)} ${cwd}`)),
		files: read.projectFiles.map(({ path, servers }) =>
			short(`${path}: ${servers.map(({ name, cwd }) => `${name} ${cwd}`).join(", ")}`),
		),
		keys: read.projectFiles.map(({ key }) => key),
		problems: read.problems.map(short),
	};
};
const run = (command: string) => ({ command });

test("the person's file, Claude Code's for the project, then for the person", async () => {
	const { own, problems } = await sources({
		".config/ipyai/config.json": { mcp_servers: { ours: { command: "x", args: ["1"], timeout_seconds: 5 } } },
		".claude.json": {
			numStartups: 7,
			mcpServers: {
				itself: { command: "/bin/ipyai", args: ["mcp"] },
				persons: { type: "http", url: "https://x/mcp", headers: { A: "b" } },
			},
			projects: {
				"HOME/p": { mcpServers: { projects: run("y"), off: run("z") }, disabledMcpServers: ["off"] },
			},
		},
	});
	expect(problems).toEqual([]);
	expect(own).toEqual([
		'ours {"kind":"stdio","command":"x","args":["1"],"env":{},"timeoutMs":5000} ~/p/a/b',
		'projects {"kind":"stdio","command":"y","args":[],"env":{},"timeoutMs":120000} ~/p/a/b',
		'persons {"kind":"http","transport":"streamable","url":"https://x/mcp","headers":{"A":"b"},"timeoutMs":120000} ~/p/a/b',
	]);
});

test("a project's files from the session's folder up to the repository's root, and no further", async () => {
	const { files, own } = await sources({
		".mcp.json": { mcpServers: { above: run("x") } },
		"p/.mcp.json": { mcpServers: { root: run("x") } },
		"p/a/b/.mcp.json": { mcpServers: { near: run("x") } },
	});
	expect(files).toEqual(["~/p/a/b/.mcp.json: near ~/p/a/b", "~/p/.mcp.json: root ~/p"]);
	expect(own).toEqual([]);
});

test("another content, or the same elsewhere, is another file", async () => {
	const key = async (command: string, where = "p") =>
		(await sources({ [`${where}/.mcp.json`]: { mcpServers: { a: run(command) } } })).keys[0];
	expect(await key("x")).not.toBe(await key("y"));
	expect(await key("x")).toMatch(/^[0-9a-f]{64}$/);
});

test("what cannot be used is told without its values, and the rest counts", async () => {
	const { own, files, problems } = await sources({
		".config/ipyai/config.json": {
			mcp_servers: {
				good: run("x"),
				neither: { env: { KEY: "s3cret" } },
				both: { command: 5, env: { KEY: "s3cret" } },
				old: { type: "ws", url: "https://x" },
				"\u001b[31mred": run("x"),
			},
		},
		".claude.json": "{",
		"p/.mcp.json": "[]",
	});
	expect(own).toHaveLength(1);
	expect(files).toEqual([]);
	expect(problems).toEqual([
		'~/.config/ipyai/config.json: the MCP server neither has neither "command" nor "url".',
		expect.stringContaining("the MCP server both has a wrong command ("),
		expect.stringContaining("the MCP server old is of type ws, which ipyai does not speak"),
		"~/.config/ipyai/config.json: the MCP server red has a name that cannot be shown or typed.",
		"~/.claude.json is no JSON object: its MCP servers are left out.",
		"~/p/.mcp.json is no JSON object: its MCP servers are left out.",
	]);
	expect(problems.join()).not.toContain("s3cret");
});

test("Claude Code's file moves with its variable", async () => {
	const { own } = await sources(
		{ ".claude.json": { mcpServers: { usual: run("x") } } },
		{ CLAUDE_CONFIG_DIR: "/nowhere" },
	);
	expect(own).toEqual([]);
});

test.skipIf(findClaude({}) === null)("what Claude Code itself writes is read", async () => {
	const home = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-mcp-claude-")));
	onTestFinished(() => rmSync(home, { recursive: true, force: true }));
	mkdirSync(join(home, "p/.git"), { recursive: true });
	const add = (...args: string[]) =>
		execFileSync(findClaude({})!, ["mcp", "add", ...args], {
			cwd: join(home, "p"),
			env: { PATH: process.env.PATH, HOME: home, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
			stdio: "ignore",
		});
	add("local", "-e", "KEY=v", "--", "node", "x");
	add("-s", "user", "everywhere", "--transport", "sse", "https://x/sse", "--header", "A: b");
	add("-s", "project", "shared", "--", "node", "y");
	const { own, projectFiles, problems } = await mcpSources({ HOME: home }, join(home, "p"), join(home, "p"));
	expect(own.map(({ name, form }) => [name, form])).toEqual([
		["local", { kind: "stdio", command: "node", args: ["x"], env: { KEY: "v" }, timeoutMs: 120_000 }],
		[
			"everywhere",
			{ kind: "http", transport: "sse", url: "https://x/sse", headers: { A: "b" }, timeoutMs: 120_000 },
		],
	]);
	expect(projectFiles.map(({ servers }) => servers.map(({ name }) => name))).toEqual([["shared"]]);
	expect(problems).toEqual([]);
});
