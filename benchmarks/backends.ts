/**
 * A prompt's way through a warm backend and back, the client's process and the socket included, beside the same prompt
 * given to the backend's own client, in turn, against the same loopback model. `firstToken.ts` counts the server alone.
 */
import { startLoopback } from "./loopback.ts";
import { type Pair, pairs } from "./peers.ts";
import { median, ms, percentile, printRow } from "./row.ts";

const rounds = 60;
const warmUp = 5;
const prompt = "hi";
const loopback = await startLoopback();

/** A conversation that goes on, on both sides. */
const compareWarm = async ({ backend, name: peerName, start }: Pair): Promise<void> => {
	const direct = await start();
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
	const row = (what: string, a: number, b: number) =>
		printRow({
			what,
			ours: ms(a),
			peer: ms(b),
			peerName,
			ratio: `${(a - b).toFixed(2)} ms more`,
			target: "–",
		});
	row(`prompt to first token, there and back (${backend}): median`, median(ours), median(peer));
	row("the same, 99th percentile", percentile(ours, 0.99), percentile(peer, 0.99));
};

for (const pair of pairs(loopback)) await compareWarm(pair);
await loopback.close();
process.exit(0);
