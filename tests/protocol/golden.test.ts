import { expect, test } from "vitest";
import { clientMethods, ErrorCodes, serverMethods } from "../../protocol/index.ts";
import { protocolSchema, schemaFile } from "../../scripts/schema/protocolSchema.ts";
import { documentFile, referenceText, withReference } from "../../scripts/schema/reference.ts";
import { readSource } from "../support/sources.ts";

test("docs/schema.json is made from the schemas as they are: after a change run `npm run schema`", () => {
	expect(JSON.parse(readSource(schemaFile))).toEqual(JSON.parse(JSON.stringify(protocolSchema())));
});

test("every reference in the schema leads somewhere, and every type is referred to", () => {
	const text = readSource(schemaFile);
	const { $defs } = JSON.parse(text);
	const names = [...text.matchAll(/"#\/\$defs\/([^"]+)"/g)].map(([, name = ""]) => name);
	expect(names.length).toBeGreaterThan(0);
	expect(names.filter((name) => $defs[name] === undefined)).toEqual([]);
	expect(Object.keys($defs).filter((name) => !names.includes(name))).toEqual([]);
});

test("the reference in docs/protocol.md is made from the schema: after a change run `npm run schema`", () => {
	const document = readSource(documentFile);
	expect(document).toBe(withReference(document, referenceText(JSON.parse(readSource(schemaFile)))));
});

test("every method in the schema says what it does, and every error code when it comes", () => {
	const { methods, errorCodes } = JSON.parse(readSource(schemaFile));
	for (const group of ["client", "server"])
		for (const [name, { description }] of Object.entries<{ description?: string }>(methods[group]))
			expect(description, name).toMatch(/\.$/);
	for (const [name, { description }] of Object.entries<{ description?: string }>(errorCodes))
		expect(description, name).toMatch(/\w/);
});

test("the methods of the protocol: removing or renaming one breaks clients", () => {
	expect(Object.keys(clientMethods).sort()).toMatchInlineSnapshot(`
		[
		  "aiShell/retire",
		  "backend/list",
		  "cell/execute",
		  "cell/interrupt",
		  "cell/propose",
		  "command/run",
		  "context/preview",
		  "context/receipt",
		  "input/answer",
		  "kernel/adopt",
		  "kernel/complete",
		  "kernel/end",
		  "kernel/history",
		  "kernel/inspect",
		  "kernel/isComplete",
		  "kernel/resize",
		  "kernel/variables",
		  "model/list",
		  "notebook/load",
		  "notebook/save",
		  "output/read",
		  "permission/answer",
		  "queue/edit",
		  "queue/list",
		  "queue/remove",
		  "session/attach",
		  "session/cancel",
		  "session/close",
		  "session/configure",
		  "session/delete",
		  "session/detach",
		  "session/export",
		  "session/fork",
		  "session/import",
		  "session/list",
		  "session/new",
		  "session/prompt",
		  "session/rename",
		  "session/reset",
		  "session/resume",
		  "session/steer",
		  "session/transcript",
		  "textDocument/didPartiallyAcceptCompletion",
		  "textDocument/didShowCompletion",
		  "textDocument/inlineCompletion",
		  "tool/list",
		  "turn/hide",
		]
	`);
	expect(Object.keys(serverMethods).sort()).toMatchInlineSnapshot(`
		[
		  "input/request",
		  "session/update",
		]
	`);
});

test("the error codes of the protocol: a number never gets another meaning", () => {
	expect(ErrorCodes).toMatchInlineSnapshot(`
		{
		  "backendNotReady": -32016,
		  "contentModified": -32801,
		  "hostLacksCapability": -32014,
		  "internalError": -32603,
		  "invalidParams": -32602,
		  "invalidRequest": -32600,
		  "itemNotFound": -32015,
		  "kernelNotAlive": -32013,
		  "limitReached": -32017,
		  "methodNotFound": -32601,
		  "notController": -32012,
		  "parseError": -32700,
		  "requestCancelled": -32800,
		  "requestFailed": -32803,
		  "serverNotInitialized": -32002,
		  "sessionInUse": -32018,
		  "sessionNotFound": -32010,
		  "sessionOwnedElsewhere": -32011,
		}
	`);
});
