import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { isAlive } from "../../../support/kernel.ts";
import { startHttpServer, startSseServer } from "../../../support/mcp/httpServer.ts";
import { configured, openServers, programOf, textOf } from "../../../support/mcp/servers.ts";
import { picture } from "../../../support/mcp/usualServer.ts";
import { repository } from "../../../support/sources.ts";

const folder = (): string => {
	const made = mkdtempSync(join(tmpdir(), "ipyai-mcp-"));
	onTestFinished(() => rmSync(made, { recursive: true, force: true }));
	return made;
};
/** Those of the processes in a file that run. */
const alive = (file: string): string[] =>
	(existsSync(file) ? readFileSync(file, "utf8").split(" ") : []).filter(
		(pid) => isAlive(Number(pid)) && !isZombie(pid),
	);
/** It has ended, and nobody has asked how. */
const isZombie = (pid: string): boolean => {
	const status = `/proc/${pid}/status`;
	return existsSync(status) && /^State:\s+Z/m.test(readFileSync(status, "utf8"));
};

/** Where nobody listens any more. */
const closedPort = async (): Promise<number> => {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
};
const usual = (...args: string[]) => configured("usual", programOf("main", ...args));
const hostile = (kind: string, ...args: string[]) => configured(kind, programOf("hostile", kind, ...args));

test("a program's tools are offered under its name, called, and answer with text and pictures", async () => {
	const { servers, tool, call, told } = await openServers({ own: [usual()] });
	expect(servers.tools.map(({ name }) => name)).toEqual([
		...["echo", "picture", "environment", "wait", "steps", "die", "grow", "fail"].map(
			(name) => `mcp__usual__${name}`,
		),
		"mcp__usual__resource",
	]);
	expect(tool("mcp__usual__echo")).toMatchObject({
		description: "Of the MCP server usual. Says it again.",
		inputSchema: { type: "object", properties: { text: { type: "string" } } },
		effect: "callsServer",
	});
	expect(await call("mcp__usual__echo", { text: "so" })).toEqual({
		content: [{ kind: "text", text: "so" }],
		isError: false,
	});
	expect((await call("mcp__usual__picture")).content).toEqual([
		{ kind: "image", mimeType: "image/png", data: picture },
	]);
	expect(await call("mcp__usual__fail")).toMatchObject({ isError: true });
	const said: string[] = [];
	expect(textOf(await call("mcp__usual__steps", {}, { onOutput: (text) => said.push(text) }))).toBe(
		"project",
	);
	expect(said).toEqual(["half of it\n"]);
	expect(told).toEqual([]);
});

test("a program gets what its settings name, and none of the person's keys", async () => {
	const { call } = await openServers(
		{ own: [configured("usual", { ...programOf("main"), env: { A: `\${MY_KEY}`, B: `\${NOT:-else}` } })] },
		{ MY_KEY: "k", OTHER_KEY: "other" },
	);
	const environment = JSON.parse(textOf(await call("mcp__usual__environment")));
	expect(environment).toMatchObject({ A: "k", B: "else" });
	expect(Object.keys(environment)).not.toContain("OTHER_KEY");
	expect(Object.keys(environment)).not.toContain("IPYTHONDIR");
});

test("what a question shows is the tool, its arguments and what the server claims, and a claim allows nothing", async () => {
	const { tool } = await openServers({ own: [usual()] });
	const prepared = await tool("mcp__usual__echo").prepare({ text: "x" }, new AbortController().signal);
	expect(prepared).toMatchObject({
		check: "open",
		grant: { text: "call echo of the MCP server usual in this session without asking" },
		card: { title: "mcp__usual__echo", text: "echo(text='x')" },
	});
	expect(JSON.stringify(prepared)).toContain("it says of itself that it only reads");
	const guarded = await tool("mcp__usual__echo").prepare(
		{ files: [{ path: "a/.git/hooks/post-commit" }] },
		new AbortController().signal,
	);
	expect(guarded).toMatchObject({ check: "guarded" });
});

test("a call that is cancelled is cancelled at the server", async () => {
	const log = join(folder(), "log");
	const { call } = await openServers({ own: [usual(log)] });
	const abort = new AbortController();
	await call("mcp__usual__echo", { text: "before" }, { signal: abort.signal });
	const calling = call("mcp__usual__wait", {}, { signal: abort.signal });
	await vi.waitFor(() => expect(readFileSync(log, "utf8")).toBe("began\n"));
	abort.abort(new Error("stopped"));
	await expect(calling).rejects.toThrow("stopped");
	await vi.waitFor(() => expect(readFileSync(log, "utf8")).toBe("began\ncancelled\n"));
});

test("a call without an answer ends after its time, and the server can be called again", async () => {
	const { call } = await openServers({
		own: [configured("usual", { ...programOf("main"), timeout_seconds: 0.2 })],
	});
	const outcome = await call("mcp__usual__wait");
	expect(textOf(outcome)).toContain("no answer within 0.2 s");
	expect(outcome.isError).toBe(true);
	expect(textOf(await call("mcp__usual__echo", { text: "again" }))).toBe("again");
});

test("a server that dies in the middle of a call is told, and started once more, not twice", async () => {
	const { servers, call, told } = await openServers({ own: [usual()] });
	expect(textOf(await call("mcp__usual__die"))).toMatch(
		/it ended with code 3\. Whether it did anything is not known\.$/,
	);
	expect(textOf(await call("mcp__usual__echo", { text: "back" }))).toBe("back");
	expect(told).toEqual(["The MCP server usual ended (it ended with code 3) and is started again."]);
	await call("mcp__usual__die");
	expect(servers.find("usual")!.state).toEqual({
		kind: "failed",
		reason: "it ended again: it ended with code 3",
	});
	expect(servers.tools).toEqual([]);
	expect(told.at(-1)).toContain("%ipyai mcp restart usual tries again");
	await servers.restart("usual");
	expect(textOf(await call("mcp__usual__echo", { text: "anew" }))).toBe("anew");
});

test("a list that changes is followed", async () => {
	const { servers, call, changes } = await openServers({ own: [usual()] });
	const before = changes();
	await call("mcp__usual__grow");
	await vi.waitFor(() => expect(servers.tools.map(({ name }) => name)).toContain("mcp__usual__grown"));
	expect(changes()).toBe(before + 1);
	expect(textOf(await call("mcp__usual__grown"))).toBe("grown");
});

test("resources are listed and read by a tool", async () => {
	const { call } = await openServers({ own: [usual()] });
	expect(textOf(await call("mcp__usual__resource"))).toBe("note://one  One: The first note.");
	expect(textOf(await call("mcp__usual__resource", { uri: "note://one" }))).toBe(
		"[resource note://one]\nthe note says so",
	);
	await expect(call("mcp__usual__resource", { uri: 7 })).rejects.toThrow('"uri" is a text');
});

test("a server over HTTP is called with its headers, and joined anew when it has forgotten the session", async () => {
	const server = await startHttpServer("t0k");
	const { call, servers } = await openServers(
		{ own: [configured("web", { url: server.url, headers: { Authorization: `Bearer \${TOKEN}` } })] },
		{ TOKEN: "t0k" },
	);
	expect(textOf(await call("mcp__web__echo", { text: "hi" }))).toBe("hi");
	server.forget();
	await call("mcp__web__echo", { text: "lost" });
	await vi.waitFor(async () => expect(textOf(await call("mcp__web__echo", { text: "found" }))).toBe("found"));
	expect(servers.find("web")!.state).toEqual({ kind: "ready" });
	await servers.dispose();
	expect(server.requests.at(-1)!.method).toBe("DELETE");
});

test("a server that has the older transport alone is called too", async () => {
	const { call } = await openServers({
		own: [configured("older", { type: "sse", url: await startSseServer() })],
	});
	expect(textOf(await call("mcp__older__echo", { text: "still here" }))).toBe("still here");
});

test("a server over HTTP that wants a login, and one that is not there, are told with the next step", async () => {
	const server = await startHttpServer("t0k");
	const { servers, told } = await openServers({
		own: [
			configured("login", { url: server.url }),
			configured("wrong", { url: server.url, headers: { Authorization: "Bearer x" } }),
			configured("away", { url: `http://127.0.0.1:${await closedPort()}/mcp` }),
			configured("unset", { url: `\${NOWHERE}` }),
		],
	});
	expect(servers.servers.map(({ state }) => (state.kind === "failed" ? state.reason : state.kind))).toEqual([
		"needsLogin",
		"it refused the Authorization header of its settings (401)",
		expect.stringContaining("ECONNREFUSED"),
		"its settings name NOWHERE, which your shell has not set",
	]);
	expect(told).toHaveLength(4);
});

test("a project's file starts nothing before it is approved, nor once it has changed", async () => {
	const log = join(folder(), "log");
	const file = (key: string) => ({ path: "/p/.mcp.json", key, servers: [usual(log)] });
	const opened = await openServers({ projectFiles: [file("one")] });
	expect(opened.servers.servers).toEqual([]);
	expect(opened.told).toEqual([
		expect.stringMatching(/^\/p\/\.mcp\.json brings MCP servers[\s\S]*usual: [\s\S]*main\.ts/),
	]);
	await opened.servers.decide("approved");
	expect(textOf(await opened.call("mcp__usual__echo", { text: "yes" }))).toBe("yes");
	opened.say({ projectFiles: [file("two")] });
	// What nobody was shown is not approved.
	expect((await opened.servers.decide("approved")).unseen.map(({ key }) => key)).toEqual(["two"]);
	expect(opened.servers.servers).toEqual([]);
	await opened.servers.decide("refused");
	expect(opened.servers.projectFiles.map(({ decision }) => decision)).toEqual(["refused"]);
	opened.servers.open((text) => void opened.told.push(text));
	expect(opened.told.filter((text) => text.includes("brings MCP servers"))).toHaveLength(1);
	await opened.servers.decide(null);
	expect(opened.servers.projectFiles.map(({ decision }) => decision)).toEqual([null]);
});

test("nothing of a server is left, whatever it does against its end", async () => {
	const pids = join(folder(), "pids");
	const { servers } = await openServers({ own: [hostile("stubborn", pids)] });
	expect(alive(pids)).toHaveLength(2);
	await servers.dispose();
	await vi.waitFor(() => expect(alive(pids)).toEqual([]));
});

test("not even when the server that started it is killed", async () => {
	const pids = join(folder(), "pids");
	const script = `
		import { ProgramTransport } from ${JSON.stringify(join(repository, "server/tools/mcp/programTransport.ts"))};
		const program = ${JSON.stringify(programOf("hostile", "stubborn", pids))};
		await new ProgramTransport({ ...program, cwd: "/", environment: process.env }).start();
		setInterval(() => {}, 1000);`;
	const owner = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
	onTestFinished(() => void owner.kill("SIGKILL"));
	await vi.waitFor(() => expect(alive(pids)).toHaveLength(2), 20_000);
	owner.kill("SIGKILL");
	await vi.waitFor(() => expect(alive(pids)).toEqual([]), 20_000);
});
