/** Which session an editor is in, and what is left when it goes. */
import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { connectEditor, editorBeside, editorWith } from "../../support/plainEditor.ts";
import { callTool, hangAfter, say, scriptedBackend } from "../../support/scriptedBackend.ts";
import { startTestServer } from "../../support/server.ts";

test("of several folders a file's own counts, also one that comes later, and by whatever path", async () => {
	const server = await startTestServer({ backends: [scriptedBackend()] });
	const folders = ["a", "b", "b/inner", "c"].map((name) => join(realpathSync(server.folder), name));
	const [a, b, inner, c] = folders as [string, string, string, string];
	for (const folder of folders) mkdirSync(folder);
	const link = join(server.folder, "link");
	symlinkSync(b, link);
	const terminal = await server.connect();
	const sessions: Record<string, string> = {};
	for (const [at, cwd] of [a, inner].entries()) {
		const { state } = await terminal.request("session/new", {
			requestId: `${at}`,
			cwd,
			kernel: null,
			settings: {},
		});
		sessions[state.sessionId] = cwd;
	}
	const root = (folder: string) => ({ uri: `${pathToFileURL(folder).href}/`, name: folder });
	const { rpc, run } = await connectEditor(server, { workspaceFolders: [root(a), root(link)] });
	/** The folder of the session that a prompt about a file goes to. */
	const sessionOf = async (path: string) => {
		const uri = pathToFileURL(path).href;
		const textDocument = { uri, languageId: "python", version: 1, text: "x" };
		await rpc.sendNotification("textDocument/didOpen", { textDocument });
		const { sessionId } = await run("ipyai.prompt", { text: "?", uri });
		return sessions[sessionId as string] ?? "its own";
	};
	expect(await sessionOf(join(a, "x.py"))).toBe(a);
	expect(await sessionOf(join(link, "inner/x.py"))).toBe(inner);
	expect(await sessionOf(join(b, "x.py"))).toBe("its own");
	expect(await sessionOf(join(c, "x.py"))).toBe(a);
	const event = { added: [root(c)], removed: [root(a)] };
	await rpc.sendNotification("workspace/didChangeWorkspaceFolders", { event });
	expect(await sessionOf(join(c, "y.py"))).toBe("its own");
});

test("beside a session the editor is a visitor: keys are those of the session's shell", async () => {
	const backend = scriptedBackend(say("1"));
	const server = await startTestServer({ backends: [backend] });
	const terminal = await server.connect({ environment: { KEY: "of the terminal" } });
	await terminal.request("session/new", { requestId: "n", cwd: server.folder, kernel: null, settings: {} });
	const { run, open, suggest } = await connectEditor(server);
	await run("ipyai.prompt", { text: "hi" });
	await open("x = ");
	await suggest(4);
	expect(backend.requests.map(({ environment }) => environment.KEY)).toEqual([
		"of the terminal",
		"of the terminal",
	]);
	const { state } = await terminal.request("session/attach", {
		ref: { cwd: server.folder },
		role: "controller",
		since: null,
	});
	expect(state.participants.map(({ name }) => name)).toEqual(["test"]);
});

test("an editor that dies lets go of the model and of the session", async () => {
	const backend = scriptedBackend(hangAfter("x"));
	const { rpc, open, suggest } = await editorWith(backend);
	await open("x = ");
	void suggest(4).catch(() => {}); // it never comes
	await until(() => backend.requests.length === 1);
	void rpc.sendNotification("exit");
	await until(() => backend.requests[0]!.signal.aborted);
});

test("a turn that outlives the editor that began it ends as any other", async () => {
	const pondering = () => new Promise<never>(() => {});
	const { client, sessionId, rpc, run } = await editorBeside([callTool("pyrun", { code: "6 * 7" })], {
		onAsked: pondering,
	});
	run("ipyai.prompt", { text: "how much?" }).catch(() => {}); // it never comes
	const { approvalId } = await client.event("approvalAsked");
	void rpc.sendNotification("exit");
	await client.event("participantLeft");
	await client.request("permission/answer", { sessionId, approvalId, decision: "allow" });
	expect((await client.event("turnFinished")).stopReason).toBe("endTurn");
	const notices = client.updates.filter(
		({ kind, ...rest }) => kind === "hint" && /notice/.test(JSON.stringify(rest)),
	);
	expect(notices).toEqual([]);
});
