/** The conversation as Markdown: each turn is a text that grows, and of which now and then the end is told anew. */

import { contentText } from "../../ground/text/contentText.ts";
import { PlainStream, plainText, rowText } from "../../ground/text/plainText.ts";
import { joined, type PlainText, partOf, rowsOf, trimmedEnd, words } from "../../ground/text/screenText.ts";
import type { Content, StopReason, TranscriptItem, TurnChanges } from "../../protocol/index.ts";
import { codeBlocks } from "../common/markdown/answerParts.ts";
import type { Submission } from "../common/session/liveSession.ts";
import type { TextView, ToolCallView, TurnView } from "../common/session/turnView.ts";
import type { Author, TranscriptAction } from "../common/shell/action.ts";
import { changesText, turnNote } from "../common/shell/wording.ts";
import { answerCells } from "./answerCells.ts";
import { nameOf, type RunOf } from "./cellBook.ts";
import { inNeovim } from "./commandWords.ts";
import type { Editor } from "./editor.ts";
import { exact } from "./messages.ts";
import { type Block, type ToolResult, toolText } from "./toolText.ts";

type Part = {
	readonly kind: "text" | "thinking" | "tool" | "note";
	readonly id: string;
	text: PlainText;
	/** A tool's code and output in it. */
	readonly blocks?: readonly Block[];
};

type Turn = {
	readonly turnId: string;
	readonly author: Author;
	past: boolean;
	head: PlainText;
	/** What of the head was not typed. */
	headBlocks: readonly Block[];
	run: number | null;
	state: "queued" | "running" | "finished" | "removed";
	parts: Part[];
	stopReason: StopReason | null;
	error: PlainText | null;
	/** What Lua has of it. */
	told: PlainText;
	/** Markdown as of the last telling plus what was appended since, while nothing else changed. */
	grown: PlainText | null;
	/** Cleans the part that grows. */
	stream: PlainStream;
};

/** Text of the model's, by item. */
type Spoken = Pick<TextView, "kind" | "itemId" | "text">;

/** Stands before each line of thinking; `lua/ipyai/chat/folds.lua` folds by it. */
const thinkingMark = words`┊ `;

/** What happens in a turn. */
export type TurnAction = Extract<TranscriptAction, { turn: unknown }>;

export class TurnBook {
	readonly #editor: Editor;
	readonly #runOf: RunOf;
	/** Whether what the model thinks is a part of the text. */
	showsThinking = true;
	readonly #turns = new Map<string, Turn>();

	constructor(editor: Editor, runOf: RunOf) {
		this.#editor = editor;
		this.#runOf = runOf;
	}

	onAction(action: TurnAction): void {
		const { turnId } = action.turn;
		if (action.kind === "promptQueued" && !this.#turns.has(turnId)) {
			const turn = newTurn(turnId, action.author, action.turn.content);
			turn.run = this.#runOf(action.entry);
			this.#turns.set(turnId, turn);
			this.#tell(turn);
			return;
		}
		const turn = this.#turns.get(turnId);
		if (turn === undefined) return;
		this.#fold(turn, action);
		this.#tell(turn);
	}

	#fold(turn: Turn, action: TurnAction): void {
		switch (action.kind) {
			case "turnStarted":
				turn.state = "running";
				for (const [index, warning] of action.warnings.entries())
					setPart(turn, {
						kind: "note",
						id: `warning ${index}`,
						text: words`*${plainText(inNeovim(warning))}*`,
					});
				return;
			case "textGrew":
				this.#grow(turn, action.part, action.delta);
				return;
			case "textEnded":
				for (const part of this.#textParts(ended(action.part))) setPart(turn, part);
				return;
			case "toolStarted":
			case "toolOutput":
				setPart(turn, toolPart(action.call, null, action.call.output));
				return;
			case "toolFinished":
				setPart(turn, toolPart(action.call, action));
				return;
			case "steered":
				setPart(turn, {
					kind: "note",
					id: `steer ${turn.parts.length}`,
					text: quoted(contentText(action.content)),
				});
				return;
			case "turnChanges":
				setPart(turn, changesPart(action.changes));
				return;
			case "promptRemoved":
				turn.state = "removed";
				turn.grown = null;
				return;
			case "turnFinished":
				this.#end(turn, action.turn);
				return;
			case "promptEdited":
				turn.head = headOf(turn.author, action.turn.content);
				turn.headBlocks = quotedBlocks(action.turn.content);
				turn.grown = null;
				return;
			case "promptQueued":
			case "turnNumbered":
				return; // not part of the text
			default:
				action satisfies never;
		}
	}

	#grow(turn: Turn, { kind, itemId }: { kind: Spoken["kind"]; itemId: string }, delta: string): void {
		const last = turn.parts.at(-1);
		if (last?.kind === kind && last.id === itemId) {
			const more = turn.stream.write(delta);
			const added = kind === "thinking" ? joined(rowsOf(more), words`\n${thinkingMark}`) : more;
			last.text = joined([last.text, added]);
			if (turn.grown !== null) turn.grown = joined([turn.grown, added]);
			return;
		}
		turn.stream = new PlainStream();
		for (const part of this.#textParts({ kind, itemId, text: turn.stream.write(delta) })) setPart(turn, part);
	}

	/** Thinking has a mark before each line; a provider may tell none of it. */
	#textParts({ kind, itemId, text }: Spoken): Part[] {
		if (kind === "text") return [{ kind, id: itemId, text: plainText(text) }];
		if (!this.showsThinking || text.trim() === "") return [];
		const marked = rowsOf(plainText(text)).map((row) => words`${thinkingMark}${row}`);
		return [{ kind, id: itemId, text: joined(marked, words`\n`) }];
	}

	/** A turn of the past, or one that is known and is told anew. */
	item(item: Extract<TranscriptItem, { kind: "turn" }>, author: Author, entry: Submission | null): void {
		const known = this.#turns.get(item.turnId);
		const turn = known ?? newTurn(item.turnId, author, item.content);
		turn.past = known?.past ?? item.state === "finished";
		turn.run = known?.run ?? this.#runOf(entry);
		turn.head = headOf(author, item.content);
		turn.headBlocks = quotedBlocks(item.content);
		turn.grown = null;
		turn.state = item.state;
		turn.parts = item.parts.flatMap((part): Part[] => {
			if (part.kind === "text" || part.kind === "thinking") return this.#textParts(ended(part));
			if (part.kind === "steer")
				return [{ kind: "note", id: "steer", text: quoted(contentText(part.content)) }];
			if (part.kind === "changes") return [changesPart(part.changes)];
			return part.kind === "toolCall" ? [toolPart(part, part.result)] : [];
		});
		this.#turns.set(item.turnId, turn);
		if (item.state === "finished") this.#end(turn, item);
		this.#tell(turn);
	}

	clear(): void {
		this.#turns.clear();
	}

	#end(turn: Turn, end: Pick<TurnView, "stopReason" | "error">): void {
		turn.state = "finished";
		turn.stopReason = end.stopReason;
		turn.error = end.error === null ? null : plainText(inNeovim(end.error));
		const note = turnNote(end);
		if (note === null) return;
		const said = plainText(inNeovim(note.text));
		const text = note.level === "error" ? words`**Failed:** ${said}` : words`*${said}*`;
		setPart(turn, { kind: "note", id: "end", text });
	}

	#tell(turn: Turn): void {
		this.#editor.update(`turn ${turn.turnId}`, () => {
			const text = turn.grown ?? markdownOf(turn);
			const folds = turn.grown === null ? blocksOf(turn) : null;
			const same = turn.grown !== null ? turn.told.length : commonLength(turn.told, text);
			const from = Buffer.byteLength(text.slice(0, same));
			turn.told = text;
			const last = turn.parts.at(-1)?.kind;
			turn.grown = last === "text" || last === "thinking" ? text : null;
			const { turnId, run, state, past, stopReason, error } = turn;
			const ended = state === "finished";
			const answer = answerOf(turn);
			return {
				kind: "chat",
				turnId: exact(turnId),
				run,
				state,
				head: Buffer.byteLength(turn.head),
				from,
				text: partOf(text, same),
				folds,
				past,
				...(ended && {
					answer,
					cells: plainText(answerCells(answer)),
					blocks: codeBlocks(answer).map(plainText),
					stopReason,
					error,
				}),
			};
		});
	}
}

const newTurn = (turnId: string, author: Author, content: readonly Content[]): Turn => ({
	turnId,
	author,
	past: false,
	head: headOf(author, content),
	headBlocks: quotedBlocks(content),
	run: null,
	state: "queued",
	parts: [],
	stopReason: null,
	error: null,
	told: words``,
	grown: null,
	stream: new PlainStream(),
});

const headOf = (author: Author, content: readonly Content[]): PlainText => {
	const parts = content.map((part) => quoted(contentText([part])));
	const name = author.whose === "mine" ? words`You` : nameOf(author);
	return words`## ${name}\n\n${joined(parts, words`\n>\n`)}`;
};

/** The rows of a head that were not typed but go along. */
const quotedBlocks = (content: readonly Content[]): readonly Block[] => {
	const blocks: Block[] = [];
	// Below the name and a blank row.
	let row = 2;
	for (const part of content) {
		const rows = rowsOf(plainText(contentText([part])));
		const last = row + rows.length - 1;
		if (part.kind === "text" && part.quoted) blocks.push({ first: row, last, label: rows[0]! });
		row = last + 2;
	}
	return blocks;
};

const ended = ({ kind, itemId, text }: Spoken): Spoken => ({
	kind,
	itemId,
	text: kind === "thinking" ? text.trimEnd() : text,
});

/** Replaces the part with this id, or adds it. */
const setPart = (turn: Turn, part: Part): void => {
	const index = turn.parts.findIndex(({ kind, id }) => kind === part.kind && id === part.id);
	turn.grown = null;
	if (index < 0) turn.parts.push(part);
	else turn.parts[index] = part;
};

const markdownOf = ({ head, parts, state }: Turn): PlainText =>
	state === "removed" ? words`` : joined([head, ...parts.map(({ text }) => text)], words`\n\n`);

const answerOf = ({ parts }: Turn): PlainText =>
	joined(
		parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
		words`\n\n`,
	);

const toolPart = (
	{ callId, name, args }: Pick<ToolCallView, "callId" | "name" | "args">,
	result: ToolResult | null,
	output?: string,
): Part => ({ kind: "tool", id: callId, ...toolText({ name, args }, result, output) });

/** Where blocks that may be folded stand in the turn's text. */
const blocksOf = ({ head, headBlocks, parts, state }: Turn): readonly Block[] => {
	if (state === "removed") return [];
	const found: Block[] = [...headBlocks];
	let row = rowsOf(head).length + 1;
	for (const { text, blocks = [] } of parts) {
		for (const { first, last, label } of blocks) found.push({ first: row + first, last: row + last, label });
		row += rowsOf(text).length + 1;
	}
	return found;
};

const quoted = (text: string): PlainText =>
	joined(
		rowsOf(plainText(text)).map((line) => trimmedEnd(words`> ${line}`)),
		words`\n`,
	);

/** The length of the common beginning, never inside of a surrogate pair. */
const commonLength = (a: string, b: string): number => {
	const limit = Math.min(a.length, b.length);
	let length = 0;
	while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++;
	return length > 0 && /[\ud800-\udbff]/.test(a[length - 1]!) ? length - 1 : length;
};

const changesPart = (changes: TurnChanges): Part => ({
	kind: "note",
	id: "changes",
	text: words`*${rowText(changesText(changes))}*`,
});
