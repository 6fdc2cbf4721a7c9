/**
 * The calls of a streamed chat completion, from their pieces. Most servers number them by `index` and give the id and
 * the name with the first piece. Others leave out one or all of these, number every call 0, repeat id and name with
 * each piece, send each call whole, or send again what was sent before.
 */
import { objectOf } from "../programs/json.ts";

export type CallPiece = {
	readonly index?: number | null;
	readonly id?: string | null;
	readonly function?: { readonly name?: string | null; readonly arguments?: unknown } | null;
	/** Gemini's signature; it may come in a piece of its own. */
	readonly extra_content?: unknown;
};

export type ChatCall = {
	readonly id: string;
	readonly name: string;
	readonly json: string;
	readonly extra: unknown;
};

type OpenCall = {
	id: string;
	name: string;
	/** The pieces of the arguments, one after the other. */
	json: string;
	/** The same as `json`, where a piece may begin with all before it: it stands instead of them. */
	told: string;
	extra: unknown;
};

export class ChatCalls {
	readonly #open: OpenCall[] = [];
	/** The call that pieces with an index belong to: the latest that began under it. */
	readonly #byIndex = new Map<number, OpenCall>();

	/** Of calls whose pieces all have a name: reading them anew with each piece would take ever longer. */
	#charsToRead = 10_000_000;

	get isEmpty(): boolean {
		return this.#open.length === 0;
	}

	/** Tells how much the model has written with this piece. */
	take(piece: CallPiece): number {
		const call = this.#callOf(piece);
		if (piece.id) call.id = piece.id;
		if (piece.function?.name) call.name = piece.function.name;
		const args = textOf(piece);
		call.json += args;
		call.told = args.length >= call.told.length && args.startsWith(call.told) ? args : call.told + args;
		call.extra ??= piece.extra_content;
		return args.length;
	}

	/** All calls, in their order; one that was told twice stands once. */
	whole(): ChatCall[] {
		const calls = this.#open.map(({ id, name, json, told, extra }) => ({
			id,
			name,
			json: objectOf(json) === null && objectOf(told) !== null ? told : json,
			extra,
		}));
		const told = new Set<string>();
		return calls.filter(({ id, name, json }) => {
			const key = JSON.stringify([id, name, json]);
			const isRepeated = id !== "" && told.has(key);
			told.add(key);
			return !isRepeated;
		});
	}

	/** Only a piece with a name begins a call; it begins another one when its id says so, or the open one is whole. */
	#isAnother(piece: CallPiece, open: OpenCall): boolean {
		const name = piece.function?.name;
		if (!name || open.name === "") return false;
		if (piece.id && open.id !== "") return piece.id !== open.id;
		if (name !== open.name) return true;
		this.#charsToRead -= open.json.length;
		return this.#charsToRead > 0 && objectOf(open.json) !== null && textOf(piece) !== open.json;
	}

	#callOf(piece: CallPiece): OpenCall {
		const index = piece.index ?? null;
		const open = index === null ? this.#open.at(-1) : this.#byIndex.get(index);
		if (open !== undefined && !this.#isAnother(piece, open)) return open;
		const call = { id: "", name: "", json: "", told: "", extra: undefined };
		this.#open.push(call);
		if (index !== null) this.#byIndex.set(index, call);
		return call;
	}
}

const textOf = (piece: CallPiece): string => {
	const args = piece.function?.arguments ?? "";
	return typeof args === "string" ? args : JSON.stringify(args);
};
