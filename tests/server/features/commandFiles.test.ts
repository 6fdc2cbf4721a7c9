import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { say } from "../../support/scriptedBackend.ts";
import { launchTestKernel, nextRequestId, startKernelSession } from "../../support/sessionWithKernel.ts";

/** A session on a kernel, `%ipyai` beside its cells, and a second kernel for it. */
const start = async () => {
	const session = await startKernelSession([say("Fine.")]);
	const { client, sessionId, server } = session;
	const command = async (line: string) => {
		const { text } = await client.request("command/run", { sessionId, requestId: nextRequestId(), line });
		return text.replaceAll(server.folder, "~");
	};
	/** Answered before the second kernel is ready. */
	const begin = async () => {
		await client.request("kernel/end", { sessionId, requestId: nextRequestId() });
		const kernel = launchTestKernel();
		await client.request("kernel/adopt", { sessionId, requestId: nextRequestId(), kernel });
	};
	const restart = async () => {
		await begin();
		return client.event("kernelAttached", ({ fresh }) => fresh);
	};
	return { ...session, command, begin, restart };
};

test("a saved notebook is loaded and run again, also from a cell", async () => {
	const { command, run, ask, server, client } = await start();
	await run("n = 20");
	await ask("hello");
	await run("n += 1");
	expect(await command("save my work")).toBe("Saved 2 code cells and 1 prompts to ~/my work.ipynb.");
	expect(JSON.parse(readFileSync(join(server.folder, "my work.ipynb"), "utf8")).cells).toHaveLength(3);
	expect(await command("load my work")).toBe("Loaded 2 code cells and 1 prompts from ~/my work.ipynb.");
	expect((await run("n")).text).toContain("21");
	const { text } = await run("n = 0\n%ipyai load 'my work'\nprint('first the cell ends')");
	expect(text).toContain("is loaded after this cell.\nfirst the cell ends");
	const told = await client.until(
		(update) => update.kind === "hint" && update.hint.kind === "notice" && /^Loaded 2/.test(update.hint.text),
	);
	expect(told.kind).toBe("hint");
	expect((await run("n")).text).toContain("21");
});

test("a foreign notebook is shown; --run runs it and says where it stopped", async () => {
	const { command, run, server } = await start();
	const cell = (source: string) => ({
		cell_type: "code",
		source,
		metadata: {},
		outputs: [],
		execution_count: null,
	});
	const cells = [cell("k = 1"), cell("1/0"), cell("k = 3")];
	writeFileSync(
		join(server.folder, "foreign.ipynb"),
		JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }),
	);
	expect(await command("load foreign")).toMatch(
		/They are shown, not run: %ipyai load .*foreign.* --run runs them\./,
	);
	expect((await run("k")).status).toBe("error");
	expect(await command("load foreign --run")).toContain("Cell 2 of 3 ended with error");
	expect(await command("load foreign --run --from 3")).toContain("Loaded 1 code cells");
	expect((await run("k")).text).toContain("3");
	expect(await command("load nothing here")).toContain("Notebook not found: ~/nothing here.ipynb");
	expect(await command("save")).toContain("write a file name after it");
});

test("a fork has the conversation and its own future", async () => {
	const { command, ask, client, sessionId } = await start();
	await ask("hello");
	const text = await command("fork second try");
	const name = /%ipyai resume (\S+),/.exec(text)![1]!;
	const opened = await client.request("session/resume", {
		requestId: nextRequestId(),
		ref: { sessionId: name },
		settings: {},
	});
	expect(opened.state).toMatchObject({ title: "second try", kernel: null });
	expect(opened.state.sessionId).not.toBe(sessionId);
	expect(opened.replay).toMatchObject({ items: [{ kind: "turn", source: ".hello" }] });
});

test("after a restart the cells run again in order, all or up to a number, stopping at the first error", async () => {
	const { command, restart, run } = await start();
	await run("import os\nv = 1");
	await run("%ipyai think h");
	await run("v += os.environ.get('LATER') is None");
	await run("assert 'marker' not in os.environ\nv += 10");
	await run("broken(");
	await run("v += 100");
	expect(await command("rerun")).toContain("There are no cells of an earlier kernel to run again.");
	await restart();
	expect(await command("rerun 3")).toBe("Ran 2 cells again.");
	expect((await run("v")).text).toContain("2");
	await run("os.environ['marker'] = '1'");
	expect(await command("rerun")).toMatch(/^Stopped at In \[4\], cell 3 of 4: AssertionError: /);
	expect(await command("rerun 6-")).toBe("Ran 1 cell again.");
	expect(await command("rerun 1-3")).toBe("Ran 2 cells again.");
	expect(await command("rerun x")).toContain("write a number of an input, two with - between, or nothing");
});

test("the model is told once that the variables are gone", async () => {
	const { ask, backend, restart, run } = await start();
	await run("a = 1");
	await ask("first");
	await run("b = 2");
	const attached = await restart();
	expect(attached.nextExecutionCount).toBe(4);
	await run("c = 3");
	await ask("second");
	await ask("third");
	const [first, second, third] = backend.requests.map(({ transcript }) => JSON.stringify(transcript.at(-1)));
	expect(first).not.toContain("started anew");
	expect(second).toMatch(/b = 2<\/code><note>Python was started anew here: .*<\/note><code>c = 3/);
	expect(third).not.toContain("started anew");
});

test("a prompt that comes while Python starts anew tells it, too", async () => {
	const { ask, backend, begin, run } = await start();
	await run("a = 1");
	await ask("first");
	await begin();
	await ask("second");
	expect(JSON.stringify(backend.requests.at(-1)!.transcript.at(-1))).toContain("started anew");
});

test("a notebook that is loaded right after it is saved in a cell is there", async () => {
	const { client, sessionId } = await startKernelSession();
	const execute = (code: string) =>
		client.request("cell/execute", { sessionId, requestId: nextRequestId(), code });
	await execute("import time; time.sleep(0.3); x = 1");
	await execute('%ipyai save "my work"');
	const { text, failed } = await client.request("command/run", {
		sessionId,
		requestId: nextRequestId(),
		line: 'load "my work" --show',
	});
	expect([text, failed]).toEqual([expect.stringContaining("Loaded 1 code cells"), false]);
});
