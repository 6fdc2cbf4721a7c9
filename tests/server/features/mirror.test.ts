import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { callTool, say } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

test("a prompt stands in the predecessors' table, also when the session ends right after it", async () => {
	const session = await startKernelSession([callTool("pyrun", { code: "sum(squares)" }), say("30.")], {
		permissions: "yolo",
	});
	const { client, sessionId } = session;
	const { historyFile, historySession } = await client.event("kernelAttached");
	await session.run("squares = [n*n for n in range(5)]");
	await session.ask("sum $`squares`");
	await client.request("session/close", { sessionId, requestId: "close" });
	const db = new Database(historyFile!, { readonly: true });
	const row = db.prepare("SELECT * FROM claude_prompts WHERE session = ?").get(historySession);
	const remark = db
		.prepare("SELECT remark FROM sessions WHERE session = ?")
		.pluck()
		.get(historySession) as string;
	db.close();
	expect(row).toMatchObject({
		prompt: "sum $`squares`",
		full_prompt:
			'<variable name="squares" type="list">[0, 1, 4, 9, 16]</variable><context><code>squares = [n*n for n in range(5)]</code></context>\n<user-request>sum $`squares`</user-request>',
		response: "\n\n🔧 pyrun(code='sum(squares)') => 30\n\nTOOL SAID: 30\n",
		history_line: 1,
	});
	expect(JSON.parse(remark)).toMatchObject({ cwd: session.server.folder });
});
