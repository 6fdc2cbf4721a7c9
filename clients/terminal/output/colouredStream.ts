/** What a cell prints, for a terminal where it scrolls by: colours stay, and a line may be written over while it is open. */
import { isSeen } from "../../../ground/text/plainText.ts";
import { joined, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { applySgr, noSgr, sgrSequence } from "../../../ground/text/sgr.ts";
import { type Piece, TextReader } from "../../../ground/text/textPieces.ts";

/** Text may come in pieces, cut anywhere. */
export class ColouredStream {
	readonly #reader = new TextReader();
	#sgr = noSgr;

	write(text: string): ScreenText {
		return joined(this.#reader.read(text).map((piece) => this.#take(piece)));
	}

	/** Colours end. */
	end(): ScreenText {
		const rest = this.#reader.end().map((piece) => this.#take(piece));
		const reset = sgrSequence(this.#sgr) === "" ? [] : [styled`\x1b[0m`];
		this.#sgr = noSgr;
		return joined([...rest, ...reset]);
	}

	#take(piece: Piece): ScreenText {
		if (isSeen(piece)) return piece;
		if (piece === "\r") return styled`\r`;
		const [, parameters] = /^\x1b\[([\d;:]*)m$/.exec(piece) ?? [];
		if (parameters === undefined) return words``;
		this.#sgr = applySgr(this.#sgr, parameters);
		return styled`\x1b[0m${sgrSequence(this.#sgr)}`;
	}
}
