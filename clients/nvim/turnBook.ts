/** The conversation as Markdown: each turn is a text that grows, and of which now and then the end is told anew. */
import type { Content, SessionEvent, SessionHint, TranscriptItem } from "../../protocol/index.ts";
import { toolLine } from "../../protocol/toolLine.ts";
import { codeBlocks } from "../common/codeBlocks.ts";
import { plainText } from "../common/terminalText.ts";
import type { Who } from "./cellBook.ts";
import type { Editor } from "./editor.ts";

type Part =
	| { readonly kind: "text"; readonly id: string; text: string }
	| {
			readonly kind: "tool";
			readonly id: string;
			readonly name: string;
			readonly args: Readonly<Record<string, unknown>>;
			text: string;
	  }
	| { readonly kind: "note"; readonly id: string; text: string };

type Turn = {
	readonly turnId: string;
	readonly past: boolean;
	head: string;
	run: number | null;
	state: "queued" | "running" | "finished" | "removed";
	parts: Part[];
	stopReason: string | null;
	error: string | null;
	/** What Lua has of it. */
	told: string;
	/** Markdown as of the last telling plus what was appended since, while nothing else changed. */
	grown: string | null;
};

type TurnEvent = Extract<SessionEvent, { turnId: string }>;
type TurnHint = Extract<SessionHint, { turnId: string }>;

export class TurnBook {
	readonly #editor: Editor;
	readonly #who: Who;
	readonly #turns = new Map<string, Turn>();
	readonly #runs: { run: number; source: string; turnId: string | null }[] = [];

	constructor(editor: Editor, who: Who) {
		this.#editor = editor;
		this.#who = who;
	}

	/** A prompt of Lua's goes to the server; its turn may be seen before the answer that names it. */
	expect(run: number, source: string): { accepted(turnId: string): void; refused(): void } {
		const expected = { run, source, turnId: null as string | null };
		this.#runs.push(expected);
		const remove = (): boolean => {
			const index = this.#runs.indexOf(expected);
			if (index >= 0) this.#runs.splice(index, 1);
			return index >= 0;
		};
		return {
			accepted: (turnId) => {
				expected.turnId = turnId;
				const turn = this.#turns.get(turnId);
				if (!turn || turn.run !== null || !remove()) return;
				turn.run = run;
				this.#tell(turn);
			},
			refused: () => void remove(),
		};
	}

	onEvent(event: TurnEvent): void {
		if (event.kind === "promptAccepted") {
			const { turnId, by, source, content } = event;
			const turn = newTurn(turnId, false, this.#headOf(by, content));
			turn.run = this.#claim(turnId, by, source);
			this.#turns.set(turnId, turn);
			this.#tell(turn);
			return;
		}
		const turn = this.#turns.get(event.turnId);
		if (turn === undefined) return;
		this.#fold(turn, event);
		this.#tell(turn);
	}

	#fold(turn: Turn, event: Exclude<TurnEvent, { kind: "promptAccepted" }>): void {
		switch (event.kind) {
			case "turnStarted":
				turn.state = "running";
				for (const [index, warning] of event.warnings.entries())
					setPart(turn, { kind: "note", id: `warning ${index}`, text: `*${plainText(warning)}*` });
				return;
			case "text":
				setPart(turn, { kind: "text", id: event.itemId, text: plainText(event.text) });
				return;
			case "toolCall": {
				const { callId, name, args } = event;
				setPart(turn, { kind: "tool", id: callId, name, args, text: toolText(name, args, null) });
				return;
			}
			case "toolResult": {
				const part = turn.parts.find(({ kind, id }) => kind === "tool" && id === event.callId);
				if (part?.kind !== "tool") return;
				const result = { text: contentText(event.content), isError: event.isError };
				setPart(turn, { ...part, text: toolText(part.name, part.args, result) });
				return;
			}
			case "steered":
				setPart(turn, {
					kind: "note",
					id: `steer ${turn.parts.length}`,
					text: quoted(contentText(event.content)),
				});
				return;
			case "promptRemoved":
				turn.state = "removed";
				turn.grown = null;
				return;
			case "turnFinished":
				this.#end(turn, event.stopReason, event.error);
				return;
			default:
				return; // numbers, thinking, approvals and edits of the queue are not part of the text
		}
	}

	onHint(hint: TurnHint): void {
		const turn = this.#turns.get(hint.turnId);
		if (turn === undefined || hint.kind !== "textDelta") return;
		const last = turn.parts.at(-1);
		const delta = plainText(hint.delta);
		if (last?.kind === "text" && last.id === hint.itemId) {
			last.text += delta;
			if (turn.grown !== null) turn.grown += delta;
		} else setPart(turn, { kind: "text", id: hint.itemId, text: delta });
		this.#tell(turn);
	}

	/** A turn of the past, or one that is known and is told anew. */
	item(item: Extract<TranscriptItem, { kind: "turn" }>): void {
		const known = this.#turns.get(item.turnId);
		const turn = known ?? newTurn(item.turnId, item.state === "finished", "");
		turn.head = this.#headOf(item.by, item.content);
		turn.grown = null;
		turn.state = item.state;
		turn.parts = item.parts.flatMap((part): Part[] => {
			if (part.kind === "text") return [{ kind: "text", id: part.itemId, text: plainText(part.text) }];
			if (part.kind === "steer")
				return [{ kind: "note", id: "steer", text: quoted(contentText(part.content)) }];
			if (part.kind !== "toolCall") return [];
			const { callId, name, args } = part;
			const result = part.result && { text: contentText(part.result.content), isError: part.result.isError };
			return [{ kind: "tool", id: callId, name, args, text: toolText(name, args, result) }];
		});
		this.#turns.set(item.turnId, turn);
		if (item.state === "finished") this.#end(turn, item.stopReason, item.error);
		this.#tell(turn);
	}

	clear(): void {
		this.#turns.clear();
		this.#runs.length = 0;
	}

	#end(turn: Turn, stopReason: string | null, error: string | null): void {
		turn.state = "finished";
		turn.stopReason = stopReason;
		turn.error = error;
		const reason = endNote(stopReason, error);
		if (reason !== null) setPart(turn, { kind: "note", id: "end", text: reason });
	}

	#headOf(by: string | null, content: readonly Content[]): string {
		const name = this.#who.isMe(by) ? "You" : this.#who.name(by);
		return `## ${plainText(name)}\n\n${quoted(contentText(content))}`;
	}

	#claim(turnId: string, by: string | null, source: string): number | null {
		const index = this.#runs.findIndex(
			(run) => run.turnId === turnId || (run.turnId === null && run.source === source && this.#who.isMe(by)),
		);
		return index < 0 ? null : this.#runs.splice(index, 1)[0]!.run;
	}

	#tell(turn: Turn): void {
		this.#editor.update(`turn ${turn.turnId}`, () => {
			const text = turn.grown ?? markdownOf(turn);
			const same = turn.grown !== null ? turn.told.length : commonLength(turn.told, text);
			const from = Buffer.byteLength(text.slice(0, same));
			turn.told = text;
			turn.grown = turn.parts.at(-1)?.kind === "text" ? text : null;
			const { turnId, run, state, past, stopReason, error } = turn;
			const ended = state === "finished";
			const answer = answerOf(turn);
			return {
				kind: "chat",
				turnId,
				run,
				state,
				head: Buffer.byteLength(turn.head),
				from,
				text: text.slice(same),
				past,
				...(ended && { answer, blocks: codeBlocks(answer), stopReason, error }),
			};
		});
	}
}

const newTurn = (turnId: string, past: boolean, head: string): Turn => ({
	turnId,
	past,
	head,
	run: null,
	state: "queued",
	parts: [],
	stopReason: null,
	error: null,
	told: "",
	grown: null,
});

/** Replaces the part with this id, or adds it. */
const setPart = (turn: Turn, part: Part): void => {
	const index = turn.parts.findIndex(({ kind, id }) => kind === part.kind && id === part.id);
	turn.grown = null;
	if (index < 0) turn.parts.push(part);
	else turn.parts[index] = part;
};

const markdownOf = ({ head, parts, state }: Turn): string =>
	state === "removed" ? "" : [head, ...parts.map(({ text }) => text)].join("\n\n");

const answerOf = ({ parts }: Turn): string =>
	parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("\n\n");

const toolText = (...call: Parameters<typeof toolLine>): string =>
	plainText(`*${toolLine(...call).replaceAll("*", "\\*")}*`);

const contentText = (content: readonly Content[]): string =>
	content.map((part) => (part.kind === "text" ? part.text : `[${part.mimeType}]`)).join("\n");

const quoted = (text: string): string =>
	plainText(text)
		.split("\n")
		.map((line) => `> ${line}`.trimEnd())
		.join("\n");

const endNote = (stopReason: string | null, error: string | null): string | null => {
	if (error !== null) return `**Failed:** ${plainText(error)}`;
	if (stopReason === null || stopReason === "endTurn") return null;
	return stopReason === "cancelled" ? "*(cancelled)*" : `*(ended: ${stopReason})*`;
};

/** The length of the common beginning, never inside of a surrogate pair. */
const commonLength = (a: string, b: string): number => {
	const limit = Math.min(a.length, b.length);
	let length = 0;
	while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++;
	return length > 0 && /[\ud800-\udbff]/.test(a[length - 1]!) ? length - 1 : length;
};
