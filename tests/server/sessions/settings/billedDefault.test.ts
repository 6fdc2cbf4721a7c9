/** Who pays is told when nobody has chosen it, once. */
import { expect, test } from "vitest";
import type { Login, SettingsPatch } from "../../../../protocol/index.ts";
import { say, scriptedBackend } from "../../../support/scriptedBackend.ts";
import { startTestServer } from "../../../support/server.ts";
import { nextRequestId } from "../../../support/sessionWithKernel.ts";

const start = async (login: Login) => {
	const server = await startTestServer({
		backends: [{ ...scriptedBackend(say("ok")), login: () => login }],
	});
	return async (settings: SettingsPatch = {}): Promise<string[]> => {
		const client = await server.connect({ environment: { HOME: server.folder } });
		const { state } = await client.request("session/new", {
			requestId: nextRequestId(),
			cwd: server.folder,
			kernel: null,
			settings,
		});
		const { turnId } = await client.request("session/prompt", {
			sessionId: state.sessionId,
			requestId: nextRequestId(),
			content: [{ kind: "text", text: "hi" }],
		});
		await client.event("turnFinished", (event) => event.turnId === turnId);
		return client.updates.flatMap((update) =>
			update.kind === "hint" && update.hint.kind === "notice" ? [update.hint.text] : [],
		);
	};
};

test("a key that is used by default is told with the first prompt, and not again", async () => {
	const notices = await start({ kind: "environment", name: "SCRIPTED_API_KEY" });
	expect(await notices()).toEqual([
		"Prompts go to scripted and are billed to SCRIPTED_API_KEY; %ipyai backend shows the others.",
	]);
	expect(await notices()).toEqual([]);
});

test.each<Login>([{ kind: "login", name: "an account" }, { kind: "notNeeded" }])(
	"%j is not billed",
	async (login) => {
		const notices = await start(login);
		expect(await notices()).toEqual([]);
	},
);
