/** What a turn's tools changed is told: as an event before its end, in the receipt, to the model, in the notebook. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callTool, type Script, say } from "../../support/scriptedBackend.ts";
import { nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

const start = async (...scripts: readonly Script[]) => {
	const session = await startKernelSession(scripts, { permissions: "yolo" }, "work");
	const folder = join(session.server.folder, "work");
	const { client, sessionId } = session;
	const command = async (line: string) =>
		(await client.request("command/run", { sessionId, requestId: nextRequestId(), line })).text;
	return { ...session, command, folder };
};

const setUp = `import numpy as np
class Loud:
    def __repr__(self): raise SystemExit("asked")
    __eq__ = __hash__ = __str__ = __repr__
x, rows, loud, api_key, gone, kept = 3, [1], Loud(), "s3cr3t-old", 1, np.zeros(2)`;
const work = `x = 4
rows.append(2)
loud = Loud()
api_key = "s3cr3t-new"
del gone
fresh = {"a": 1}
_private = 1`;

test("variables, with what they held and hold; nobody's code is asked, secrets are not shown", async () => {
	const { client, sessionId, run, ask, command } = await start(callTool("pyrun", { code: work }), say("ok"));
	await run(setUp);
	const { turnId } = await ask("work");
	const { changes } = await client.event("turnChanges");
	expect(changes.variables.map(({ name, before, after }) => `${name}: ${before} → ${after}`)).toEqual([
		"x: 3 → 4",
		"rows: list of 1: 1 → list of 2: 1, 2",
		"loud: Loud → Loud",
		expect.stringMatching(/^api_key: str of 10, not shown: .* → str of 10, not shown: /),
		"fresh: null → dict of 1: 'a': 1",
		"gone: 1 → null",
	]);
	const receipt = await client.request("context/receipt", { sessionId, turnId });
	expect(receipt.changes).toEqual(changes);
	expect(await command("changes")).toMatch(/^In \[2\]:\nx: 3 → 4\n[\s\S]*gone: 1 → deleted$/);
	expect(await command("changes 1")).toBe("In [1] changed nothing that was seen.");
	await ask("only talk");
	expect((await client.request("context/receipt", { sessionId })).changes).toBeUndefined();
	// It is a part of the turn for who comes later.
	const late = await client.request("session/attach", {
		ref: { sessionId },
		role: "controller",
		since: 0,
	});
	const kinds = late.replay.kind === "events" ? late.replay.events.map(({ event }) => event.kind) : [];
	expect(kinds.indexOf("turnChanges")).toBe(kinds.indexOf("turnFinished") - 1);
});

test("files, with diffs for edits; the model is told of them when it asks", async () => {
	const edit = callTool("exhash_file", { path: "a.py", cmds: ["%s/1/2/"] });
	const { client, folder, sessionId, ask, command, run } = await start(
		edit,
		callTool("bash", { cmd: "echo new > b.txt" }),
		callTool("look", { changes: true }),
	);
	writeFileSync(join(folder, "a.py"), "x = 1\n");
	await run(`%cd -q ${JSON.stringify(folder).slice(1, -1)}`);
	const first = await ask("edit");
	const { changes } = await client.event("turnChanges", (event) => event.turnId === first.turnId);
	const diff = "--- a.py\n+++ a.py\n@@ -1,1 +1,1 @@\n-x = 1\n+x = 2";
	expect(changes.files).toEqual([{ path: "a.py", change: "changed", added: 1, removed: 1, diff }]);
	const second = await ask("write");
	const written = await client.event("turnChanges", (event) => event.turnId === second.turnId);
	expect(written.changes.files.map(({ path, change }) => `${path} ${change}`)).toContain("b.txt written");
	const third = await ask("what did you change?");
	const told = await client.event("toolResult", (event) => event.turnId === third.turnId);
	const [text] = told.content.map((part) => (part.kind === "text" ? part.text : ""));
	expect(text).toContain("b.txt was written by something that ran");
	expect(text).toContain(`a.py was changed, +1 −1\n${diff}`);
	expect(await command("changes 2")).toContain(diff);
	// It goes with the notebook, and comes back from it.
	const path = join(folder, "kept.ipynb");
	await client.request("notebook/save", { sessionId, requestId: nextRequestId(), path });
	expect(readFileSync(path, "utf8")).toContain('"change": "changed"');
});

test("a call that only looks or fails changes nothing that is told", async () => {
	const { client, run, ask } = await start(
		callTool("look", { what: "x" }),
		callTool("pyrun", { code: "1/0" }),
	);
	await run("x = 3");
	await ask("look");
	await ask("fail");
	expect(client.updates.some((each) => each.kind === "event" && each.event.kind === "turnChanges")).toBe(
		false,
	);
});
