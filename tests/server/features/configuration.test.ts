/** An editor's own settings. */
import { expect, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { editorWith } from "../../support/plainEditor.ts";
import { say, scriptedBackend } from "../../support/scriptedBackend.ts";

test("the editor's settings choose the models", async () => {
	const backend = scriptedBackend(say("1"));
	const { open, run, suggest } = await editorWith(backend, {
		settings: { model: "wished-1", completionModel: "wished-mini", somethingElse: true },
	});
	await open("x = ");
	await suggest(4);
	await run("ipyai.prompt", { text: "hi" });
	expect(backend.requests.map(({ model }) => model)).toEqual(["wished-mini", "wished-1"]);
});

test("where suggestions are to come only when asked for, none comes by itself", async () => {
	const backend = scriptedBackend(say("1"));
	const { open, suggest } = await editorWith(backend, {
		settings: { automaticSuggestions: false },
	});
	await open("x = ");
	expect((await suggest(4, "automatic")).items).toHaveLength(0);
	expect((await suggest(4, "asked")).items).toHaveLength(1);
});

test("settings that are sent empty are not made; a backend that is not there is told by its name", async () => {
	const backend = scriptedBackend(say("1"));
	const complete = async (settings: object) => {
		const { open, suggest } = await editorWith(backend, { settings });
		await open("x = ");
		return suggest(4);
	};
	await complete({ backend: "", model: "", completionModel: " " });
	expect(backend.requests.map(({ model }) => model)).toEqual([backend.defaultCompletionModel]);
	await expect(complete({ backend: "claud" })).rejects.toThrow('No backend "claud".');
});

test("a wrong setting is told and not used; wrong parameters are the editor's fault", async () => {
	const { rpc, run, shown } = await editorWith(scriptedBackend(say("1")), {
		settings: { model: 7 },
	});
	await until(() => shown().length > 0);
	expect(shown()[0]).toContain("ipyai.model");
	await expect(run("ipyai.prompt", { txt: "?" })).rejects.toMatchObject({ code: -32602 });
	await expect(run("ipyai.unknown")).rejects.toMatchObject({ code: -32602 });
	await expect(rpc.sendRequest("textDocument/codeAction", { textDocument: {} })).rejects.toMatchObject({
		code: -32602,
	});
	expect(await run("ipyai.completionStatistics")).toEqual({
		fromCache: 0,
		modelRequests: 0,
		dropped: 0,
		shown: 0,
		partiallyAccepted: 0,
	});
});
