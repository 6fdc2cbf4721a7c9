/** Each message that docs/protocol.md prints for a method is one: it fits its schema, and a real server takes it as it stands there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clientMethods, ErrorCodes, serverMethods } from "../../protocol/index.ts";
import { lspClientMethods, lspServerMethods } from "../../protocol/lsp.ts";
import { anyRequest } from "../../protocol/method.ts";
import { type Message, rawClient } from "../support/rawClient.ts";
import { say, scriptedBackend } from "../support/scriptedBackend.ts";
import { scriptedHost } from "../support/scriptedHost.ts";
import { startTestServer } from "../support/server.ts";

const document = readFileSync(join(import.meta.dirname, "../../docs/protocol.md"), "utf8");
const printed = [
	...document.matchAll(
		/^#### `([^`]+)`\n\n\*(Request|Notification), (client|server) → [^\n]*\n\n```json\n(.*)\n```$/gm,
	),
].map(([, method, kind, from, text]) => ({ method: method!, kind: kind!, from: from!, text: text! }));
const theirs = { ...clientMethods, ...lspClientMethods };
const ours = { ...serverMethods, ...lspServerMethods };

test("there is one for each method", () => {
	const of = (side: string) => printed.filter(({ from }) => from === side).map(({ method }) => method);
	expect(of("client").sort()).toEqual(Object.keys(theirs).sort());
	expect(of("server").sort()).toEqual(Object.keys(ours).sort());
});

test.each(printed)("$method from the $from fits its schema", ({ method, from, kind, text }) => {
	const message = JSON.parse(text);
	const schemas: Readonly<Record<string, { kind: string; params: { parse(value: unknown): unknown } }>> =
		from === "client" ? theirs : ours;
	expect(message).toMatchObject({ jsonrpc: "2.0", method });
	expect("id" in message).toBe(kind === "Request");
	expect(schemas[method]!.kind).toBe(kind.toLowerCase());
	schemas[method]!.params.parse(message.params);
});

const example = (method: string): string =>
	printed.find((each) => each.method === method && each.from === "client")!.text;
const told = Object.entries(ErrorCodes);
const nameOf = (code: number): string => told.find(([, each]) => each === code)?.[0] ?? String(code);

const eventOf = (params: unknown): { readonly kind: string; readonly approvalId?: string } | undefined =>
	(params as { event?: { kind: string; approvalId?: string } } | undefined)?.event;

test("a real server takes each of them, and answers with a result or with an error that is listed", async () => {
	const server = await startTestServer({
		backends: [scriptedBackend(say("Hello."))],
		createHost: scriptedHost,
	});
	const places = (text: string) =>
		text
			.replaceAll("file:///home/me/project", `file://${server.folder}`)
			.replaceAll("/home/me/project", server.folder);
	const refused: string[] = [];
	for (const { method, kind, text } of printed.filter(({ from }) => from === "client")) {
		const client = rawClient(server.open());
		const answer = async (id: number) => client.until((message) => message.id === id && !message.method);
		client.send(method === "initialize" ? places(text) : places(example("initialize")));
		const first = await answer(2);
		expect(first.error, "initialize").toBeUndefined();
		if (method === "initialize") continue;
		client.send(example("initialized"));
		// What the words in it stand for.
		const made = JSON.parse(places(example("session/new"))) as Message & { params: object };
		client.send({ ...made, id: 3, params: { ...made.params, requestId: `for ${method}` } });
		const { state } = (await answer(3)).result as { state: { sessionId: string } };
		const { sessionId } = state;
		const content = [{ kind: "text", text: "hello" }];
		client.send({
			id: 4,
			method: "session/prompt",
			params: { sessionId, requestId: `ask for ${method}`, content },
		});
		const { turnId } = (await answer(4)).result as { turnId: string };
		await client.until(({ params }) => eventOf(params)?.kind === "turnFinished");
		client.send(places(example("textDocument/didOpen")));
		const real = text
			.replaceAll('"sessionId":"session"', `"sessionId":"${sessionId}"`)
			.replaceAll('"turnId":"turn"', `"turnId":"${turnId}"`);
		client.send(places(real.replace('"id":2,', '"id":5,')));
		// A cell that a program proposes is asked about.
		if (method === "cell/propose") {
			const asked = (await client.until(({ params }) => eventOf(params)?.kind === "approvalAsked")).params;
			const { approvalId } = eventOf(asked)!;
			client.send({
				id: 7,
				method: "permission/answer",
				params: { sessionId, approvalId, decision: "allow" },
			});
		}
		if (kind === "Notification") {
			if (method === "exit") continue;
			// The next request is answered: the connection has not ended of it, and nothing was complained of.
			client.send({ id: 6, method: "backend/list", params: {} });
			expect((await answer(6)).error, method).toBeUndefined();
			continue;
		}
		const { error } = (await answer(5)) as { error?: { code: number; message: string } };
		if (error === undefined) continue;
		const { errors } = theirs[method as keyof typeof theirs] as { errors: readonly string[] };
		expect(
			["parseError", "invalidRequest", "methodNotFound", "invalidParams", "internalError"],
			`${method}: ${error.message}`,
		).not.toContain(nameOf(error.code));
		expect([...errors, ...anyRequest], `${method}: ${error.message}`).toContain(nameOf(error.code));
		refused.push(`${method}: ${nameOf(error.code)}`);
	}
	// What these name is not there, or waits no more.
	expect(refused).toEqual([
		"queue/edit: itemNotFound",
		"queue/remove: itemNotFound",
		"output/read: itemNotFound",
		"input/answer: itemNotFound",
		"permission/answer: itemNotFound",
	]);
	expect(server.logged.filter((line) => /params|fits|schema/.test(line))).toEqual([]);
});
