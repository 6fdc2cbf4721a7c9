/**
 * What the server adds to the first token on each backend that is warm: a prompt over the socket to the first delta
 * that comes back, beside the same prompt given to the backend's own client, in turn, against the same loopback model.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findClaude } from "../server/backends/claudeSdk/locate.ts";
import { findCodex } from "../server/backends/codex/locate.ts";
import { loopAccount, loopToken } from "../tests/support/modelServer/codexWire.ts";
import { startLoopback } from "./loopback.ts";
import { claudeDirect, codexDirect, type Direct, openAiDirect } from "./peers.ts";
import { median, ms, percentile, printRow } from "./row.ts";

const rounds = 60;
const warmUp = 5;
const prompt = "hi";
const loopback = await startLoopback();

/** A conversation that goes on, on both sides. */
const compareWarm = async (backend: string, peerName: string, direct: Direct): Promise<void> => {
	const sessionId = await loopback.newSession(backend);
	const ours: number[] = [];
	const peer: number[] = [];
	for (let round = 0; round < rounds + warmUp; round++) {
		const [a, b] = [await loopback.firstToken(sessionId, prompt), await direct.ask(prompt)];
		if (round < warmUp) continue;
		ours.push(a);
		peer.push(b);
	}
	await loopback.closeSession(sessionId);
	direct.close();
	const row = (what: string, a: number, b: number, target: string) =>
		printRow({ what, ours: ms(a), peer: ms(b), peerName, ratio: `${(a - b).toFixed(2)} ms added`, target });
	row(`first token, warm (${backend}): median`, median(ours), median(peer), "≤ +1 ms");
	row("the same, 99th percentile", percentile(ours, 0.99), percentile(peer, 0.99), "≤ +3 ms");
};

const { OPENAI_API_KEY, OPENAI_BASE_URL, CODEX_HOME, IPYAI_CODEX_API_BASE_URL } = loopback.environment;
const openAi = await openAiDirect({ apiKey: OPENAI_API_KEY, baseURL: OPENAI_BASE_URL });
await compareWarm("openai-api", "openai directly", openAi);
const [claude, codex] = [findClaude({}), findCodex({})];
if (claude === null) process.stderr.write("claude-sdk is not measured: Claude Code is not installed\n");
else await compareWarm("claude-sdk", "a streaming query()", claudeDirect(claude, loopback));
if (codex === null) process.stderr.write("codex is not measured: Codex is not installed\n");
else await compareWarm("codex", "the app-server directly", await codexDirect(codex, loopback));
// Last: Codex itself is not to see this login.
const token = loopToken("bench", 4_000_000_000);
const tokens = { access_token: token, account_id: loopAccount };
writeFileSync(join(CODEX_HOME!, "auth.json"), JSON.stringify({ tokens }), { mode: 0o600 });
const chatGpt = await openAiDirect({
	apiKey: token,
	baseURL: IPYAI_CODEX_API_BASE_URL,
	defaultHeaders: { "chatgpt-account-id": loopAccount },
});
await compareWarm("codex-api", "openai directly, the same endpoint", chatGpt);
await loopback.close();
process.exit(0);
