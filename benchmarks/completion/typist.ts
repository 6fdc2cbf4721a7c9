/**
 * A recording typed in real time into something that suggests, every key asking as editors do, and what came of it.
 * Nothing is accepted: where a suggestion is right, the person types along it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type LoopbackModel, startLoopbackModel } from "./loopbackModel.ts";
import type { Key } from "./recording.ts";

/** One document in something that suggests. */
export type Subject = {
	/** Makes the edit and asks; `""` for nothing. */
	type(key: Key): Promise<string>;
	close(): Promise<void>;
};

export type Figures = {
	readonly keys: number;
	/** Keys that type along what is on the screen. */
	readonly along: number;
	/** Of these, those at which no model was asked. */
	readonly alongUnasked: number;
	readonly modelRequests: number;
	/** Suggestions that a person could have taken: right, and on the screen for `takeMs`. Each end of a line counts once. */
	readonly takeable: number;
	/** From a key to what a model suggests there, less the model's own time. */
	readonly lagsMs: readonly number[];
};

const modelMs = 350;
const takeMs = 500;

/** The model knows the rest of the line, but at one place in four it says something else. */
const wrong = "something_else()";
const knows = (prefix: string): boolean => {
	let hash = 7;
	for (const char of prefix) hash = (hash * 31 + char.codePointAt(0)!) % 1_000_003;
	return hash % 4 !== 0;
};

export const typeInto = async (
	keys: readonly Key[],
	start: (model: LoopbackModel) => Promise<Subject>,
): Promise<Figures> => {
	let at = -1;
	let modelRequests = 0;
	const askedAt = new Set<number>();
	const model = await startLoopbackModel({
		delayMs: modelMs,
		answer: (prefix, suffix) => {
			modelRequests++;
			const place = keys.findLastIndex(
				(key, index) => index <= at && key.prefix.endsWith(prefix) && key.suffix.startsWith(suffix),
			);
			askedAt.add(place);
			const rest = keys[place]?.rest ?? null;
			return rest !== null && knows(prefix) ? rest : wrong;
		},
	});
	const subject = await start(model);

	let shown = "";
	let shownSince = 0;
	const takeable = new Set<number>();
	const lagsMs: number[] = [];
	/** Ends what has been on the screen, or goes on with what is left of it. */
	const show = (text: string, isSame: boolean): void => {
		const { rest, restEnd } = keys[at] ?? { rest: null, restEnd: 0 };
		if (shown !== "" && shown === rest && performance.now() - shownSince >= takeMs) takeable.add(restEnd);
		if (!isSame) shownSince = performance.now();
		shown = text;
	};
	const along: number[] = [];
	let dueMs = performance.now();
	for (const [index, key] of keys.entries()) {
		dueMs += key.gapMs;
		await delay(Math.max(0, dueMs - performance.now()));
		const isHere = key.from === key.to && key.from === keys[at]?.prefix.length;
		const isAlong = isHere && shown.length > key.text.length && shown.startsWith(key.text);
		show(isAlong ? shown.slice(key.text.length) : "", isAlong);
		at = index;
		if (isAlong) along.push(index);
		const typedAt = performance.now();
		const answer = subject.type(key).then((text) => {
			if (at !== index) return;
			if (text !== shown) show(text, false);
			if (text !== "" && askedAt.has(index)) lagsMs.push(performance.now() - typedAt - modelMs);
		});
		answer.catch(() => {}); // a newer key was faster
	}
	await delay(2 * modelMs);
	show("", false);
	await subject.close();
	model.close();
	return {
		keys: keys.length,
		along: along.length,
		alongUnasked: along.filter((index) => !askedAt.has(index)).length,
		modelRequests,
		takeable: takeable.size,
		lagsMs,
	};
};
