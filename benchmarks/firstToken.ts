/**
 * What the server adds to the first token: a prompt over the socket to the first delta that comes back, beside the
 * same request made with the provider's SDK directly, in turn, against the same loopback model.
 */
import Anthropic from "@anthropic-ai/sdk";
import { startLoopback } from "./loopback.ts";
import { median, ms, percentile, printRow } from "./row.ts";

const rounds = 300;
const loopback = await startLoopback();

const sdk = new Anthropic({
	apiKey: loopback.environment.ANTHROPIC_API_KEY,
	baseURL: loopback.environment.ANTHROPIC_BASE_URL,
	maxRetries: 0,
});
const direct = async (): Promise<number> => {
	const started = performance.now();
	let first = 0;
	const stream = sdk.messages.stream({
		model: "claude-sonnet-5-5",
		max_tokens: 1000,
		messages: [{ role: "user", content: "<user-request>hi</user-request>" }],
	});
	for await (const event of stream)
		if (event.type === "content_block_delta" && event.delta.type === "text_delta" && first === 0)
			first = performance.now() - started;
	return first;
};

const ours: number[] = [];
const peer: number[] = [];
for (let round = 0; round < rounds + 20; round++) {
	// A session for each round, so that the conversation does not grow and both sides send the same.
	const sessionId = await loopback.newSession("claude-api");
	const [a, b] = [await loopback.firstToken(sessionId, "hi"), await direct()];
	await loopback.closeSession(sessionId);
	if (round < 20) continue;
	ours.push(a);
	peer.push(b);
}
const added = ours.map((value, index) => value - peer[index]!);
printRow({
	what: "first token, warm (claude-api), prompt without refs: median added",
	ours: ms(median(ours)),
	peer: ms(median(peer)),
	peerName: "@anthropic-ai/sdk directly",
	ratio: `+${median(added).toFixed(2)} ms`,
	target: "≤ +1 ms",
});
printRow({
	what: "the same, 99th percentile",
	ours: ms(percentile(ours, 0.99)),
	peer: ms(percentile(peer, 0.99)),
	peerName: "@anthropic-ai/sdk directly",
	ratio: `+${(percentile(ours, 0.99) - percentile(peer, 0.99)).toFixed(2)} ms`,
	target: "≤ +3 ms",
});
await loopback.close();
process.exit(0);
