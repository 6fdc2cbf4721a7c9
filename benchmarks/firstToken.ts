/**
 * What the server adds to the first token of a warm backend, as the design counts it: from the prompt's arrival to the
 * request's leaving, and from the answer's first text to the bytes for the client; less what the backend's own client
 * takes for the same, from the call to the request's leaving and from the first text to its event.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { join } from "node:path";
import { startModel } from "./loopback.ts";
import { serveHere } from "./ourServer.ts";
import { type Pair, pairs } from "./peers.ts";
import type { Told } from "./promptingClient.ts";
import { median, ms, percentile, printRow } from "./row.ts";
import { resetWire, wire } from "./wire.ts";

const conversations = 10;
const prompts = 30;
/** Prompts of each conversation that are not counted. */
const warmUp = 3;
const prompt = "hi";

/** When the prompt came to the server, and when the first delta went out. */
const seen = { prompt: Number.NaN, delta: Number.NaN };
const isServers = (socket: Socket): boolean => (socket as { server?: unknown }).server != null;
const { emit } = Socket.prototype;
// Below `write`: what is written in one turn of the event loop goes out together at its end.
const below = Socket.prototype as unknown as Record<"_write" | "_writev", (...args: unknown[]) => void>;
for (const name of ["_write", "_writev"] as const) {
	const send = below[name];
	below[name] = function (this: Socket, ...args) {
		const chunks =
			name === "_write" ? [args[0]] : (args[0] as { chunk: unknown }[]).map(({ chunk }) => chunk);
		const hasDelta = isServers(this) && chunks.some((chunk) => String(chunk).includes('"textDelta"'));
		send.apply(this, args);
		if (hasDelta && Number.isNaN(seen.delta)) seen.delta = performance.now();
	};
}
Socket.prototype.emit = function (this: Socket, event: string | symbol, ...args: unknown[]) {
	if (event === "data" && isServers(this) && String(args[0]).includes('"session/prompt"'))
		seen.prompt = performance.now();
	return (emit as (...all: unknown[]) => boolean).call(this, event, ...args);
} as typeof emit;

const model = await startModel();
const { folder, environment } = model;
const { path, close } = serveHere({ folder, name: "first", backends: null });
// A client in this process would take time of the server's.
const client = fork(join(import.meta.dirname, "promptingClient.ts"), [path, folder], { env: environment });

/** Resolves when the client has done as it was told. */
const done = async (): Promise<void> => {
	const [{ error }] = (await once(client, "message")) as [{ error: string | null }];
	if (error !== null) throw new Error(error);
};
const tell = async (told: Told): Promise<void> => {
	client.send(told);
	await done();
};

const ask = async (): Promise<number> => {
	Object.assign(seen, { prompt: Number.NaN, delta: Number.NaN });
	resetWire();
	await tell({ prompt });
	return wire.sent - seen.prompt + seen.delta - wire.text;
};

const compare = async ({ backend, name, start }: Pair): Promise<void> => {
	const ours: number[] = [];
	const peer: number[] = [];
	for (let conversation = 0; conversation < conversations; conversation++) {
		const direct = await start();
		await tell({ session: backend });
		for (let round = 0; round < prompts + warmUp; round++) {
			const mine = await ask();
			resetWire();
			const theirs = (await direct.ask(prompt)) - (wire.text - wire.sent);
			if (Number.isNaN(mine + theirs)) throw new Error(`${backend}: a moment was not seen`);
			if (round < warmUp) continue;
			ours.push(mine);
			peer.push(theirs);
		}
		direct.close();
	}
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

await done();
// `node benchmarks/firstToken.ts claude-api`: the named ones alone.
const wanted = process.argv.slice(2);
for (const pair of pairs(model))
	if (wanted.length === 0 || wanted.includes(pair.backend)) await compare(pair);
client.kill();
await close();
await model.close();
process.exit(0);
