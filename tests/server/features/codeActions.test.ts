/** What an editor is offered at a place. */
import { expect, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { editorBeside } from "../../support/plainEditor.ts";
import { hangAfter, say } from "../../support/scriptedBackend.ts";

test("code actions are answered at once; what comes of them is a message", async () => {
	const editor = await editorBeside([hangAfter("so far"), say("It is 42.")]);
	await editor.open("# %%\nimport time\nprint('on')\ntime.sleep(600)");
	const offered = await editor.rpc.sendRequest<{ command: string; arguments: object[] }[]>(
		"textDocument/codeAction",
		{
			textDocument: { uri: editor.uri },
			range: { start: { line: 1, character: 0 }, end: { line: 1, character: 6 } },
			context: { diagnostics: [] },
		},
	);
	const [ask, runCell] = offered.map(
		({ command, arguments: [argument] }) =>
			() =>
				editor.run(command, argument),
	);
	expect(await ask!()).toEqual({ sessionId: editor.sessionId });
	expect(await runCell!()).toEqual({ sessionId: editor.sessionId });
	await editor.client.event("cellOutput");
	await until(() => editor.backend.requests.length === 1);
	expect(await editor.run("ipyai.interrupt")).toEqual({ interrupted: true });
	await editor.client.event("turnFinished");
	await ask!();
	await until(() => editor.shown().includes("It is 42."));
	await until(() => editor.shown().some((text) => text.includes("KeyboardInterrupt")));
});

test("offers to ask and to run", async () => {
	const { rpc, open, uri } = await editorBeside();
	await open("# %%\nx = 1\n");
	const actions = async (line: number, character: number, diagnostics: object[] = [], only?: string[]) => {
		const range = { start: { line, character: 0 }, end: { line, character } };
		const found: { title: string }[] = await rpc.sendRequest("textDocument/codeAction", {
			textDocument: { uri },
			range,
			context: { diagnostics, ...(only ? { only } : {}) },
		});
		return found.map(({ title }) => title);
	};
	expect(await actions(1, 0)).toEqual(["Run cell in ipyai"]);
	expect(await actions(1, 3)).toEqual(["Ask ipyai about this", "Run cell in ipyai"]);
	expect(await actions(1, 0, [{ message: "no such name" }])).toEqual([
		"Ask ipyai about: no such name",
		"Run cell in ipyai",
	]);
	expect(await actions(1, 3, [], ["source.organizeImports"])).toEqual([]);
	expect(await actions(1, 0, [], ["quickfix"])).toEqual([]);
	expect((await actions(1, 0, [{ message: "no such name" }], ["quickfix"]))[0]).toBe(
		"Ask ipyai about: no such name",
	);
});
