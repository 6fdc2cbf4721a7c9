import { expect, test } from "vitest";
import { z } from "zod";
import { editorCommands } from "../../protocol/editorCommands.ts";
import { clientMethods } from "../../protocol/index.ts";
import { InitializeParams } from "../../protocol/initialize.ts";
import { lspClientMethods } from "../../protocol/lsp.ts";
import { initializeProblem } from "../../server/initializeProblem.ts";
import { createRandom, scaled } from "../support/random.ts";
import { randomParams } from "../support/randomParams.ts";

type Json = { readonly [key: string]: unknown };

test("each text and each list that a client may send has a bound", () => {
	const methods = Object.entries({ ...clientMethods, ...lspClientMethods });
	const schemas: (readonly [string, z.ZodType])[] = [
		...methods.map(([name, { params }]) => [name, params] as const),
		...Object.entries(editorCommands).map(([name, { argument }]) => [name, argument] as const),
	];
	const unbounded = schemas.flatMap(([name, schema]) =>
		unboundedIn(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json, name),
	);
	// Documents, of which too long ones are not kept, and what is not looked into.
	expect([...new Set(unbounded)]).toMatchInlineSnapshot(`
		[
		  "initialize.initializationOptions",
		  "textDocument/didOpen.textDocument.text",
		  "textDocument/didChange.contentChanges.text",
		  "notebookDocument/didOpen.cellTextDocuments.text",
		  "notebookDocument/didChange.change.cells.structure.didOpen.text",
		  "notebookDocument/didChange.change.cells.textContent.changes.text",
		]
	`);
});

const unboundedIn = (schema: Json, path: string): string[] => {
	const nested = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((each) => (each ?? []) as Json[]);
	const fields = Object.entries((schema.properties ?? {}) as Record<string, Json>);
	const isOpen =
		(schema.type === "string" && !schema.maxLength && !schema.enum && !("const" in schema)) ||
		(schema.type === "array" && schema.maxItems === undefined);
	return [
		...(isOpen ? [path] : []),
		...nested.flatMap((each) => unboundedIn(each, path)),
		...fields.flatMap(([name, each]) => unboundedIn(each, `${path}.${name}`)),
		...(schema.items ? unboundedIn(schema.items as Json, path) : []),
	];
};

test("`initialize` is checked as its schema says, without it", () => {
	const random = createRandom(1);
	const environment = { PATH: "/usr/bin" };
	const pools = {
		cwd: ["/", "/home/me", "rel", "", "/a\0b", `/${"x".repeat(5000)}`],
		environment: [environment, {}, { A: 1 }, [], null, { A: "x".repeat(2_000_001) }],
		initializationOptions: [undefined, null, 7, "text", [], {}, { aiShell: null }],
	};
	let valid = 0;
	for (let round = 0; round < scaled(3000); round++) {
		const params = randomParams(InitializeParams, pools, random);
		const fits = InitializeParams.safeParse(params).success;
		if (fits) valid++;
		expect(initializeProblem(params) === null, `${JSON.stringify(params)}`).toBe(fits);
	}
	expect(valid).toBeGreaterThan(scaled(300));
});
