import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appendExact } from "../../../server/sessions/files/exactLog.ts";
import { folderWith } from "../../support/folder.ts";
import { until } from "../../support/kernel.ts";
import { callTool, failAfter, type Script, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer } from "../../support/server.ts";
import { launchTestKernel, nextRequestId } from "../../support/sessionWithKernel.ts";
import { readSource } from "../../support/sources.ts";

const fixture = readSource("tests/fixtures/ipyai-0.0.9/exact-log.jsonl").trimEnd().split("\n");

const start = async (scripts: readonly Script[], variables: Record<string, string> = {}, config = "{}") => {
	const XDG_CONFIG_HOME = folderWith({ "ipyai/config.json": config });
	const kernel = launchTestKernel();
	const server = await startTestServer({ backends: [scriptedBackend(...scripts)] });
	const client = await server.connect({
		environment: { XDG_CONFIG_HOME, HOME: XDG_CONFIG_HOME, ...variables },
	});
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel,
		settings: { logExact: true, permissions: "yolo" },
	});
	const attached = await client.event("kernelAttached");
	const { sessionId } = state;
	const path = join(XDG_CONFIG_HOME, "ipyai", "exact-log.jsonl");
	return {
		server,
		client,
		sessionId,
		attached,
		path,
		/** All of them, once there are so many. */
		records: async (count: number) => {
			const lines = () => (existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : []);
			await until(() => lines().length >= count);
			return lines().map((line) => JSON.parse(line));
		},
		notices: () =>
			client.updates.flatMap((update) =>
				update.kind === "hint" && update.hint.kind === "notice" ? [update.hint.text] : [],
			),
		ask: async (text: string) => {
			const { turnId } = await client.request("session/prompt", {
				sessionId,
				requestId: nextRequestId(),
				content: [{ kind: "text", text }],
			});
			await client.event("turnFinished", (event) => event.turnId === turnId);
		},
	};
};

test("a line is what the predecessor wrote, to the byte", () => {
	const path = join(folderWith(), "exact-log.jsonl");
	for (const line of fixture) {
		const { session, prompt, response } = JSON.parse(line);
		appendExact(path, session, { prompt, response });
	}
	const withoutTime = (line: string) =>
		line.replace(/^\{"ts": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"/, "{TS");
	const lines = readFileSync(path, "utf8").trimEnd().split("\n");
	expect(lines.map(withoutTime)).toEqual(fixture.map(withoutTime));
	expect(lines[0]).not.toBe(withoutTime(lines[0]!));
	expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a full file makes room and keeps the one before", () => {
	const path = join(folderWith(), "exact-log.jsonl");
	for (const response of ["one", "two", "three"])
		appendExact(path, 1, { prompt: "p".repeat(100), response }, 300);
	expect(readFileSync(path, "utf8")).toContain("three");
	expect(readFileSync(`${path}.1`, "utf8")).toContain("two");
});

test("a link in the file's place is refused", () => {
	const folder = folderWith({ "elsewhere.txt": "" });
	const path = join(folder, "exact-log.jsonl");
	symlinkSync(join(folder, "elsewhere.txt"), path);
	expect(() => appendExact(path, 1, { prompt: "p", response: "r" })).toThrow("is a symbolic link");
	expect(readFileSync(join(folder, "elsewhere.txt"), "utf8")).toBe("");
});

test("turns, tool calls and completions are logged while the setting is on, and it is said once", async () => {
	const session = await start([
		callTool("pyrun", { code: "1 + 1" }),
		failAfter("Half é", "no route"),
		say(" + 1"),
		say("ok"),
		say("ok"),
	]);
	const { client, sessionId, server } = session;
	await session.ask("what is 1 + 1?");
	await session.ask("and?");
	const uri = `ipyai:/sessions/${sessionId}/inputs/x`;
	client.notify("textDocument/didOpen", {
		textDocument: { uri, languageId: "python", version: 1, text: "y = 1" },
	});
	await client.request("textDocument/inlineCompletion", {
		textDocument: { uri },
		position: { line: 0, character: 5 },
		context: { triggerKind: 1 },
	});
	const { historySession } = session.attached;
	expect(await session.records(4)).toMatchObject([
		{
			session: historySession,
			kind: "tool",
			name: "pyrun",
			arguments: { code: "1 + 1" },
			result: "2\n",
			is_error: false,
		},
		{
			session: historySession,
			prompt: "<user-request>what is 1 + 1?</user-request>",
			response: "\n\n🔧 pyrun(code='1 + 1') => 2\n\nTOOL SAID: 2\n",
		},
		{ prompt: "<user-request>and?</user-request>", response: "Half é\n<system>failed: no route</system>" },
		{ kind: "completion", prefix: "y = 1", suffix: "", completion: " + 1" },
	]);
	expect(readFileSync(session.path, "utf8")).toContain("Half é");
	expect(session.notices().filter((text) => text.includes(session.path))).toHaveLength(1);
	await client.request("session/configure", { sessionId, requestId: "off", settings: { logExact: false } });
	await session.ask("unlogged");
	await client.request("session/configure", { sessionId, requestId: "on", settings: { logExact: true } });
	const notebook = join(server.folder, "n.ipynb");
	writeFileSync(notebook, readSource("tests/fixtures/ipyai-0.0.9/example.ipynb"));
	await client.request("notebook/load", { sessionId, requestId: "load", path: notebook, run: false });
	await session.ask("logged again");
	expect(await session.records(5)).toHaveLength(5);
});

test.each([
	["{}", "the key is [redacted MY_API_KEY]"],
	['{"log_redact": false}', "the key is verysecret12345"],
])("secrets of the shell stay out unless the file says otherwise: %s", async (config, told) => {
	const session = await start([say("ok")], { MY_API_KEY: "verysecret12345" }, config);
	await session.ask("the key is verysecret12345");
	expect((await session.records(1))[0].prompt).toBe(`<user-request>${told}</user-request>`);
});
