/**
 * What the process of its own costs a model on this machine: tokens a second, the first token of a conversation that
 * goes on, and what of that conversation is read again for it, beside node-llama-cpp with the same model and as many
 * threads in one process.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type ChatHistoryItem, getLlama, LlamaChat, LlamaLogLevel } from "node-llama-cpp";
import { testModel } from "../scripts/setup/testModel.mjs";
import { LocalBackend } from "../server/backends/local/local.ts";
import type { Entry } from "../server/context/transcript.ts";
import { median, ms, printRow } from "./row.ts";

const rounds = 8;
const tokens = 96;
const systemPrompt = "You help with Python. ".repeat(40);
const prompt = (round: number) => `Tell me about the number ${round}, at length.`;
const model = join(import.meta.dirname, "..", testModel);

/** Tokens of one turn: found from before, read now, made. */
type Tokens = { readonly kept: number; readonly read: number; readonly made: number };

/** Milliseconds to the first text, and tokens a second after it. */
type Measured = Tokens & { readonly first: number; readonly rate: number };

const measured = (started: number, first: number, tokens: Tokens): Measured => ({
	...tokens,
	first: first - started,
	rate: (1000 * (tokens.made - 1)) / (performance.now() - first),
});

/** The least share of a prompt's tokens that the next one finds read. */
const leastKept = (turns: readonly Measured[]): number =>
	Math.min(...turns.slice(1).map(({ kept }, index) => Math.min(1, kept / promptOf(turns[index]!))));

const promptOf = ({ kept, read }: Tokens): number => kept + read;

const backend = new LocalBackend();
const transcript: Entry[] = [];
const askOurs = async (round: number): Promise<Measured> => {
	const started = performance.now();
	let first = Number.NaN;
	let counted: Tokens = { kept: Number.NaN, read: Number.NaN, made: Number.NaN };
	transcript.push({ role: "user", content: [{ kind: "text", text: prompt(round) }] });
	for await (const update of backend.runTurn({
		conversationId: "benchmark",
		environment: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "/" },
		cwd: "/",
		systemPrompt,
		transcript: [...transcript],
		tools: [],
		model,
		think: "m",
		search: null,
		maxRounds: 1,
		maxOutputTokens: tokens,
		signal: new AbortController().signal,
		callTool: async ({ callId }) => ({ callId, content: [], isError: true }),
		permitProviderTool: async () => null,
		takeSteering: () => [],
	})) {
		if (update.kind === "textDelta" && Number.isNaN(first)) first = performance.now();
		if (update.kind === "response") transcript.push(update.entry);
		if (update.kind !== "end") continue;
		const { cacheReadTokens: kept, inputTokens: read, outputTokens: made } = update.usage ?? {};
		counted = { kept: kept ?? Number.NaN, read: read ?? Number.NaN, made: made ?? Number.NaN };
	}
	return measured(started, first, counted);
};

const openPeer = async (): Promise<(round: number) => Promise<Measured>> => {
	const threads = Math.max(1, availableParallelism() - 1);
	const llama = await getLlama({ build: "never", logLevel: LlamaLogLevel.error, maxThreads: threads });
	const loaded = await llama.loadModel({ modelPath: model });
	const context = await loaded.createContext({ contextSize: 8192, threads });
	const chat = new LlamaChat({ contextSequence: context.getSequence() });
	const history: ChatHistoryItem[] = [{ type: "system", text: systemPrompt }];
	return async (round) => {
		const started = performance.now();
		let first = Number.NaN;
		const before = chat.sequence.tokenMeter.getState();
		history.push({ type: "user", text: prompt(round) });
		const { response } = await chat.generateResponse([...history, { type: "model", response: [] }], {
			maxTokens: tokens,
			onTextChunk: () => {
				if (Number.isNaN(first)) first = performance.now();
			},
		});
		history.push({ type: "model", response: [response] });
		const { usedInputTokens: read, usedOutputTokens: made } = chat.sequence.tokenMeter.diff(before);
		return measured(started, first, { kept: chat.sequence.nextTokenIndex - read - made, read, made });
	};
};

if (!existsSync(model))
	process.stderr.write("local is not measured: its model is missing; npm test gets it\n");
else {
	const askPeer = await openPeer();
	const ours: Measured[] = [];
	const peer: Measured[] = [];
	for (let round = 0; round <= rounds; round++) {
		const [a, b] = [await askOurs(round), await askPeer(round)];
		// The first reads the system prompt and loads the model.
		if (round === 0) continue;
		ours.push(a);
		peer.push(b);
	}
	const middle = (of: readonly Measured[], key: keyof Measured) => median(of.map((each) => each[key]));
	const [rate, peerRate] = [middle(ours, "rate"), middle(peer, "rate")];
	printRow({
		what: "model on this machine (135M): tokens a second, median",
		ours: rate.toFixed(0),
		peer: peerRate.toFixed(0),
		peerName: "node-llama-cpp alone",
		ratio: `${(rate / peerRate).toFixed(2)}×`,
		target: "≥ 0.95×",
	});
	const [first, peerFirst] = [middle(ours, "first"), middle(peer, "first")];
	printRow({
		what: "the same: first token of the next prompt, median",
		ours: ms(first),
		peer: ms(peerFirst),
		peerName: "node-llama-cpp alone",
		ratio: `${(first / peerFirst).toFixed(2)}×`,
		target: "≤ 1.1×",
	});
	const [kept, peerKept] = [leastKept(ours), leastKept(peer)];
	printRow({
		what: `the same: share of a prompt that the next one finds read, least of ${rounds} turns`,
		ours: `${(100 * kept).toFixed(2)} %`,
		peer: `${(100 * peerKept).toFixed(2)} %`,
		peerName: "node-llama-cpp alone",
		ratio: (kept / peerKept).toFixed(3),
		target: "≥ 99.9 %",
	});
	await backend.dispose();
	process.exit(0);
}
