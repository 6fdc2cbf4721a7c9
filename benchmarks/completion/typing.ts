/**
 * Recorded typing into our server, into what waits for a fixed pause, and into tabby-agent: the same keys at the same
 * time, and the same model.
 */

import { anthropicAt, documentOf, type OurServerOptions, startOurServer } from "../ourServer.ts";
import { median, ms, printRow } from "../row.ts";
import { fixedPause } from "./fixedPause.ts";
import { type Key, recordedKeys } from "./recording.ts";
import { startTabbyAgent } from "./tabbyAgent.ts";
import { type Figures, type Subject, typeInto } from "./typist.ts";

/** All recordings at once, in real time. Files go into the folder. */
export const benchTyping = async (folder: string, hasPeer: boolean): Promise<void> => {
	const recordings = recordedKeys();
	const everyone = async (type: (keys: readonly Key[], name: string) => Promise<Figures>) =>
		sum(await Promise.all(recordings.map((keys, index) => type(keys, `typing${index}`))));
	const [ours, fixed, peer] = await Promise.all([
		everyone((keys, name) =>
			typeInto(keys, ({ url }) => ourSubject({ folder, name, environment: anthropicAt(url, folder) })),
		),
		everyone((keys) => typeInto(keys, async ({ url }) => fixedPause(url, 300))),
		hasPeer ? everyone((keys) => typeInto(keys, ({ url }) => peerSubject(url))) : null,
	]);
	const compare = (row: Comparison, name: string, figures: Figures): void => {
		const [a, b] = [row.of(ours), row.of(figures)];
		const ratio = `${(a / b).toFixed(2)}×`;
		printRow({
			what: row.what,
			ours: row.format(a),
			peer: row.format(b),
			peerName: name,
			ratio,
			target: row.target,
		});
	};
	const { unasked, requests, takeable, each, lag } = comparisons(ours.keys);
	if (peer) for (const row of [unasked, requests, takeable, each, lag]) compare(row, "tabby-agent", peer);
	for (const row of [requests, takeable, each]) compare(row, "a fixed pause of 300 ms", fixed);
};

type Comparison = {
	readonly what: string;
	of(figures: Figures): number;
	format(value: number): string;
	readonly target: string;
};

const comparisons = (keys: number) =>
	({
		unasked: {
			what: "typed-through keys without a model request",
			of: ({ along, alongUnasked }) => (100 * alongUnasked) / along,
			format: (share) => `${share.toFixed(1)} %`,
			target: "≥ 95 %",
		},
		requests: {
			what: `model requests for ${keys} recorded keys, every one of which asks`,
			of: ({ modelRequests }) => modelRequests,
			format: String,
			target: "–",
		},
		takeable: {
			what: "right suggestions that stood for half a second or more",
			of: ({ takeable }) => takeable,
			format: String,
			target: "–",
		},
		each: {
			what: "model requests for each of these",
			of: ({ modelRequests, takeable }) => modelRequests / takeable,
			format: (count) => count.toFixed(1),
			target: "< 1×",
		},
		lag: {
			what: "a key to the suggestion of a model asked there, less the model's time: median",
			of: ({ lagsMs }) => median(lagsMs),
			format: ms,
			target: "–",
		},
	}) satisfies Record<string, Comparison>;

const ourSubject = async (options: Omit<OurServerOptions, "backends">): Promise<Subject> => {
	const { client, close } = await startOurServer({ ...options, backends: null });
	const document = documentOf(client, `file://${options.folder}/${options.name}.py`, "");
	return {
		type: ({ from, to, text }) => {
			document.edit(from, to, text);
			return document.ask(from + text.length, 2);
		},
		close,
	};
};

const peerSubject = async (modelUrl: string): Promise<Subject> => {
	const agent = await startTabbyAgent(modelUrl);
	return {
		type: ({ prefix, suffix }) =>
			agent.suggest({ text: prefix + suffix, offset: prefix.length, manually: false }),
		close: agent.close,
	};
};

const sum = (all: readonly Figures[]): Figures => ({
	keys: all.reduce((count, { keys }) => count + keys, 0),
	along: all.reduce((count, { along }) => count + along, 0),
	alongUnasked: all.reduce((count, { alongUnasked }) => count + alongUnasked, 0),
	modelRequests: all.reduce((count, { modelRequests }) => count + modelRequests, 0),
	takeable: all.reduce((count, { takeable }) => count + takeable, 0),
	lagsMs: all.flatMap(({ lagsMs }) => lagsMs),
});
