/**
 * What the server adds to the first token of a warm backend, as the design counts it: from the prompt's arrival to the
 * request's leaving, and from the answer's first text to the bytes for the client; less what the backend's own client
 * takes for the same, from the call to the request's leaving and from the first text to its event.
 */

import { Socket } from "node:net";
import { startModel } from "./loopback.ts";
import { startOurServer } from "./ourServer.ts";
import { type Pair, pairs } from "./peers.ts";
import { median, ms, percentile, printRow } from "./row.ts";
import { resetWire, wire } from "./wire.ts";

const rounds = 300;
const warmUp = 20;
const prompt = "hi";

/** When the prompt came to the server, and when the first delta went out. */
const seen = { prompt: Number.NaN, delta: Number.NaN };
const isServers = (socket: Socket): boolean => (socket as { server?: unknown }).server != null;
const { write, emit } = Socket.prototype;
Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>) {
	if (Number.isNaN(seen.delta) && isServers(this) && String(args[0]).includes('"textDelta"'))
		seen.delta = performance.now();
	return write.apply(this, args);
} as typeof write;
Socket.prototype.emit = function (this: Socket, event: string | symbol, ...args: unknown[]) {
	if (event === "data" && isServers(this) && String(args[0]).includes('"session/prompt"'))
		seen.prompt = performance.now();
	return (emit as (...all: unknown[]) => boolean).call(this, event, ...args);
} as typeof emit;

const model = await startModel();
const { folder, environment } = model;
const { client, close } = await startOurServer({ folder, name: "first", backends: null, environment });
let onFinished: (error: string | null) => void = () => {};
client.onUpdate((update) => {
	if (update.kind === "event" && update.event.kind === "turnFinished") onFinished(update.event.error);
});
let requests = 0;
const requestId = (): string => `request-${++requests}`;

const ask = async (sessionId: string): Promise<number> => {
	Object.assign(seen, { prompt: Number.NaN, delta: Number.NaN });
	resetWire();
	const ended = new Promise<void>((resolve, reject) => {
		onFinished = (error) => (error === null ? resolve() : reject(new Error(error)));
	});
	const content = [{ kind: "text" as const, text: prompt }];
	await client.request("session/prompt", { sessionId, requestId: requestId(), content });
	await ended;
	return wire.sent - seen.prompt + seen.delta - wire.text;
};

const compare = async ({ backend, name, start }: Pair): Promise<void> => {
	const direct = await start();
	const settings = { backend };
	const { state } = await client.request("session/new", {
		requestId: requestId(),
		cwd: folder,
		kernel: null,
		settings,
	});
	const ours: number[] = [];
	const peer: number[] = [];
	for (let round = 0; round < rounds + warmUp; round++) {
		const mine = await ask(state.sessionId);
		resetWire();
		const theirs = (await direct.ask(prompt)) - (wire.text - wire.sent);
		if (Number.isNaN(mine + theirs)) throw new Error(`${backend}: a moment was not seen`);
		if (round < warmUp) continue;
		ours.push(mine);
		peer.push(theirs);
	}
	direct.close();
	await client.request("session/close", { sessionId: state.sessionId, requestId: requestId() });
	const row = (what: string, a: number, b: number, target: string) =>
		printRow({
			what,
			ours: ms(a),
			peer: ms(b),
			peerName: name,
			ratio: `${(a - b).toFixed(2)} ms added`,
			target,
		});
	row(`added to the first token (${backend}): median`, median(ours), median(peer), "≤ +1 ms");
	row("the same, 99th percentile", percentile(ours, 0.99), percentile(peer, 0.99), "≤ +3 ms");
};

// `node benchmarks/firstToken.ts claude-api`: the named ones alone.
const wanted = process.argv.slice(2);
for (const pair of pairs(model))
	if (wanted.length === 0 || wanted.includes(pair.backend)) await compare(pair);
await close();
await model.close();
process.exit(0);
