/**
 * The calls of a streamed chat completion, from their pieces. Most servers number them by `index` and give the id and
 * the name with the first piece. Others leave out one or all of these, number every call 0, repeat id and name with
 * each piece, or send each call whole.
 */
export type CallPiece = {
	readonly index?: number | null;
	readonly id?: string | null;
	readonly function?: { readonly name?: string | null; readonly arguments?: unknown } | null;
	/** Gemini's signature; it may come in a piece of its own. */
	readonly extra_content?: unknown;
};

export type ChatCall = { id: string; name: string; json: string; extra: unknown };

export class ChatCalls {
	readonly all: ChatCall[] = [];
	/** The call that pieces with an index belong to: the latest that began under it. */
	readonly #byIndex = new Map<number, ChatCall>();

	take(piece: CallPiece): void {
		const call = this.#callOf(piece);
		if (piece.id) call.id = piece.id;
		if (piece.function?.name) call.name = piece.function.name;
		const args = piece.function?.arguments ?? "";
		call.json = typeof args === "string" ? call.json + args : JSON.stringify(args);
		call.extra ??= piece.extra_content;
	}

	#callOf(piece: CallPiece): ChatCall {
		const index = piece.index ?? null;
		const open = index === null ? this.all.at(-1) : this.#byIndex.get(index);
		if (open !== undefined && !isAnother(piece, open)) return open;
		const call: ChatCall = { id: "", name: "", json: "", extra: undefined };
		this.all.push(call);
		if (index !== null) this.#byIndex.set(index, call);
		return call;
	}
}

/** Only a piece with a name begins a call; it begins another one when its id says so, or the open one is whole. */
const isAnother = (piece: CallPiece, open: ChatCall): boolean => {
	const name = piece.function?.name;
	if (!name || open.name === "") return false;
	if (piece.id && open.id !== "") return piece.id !== open.id;
	return name !== open.name || isWhole(open.json);
};

const isWhole = (json: string): boolean => {
	try {
		return typeof JSON.parse(json) === "object";
	} catch {
		return false;
	}
};
