/** The login of `codex-api`: found, renewed, written back where Codex keeps it. */
import {
	lstatSync,
	readdirSync,
	readFileSync,
	renameSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { codexApiBackend } from "../../../support/apiBackends.ts";
import { codexLoginHome } from "../../../support/backendSubjects.ts";
import { Conversation } from "../../../support/conversation.ts";
import { loopAccount, loopToken } from "../../../support/modelServer/codexWire.ts";
import { type ModelServer, startModelServer } from "../../../support/modelServer/modelServer.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const later = now / 1000 + 3600;
let server: ModelServer;
beforeAll(async () => {
	server = await startModelServer();
});
afterAll(() => server.close());
beforeEach(() => {
	server.requests.length = 0;
	server.tokenRequests.length = 0;
});

const environmentOf = (home: string) => ({
	CODEX_HOME: home,
	IPYAI_CODEX_API_BASE_URL: `${server.url}/backend-api/codex`,
	IPYAI_CODEX_TOKEN_URL: `${server.url}/oauth/token`,
});
const conversationIn = (home: string) =>
	new Conversation(
		codexApiBackend(() => now),
		environmentOf(home),
		"gpt-5.5",
	);
const stored = (home: string) => JSON.parse(readFileSync(join(home, "auth.json"), "utf8"));
const tokenNames = () => server.requests.map(({ headers }) => headers.authorization?.split(".").at(-1));

test("sends Codex's token and account, and no key of anybody", async () => {
	const home = codexLoginHome(loopToken("good", later));
	expect((await conversationIn(home).say("hello")).text).toBe("You said: hello");
	const [request] = server.requests;
	expect(request?.path).toBe("/backend-api/codex/responses");
	expect(request?.headers).toMatchObject({
		authorization: `Bearer ${loopToken("good", later)}`,
		"chatgpt-account-id": loopAccount,
		originator: "ipyai",
	});
	expect(server.tokenRequests).toEqual([]);
});

test("finds the account in the token when the file does not name it", async () => {
	const claims = { "https://api.openai.com/auth": { chatgpt_account_id: loopAccount } };
	const home = codexLoginHome(loopToken("good", later, claims), { account_id: undefined });
	expect((await conversationIn(home).say("hello")).stopReason).toBe("endTurn");
});

test("renews a login that is about to expire, once for all who wait, and keeps the rest of the file", async () => {
	const home = codexLoginHome(loopToken("old", now / 1000 + 30), { refresh_token: "refresh-1", other: 1 });
	const file = join(home, "auth.json");
	writeFileSync(file, JSON.stringify({ ...stored(home), OPENAI_API_KEY: null, kept: [1, 2] }));
	const backend = codexApiBackend(() => now);
	const turns = [1, 2].map(() => new Conversation(backend, environmentOf(home), "gpt-5.5").say("hello"));
	expect((await Promise.all(turns)).map(({ stopReason }) => stopReason)).toEqual(["endTurn", "endTurn"]);
	expect(server.tokenRequests).toHaveLength(1);
	expect(tokenNames()).toEqual(["renewed", "renewed"]);
	expect(stored(home)).toMatchObject({
		OPENAI_API_KEY: null,
		kept: [1, 2],
		last_refresh: "2026-01-01T12:00:00.000Z",
		tokens: { account_id: loopAccount, refresh_token: "refresh-2", other: 1 },
	});
	expect(statSync(file).mode & 0o777).toBe(0o600);
	expect(readdirSync(home)).toEqual(["auth.json"]);
});

test("renews a refused login and asks again, once", async () => {
	const home = codexLoginHome(loopToken("expired", later), { refresh_token: "refresh-1" });
	const turn = await conversationIn(home).say("hello");
	expect(turn.text).toBe("You said: hello");
	expect(tokenNames()).toEqual(["expired", "renewed"]);
	expect(turn.updates.filter(({ kind }) => kind === "retrying")).toEqual([]);
});

test("a link to the file stays a link", async () => {
	const home = codexLoginHome(loopToken("expired", later), { refresh_token: "refresh-1" });
	const file = join(home, "auth.json");
	renameSync(file, join(home, "real.json"));
	symlinkSync("real.json", file);
	expect((await conversationIn(home).say("hello")).stopReason).toBe("endTurn");
	expect(lstatSync(file).isSymbolicLink()).toBe(true);
	expect(stored(home).tokens.refresh_token).toBe("refresh-2");
});

test("a refresh token that was used before says how to log in again, and leaves the file alone", async () => {
	const home = codexLoginHome(loopToken("expired", later), { refresh_token: "refresh-0" });
	const before = readFileSync(join(home, "auth.json"), "utf8");
	const turn = await conversationIn(home).say("hello");
	expect(turn.stopReason).toBe("failed");
	expect(turn.error).toContain("log in again with codex login");
	expect(turn.error).not.toContain("refresh-0");
	expect(readFileSync(join(home, "auth.json"), "utf8")).toBe(before);
});

test("without a login the turn says how to get one", async () => {
	const home = codexLoginHome("");
	const backend = codexApiBackend();
	expect(backend.login(environmentOf(home))).toMatchObject({ kind: "missing" });
	expect((await conversationIn(home).say("hello")).error).toBe(
		'No key for backend "codex-api": log in to ChatGPT with codex login or choose another backend with %ipyai backend.',
	);
	expect(server.requests).toEqual([]);
});
