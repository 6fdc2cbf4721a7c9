/**
 * One conversation that goes from backend to backend, each with its real package or program: every one knows all that
 * was said, called and found out before. A model on loopback stands where a provider would; `local` runs its own.
 */
import { expect, test } from "vitest";
import { LocalBackend } from "../../../../server/backends/local/local.ts";
import { backendSubjects } from "../../../support/backendSubjects.ts";
import { testModelPath } from "../../../support/localModel.ts";
import { startModelServer } from "../../../support/modelServer/modelServer.ts";
import { startTestServer } from "../../../support/server.ts";
import { launchTestKernel, nextRequestId } from "../../../support/sessionWithKernel.ts";

/** The login that `codex-api` wants lies where `codex` has none. */
const subjects = backendSubjects.filter(({ name, missing }) => name !== "codex-api" && missing === null);
const order = [
	"claude-sdk",
	"codex",
	"openai-api",
	"local",
	"openai-chat",
	"claude-api",
	"claude-sdk",
].filter((name) =>
	name === "local" ? testModelPath !== null : subjects.some((subject) => subject.name === name),
);

test("a conversation goes on over all backends, with a call of the tool in each", {
	timeout: 120_000,
}, async () => {
	await using model = await startModelServer();
	const environment = Object.assign(
		{},
		...subjects.map((subject) => subject.environment(model)),
		testModelPath === null ? {} : { IPYAI_LOCAL_MODEL: testModelPath },
	);
	const backends = [...subjects.map((subject) => subject.create()), new LocalBackend()];
	const server = await startTestServer({ backends });
	const client = await server.connect({ environment });
	const { state } = await client.request("session/new", {
		requestId: nextRequestId(),
		cwd: server.folder,
		kernel: launchTestKernel(),
		settings: { backend: order[0]!, permissions: "yolo" },
	});
	const { sessionId } = state;
	await client.event("kernelAttached");
	const ask = async (text: string) => {
		const { turnId } = await client.request("session/prompt", {
			sessionId,
			requestId: nextRequestId(),
			content: [{ kind: "text", text }],
			source: `.${text}`,
		});
		const { stopReason, error } = await client.event("turnFinished", (event) => event.turnId === turnId);
		expect([stopReason, error]).toEqual(["endTurn", null]);
		return client.updates.flatMap((update) =>
			update.kind === "event" && update.event.kind === "text" && update.event.turnId === turnId
				? [update.event.text]
				: [],
		);
	};

	/** What was said so far: prompts, answers, and what calls found out. */
	const known: string[] = [];
	try {
		for (const [step, backend] of order.entries()) {
			const subject = subjects.find(({ name }) => name === backend);
			const settings = { backend, model: subject?.model ?? "default" };
			if (step > 0)
				await client.request("session/configure", { sessionId, requestId: nextRequestId(), settings });
			model.requests.length = 0;
			if (backend === "local") {
				const [answer = ""] = await ask("What is the capital of France?");
				expect(answer).not.toBe("");
				known.push("What is the capital of France?", answer);
				continue;
			}
			// The value is the kernel's: it grows from call to call.
			const code = `count = globals().get("count", 100) + ${step + 1}; print(f"count is {count}")`;
			await ask(`Step ${step}. @@say Looking at ${step}.@@ @@tool pyrun ${JSON.stringify({ code })}@@`);
			const { raw } = model.requests[0]!;
			for (const words of known)
				expect(raw, `${backend} knows`).toContain(JSON.stringify(words).slice(1, -1));
			const count =
				100 + order.slice(0, step + 1).reduce((sum, name, n) => sum + (name === "local" ? 0 : n + 1), 0);
			expect(model.requests.at(-1)!.raw).toContain(`count is ${count}`);
			known.push(`Step ${step}.`, `Looking at ${step}.`, `count is ${count}`);
		}
	} finally {
		await client.request("session/close", { sessionId, requestId: nextRequestId() });
		await Promise.all(backends.map((backend) => backend.dispose()));
	}
});
