import { expect, test } from "vitest";
import { hangAfter, say } from "../../support/scriptedBackend.ts";
import { startKernelSession } from "../../support/sessionWithKernel.ts";

test("a hidden turn stays for people and goes for the model, until it is shown again", async () => {
	const session = await startKernelSession([say("one"), say("two"), say("three")]);
	const { client, sessionId, backend } = session;
	const { turnId } = await session.ask("a");
	const hide = (requestId: string, hidden: boolean) =>
		client.request("turn/hide", { sessionId, requestId, turnId, hidden });
	await hide("h1", true);
	await hide("h2", true);
	expect(await client.event("turnHidden")).toMatchObject({ turnId, hidden: true });
	const { items } = await client.request("session/transcript", { sessionId, before: null, limit: 9 });
	expect(items).toMatchObject([{ turnId, hidden: true }]);
	await session.ask("b");
	expect(JSON.stringify(backend.requests[1]!.transcript)).not.toContain("one");
	await hide("h3", false);
	await session.ask("c");
	expect(JSON.stringify(backend.requests[2]!.transcript)).toContain("one");
	const hidden = client.updates.filter((each) => each.kind === "event" && each.event.kind === "turnHidden");
	expect(hidden).toHaveLength(2);
});

test("only a turn that has ended can be hidden", async () => {
	const session = await startKernelSession([hangAfter("Half")]);
	const { client, sessionId } = session;
	const { turnId } = await session.send("a");
	const hide = (id: string) =>
		client.request("turn/hide", { sessionId, requestId: id, turnId: id, hidden: true });
	await expect(hide(turnId)).rejects.toMatchObject({
		code: -32015,
		message: expect.stringContaining("not ended"),
	});
	await expect(hide("none")).rejects.toMatchObject({ code: -32015 });
});
