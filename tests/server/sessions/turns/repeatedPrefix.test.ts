/**
 * What a provider's cache lives on: in a session on a real kernel, each request that reaches the model begins with the
 * whole one before, whatever the person and the model do meanwhile. Each backend with its real package or program.
 */
import { expect, test } from "vitest";
import { backendSubjects } from "../../../support/backendSubjects.ts";
import { startModelServer } from "../../../support/modelServer/modelServer.ts";
import { repeatedShare } from "../../../support/requestPrefix.ts";
import { startTestServer } from "../../../support/server.ts";
import { launchTestKernel, nextRequestId } from "../../../support/sessionWithKernel.ts";

const picture =
	'from IPython.display import Image; import base64; Image(base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="))';

const call = (name: string, args: object) => `@@tool ${name} ${JSON.stringify(args)}@@`;

/** A cell, and the prompt after it. */
const steps: readonly (readonly [string, string])[] = [
	["value = [1]\nprint('one')", "hello"],
	["value.append(2)\nvalue", "and $`value`?"],
	["value.append(3)", `$\`value\` again @@think@@ ${call("pyrun", { code: "value.append(4)\nvalue" })}`],
	[
		"'''Prices are in euros.'''",
		`@@say Two.@@ ${call("pyrun", { code: "1/0" })} ${call("pyrun", { code: "len(value)" })} @@then@@ @@think@@ ${call("pyrun", { code: "sum(value)" })}`,
	],
	[picture, "what is in it, and in !`echo shell`?"],
	[
		"def greet(name: str) -> str:\n\t'Greets.'\n\treturn f'Dear {name}'\n%ipyai tool greet",
		call("call_tool", { name: "greet", args: { name: "Ada" } }),
	],
	["undefined", "why?"],
	["del value", "what about &`greet` and $`value`?"],
	["%ipyai context", "last"],
];

const subjects = backendSubjects.filter(({ missing }) => missing === null);

test.each(subjects)(
	"$name: each request of a session begins with the one before",
	{
		timeout: 60_000,
	},
	async (subject) => {
		await using model = await startModelServer();
		const server = await startTestServer({ backends: [subject.create()] });
		const client = await server.connect({ environment: subject.environment(model) });
		const { state } = await client.request("session/new", {
			requestId: nextRequestId(),
			cwd: server.folder,
			kernel: launchTestKernel(),
			settings: { backend: subject.name, model: subject.model, permissions: "yolo" },
		});
		const { sessionId } = state;
		await client.event("kernelAttached");
		for (const [code, text] of steps) {
			const { cellId } = await client.request("cell/execute", {
				sessionId,
				requestId: nextRequestId(),
				code,
			});
			await client.event("cellFinished", (event) => event.cellId === cellId);
			const content = [{ kind: "text" as const, text }];
			const { turnId } = await client.request("session/prompt", {
				sessionId,
				requestId: nextRequestId(),
				content,
			});
			const { stopReason, error } = await client.event("turnFinished", (event) => event.turnId === turnId);
			expect([stopReason, error], text).toEqual(["endTurn", null]);
		}
		await client.request("session/close", { sessionId, requestId: nextRequestId() });
		const { requests } = model;
		expect(requests.length).toBeGreaterThanOrEqual(steps.length + 4);
		expect(requests.at(-1)!.raw).toContain("Dear Ada");
		for (const [index, request] of requests.entries())
			if (index > 0) expect(repeatedShare(requests[index - 1]!, request), `request ${index}`).toBe(1);
		const kinds = client.updates.flatMap((update) => (update.kind === "event" ? [update.event.kind] : []));
		expect(kinds).not.toContain("epochStarted");
	},
);
