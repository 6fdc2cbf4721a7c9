/**
 * Writes to the main screen of a terminal: finished lines go into the terminal's own scrollback, once, and below them
 * stands a live tail that is redrawn in place.
 *
 * Invariants: what stands above the tail is never erased or written again; the tail is never taller than the screen,
 * so no part of it scrolls away; each row of the tail is one row of the terminal (automatic wrapping is off while it
 * is drawn); while the tail has no cursor, the terminal's cursor waits where a resize does not move it against the
 * tail's beginning.
 */

import { joined, repeated, type ScreenText, styled, words } from "../../../ground/text/screenText.ts";
import { reflowedRows } from "./reflow.ts";
import { rowDiff } from "./rowDiff.ts";
import { cutLine, lineWidth, stripStyles } from "./styledText.ts";
import type { Terminal } from "./terminal.ts";

/** A place in the tail: line and cell, both from 0. */
export type TailCursor = { readonly line: number; readonly column: number };

export type ScreenOptions = {
	/** The shortest time between frames. 16 ms unless told. */
	readonly frameMs?: number;
	/** Milliseconds that only grow. */
	readonly now?: () => number;
};

export type Screen = {
	readonly columns: number;
	readonly rows: number;
	/** Puts finished lines above the tail, in order, exactly once. Lines may be longer than the screen is wide. */
	commit(lines: readonly ScreenText[]): void;
	/** Replaces the tail. Lines wider than the screen are cut; of a tail taller than it, the end is shown. */
	setTail(lines: readonly ScreenText[], cursor: TailCursor | null): void;
	/** Scrolls everything up, so that the tail stands at the top. Nothing is erased. */
	clear(): void;
	/** Called after the size changed and before the tail is drawn again: the place to render anew. */
	onResize(listener: () => void): () => void;
	/** Draws what waits, now. */
	flush(): void;
	/** Takes the tail away and writes nothing until `resume`; for pagers, editors and Ctrl-Z. */
	suspend(): void;
	resume(): void;
	/** Draws what waits and leaves the cursor on the line below the tail. */
	dispose(): void;
};

export const createScreen = (terminal: Terminal, options: ScreenOptions = {}): Screen =>
	terminal.traits.cursor ? new MainScreen(terminal, options) : new PlainScreen(terminal);

type Drawn = {
	/** The rows as they were written. */
	rows: readonly ScreenText[];
	/** Where the terminal's cursor is, shown or not. */
	at: TailCursor;
	shown: boolean;
	/** The screen's size when they were written. */
	columns: number;
	height: number;
};

const origin: TailCursor = { line: 0, column: 0 };

class MainScreen implements Screen {
	readonly #terminal: Terminal;
	readonly #frameMs: number;
	readonly #now: () => number;
	readonly #stopResize: () => void;
	readonly #resizeListeners = new Set<() => void>();
	#pending: ScreenText[] = [];
	#tail: readonly ScreenText[] = [];
	#cursor: TailCursor | null = null;
	#drawn: Drawn;
	#cursorShown = true;
	#clear = false;
	#changed = false;
	/** Lines committed so far: at least so many rows stand above the tail. */
	#above = 0;
	#state: "live" | "suspended" | "disposed" = "live";
	#timer: NodeJS.Timeout | undefined;
	#lastFrame = Number.NEGATIVE_INFINITY;

	constructor(terminal: Terminal, options: ScreenOptions) {
		this.#terminal = terminal;
		this.#frameMs = options.frameMs ?? 16;
		this.#now = options.now ?? (() => performance.now());
		this.#drawn = { rows: [], at: origin, shown: true, columns: terminal.columns, height: terminal.rows };
		this.#stopResize = terminal.onResize(() => this.#resized());
	}

	get columns(): number {
		return this.#terminal.columns;
	}

	get rows(): number {
		return this.#terminal.rows;
	}

	commit(lines: readonly ScreenText[]): void {
		if (lines.length === 0) return;
		for (const line of lines) this.#pending.push(line);
		this.#schedule();
	}

	setTail(lines: readonly ScreenText[], cursor: TailCursor | null): void {
		this.#tail = lines;
		this.#cursor = cursor;
		this.#schedule();
	}

	clear(): void {
		this.#clear = true;
		this.#schedule();
	}

	onResize(listener: () => void): () => void {
		this.#resizeListeners.add(listener);
		return () => this.#resizeListeners.delete(listener);
	}

	flush(): void {
		if (this.#state !== "live") return;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#changed) this.#frame();
	}

	suspend(): void {
		if (this.#state !== "live") return;
		this.flush();
		this.#terminal.write(styled`${this.#toTop()}\x1b[J${this.#showCursor(true)}`);
		this.#drawn = { rows: [], at: origin, shown: true, columns: this.columns, height: this.rows };
		this.#state = "suspended";
	}

	resume(): void {
		if (this.#state !== "suspended") return;
		this.#state = "live";
		this.#changed = true;
		this.#terminal.write(styled`\r\x1b[0m`);
		this.flush();
	}

	dispose(): void {
		if (this.#state === "disposed") return;
		this.flush();
		const down = this.#drawn.rows.length - 1 - this.#drawn.at.line;
		const below = this.#drawn.rows.length === 0 ? words`` : styled`${vertical(Math.max(0, down))}\r\n`;
		if (this.#state === "live") this.#terminal.write(styled`${below}${this.#showCursor(true)}`);
		this.#state = "disposed";
		this.#stopResize();
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	/** The first frame after a pause goes out at the end of this turn of the event loop, the others in step. */
	#schedule(): void {
		this.#changed = true;
		if (this.#state !== "live" || this.#timer !== undefined) return;
		const wait = this.#lastFrame + this.#frameMs - this.#now();
		this.#timer = setTimeout(() => this.flush(), Math.max(0, wait));
	}

	#resized(): void {
		for (const listener of this.#resizeListeners) listener();
		this.#schedule();
	}

	#frame(): void {
		this.#changed = false;
		this.#lastFrame = this.#now();
		const shown = this.#visibleTail();
		const resized = this.#drawn.columns !== this.columns || this.#drawn.height !== this.rows;
		const anew = this.#pending.length > 0 || this.#clear || resized;
		const body = anew ? this.#redraw(shown) : this.#update(shown);
		this.#pending = [];
		this.#clear = false;
		if (body !== "") this.#terminal.write(styled`\x1b[?2026h${body}\x1b[?2026l`);
	}

	/** The part of the tail that the screen can hold, cut at its width. */
	#visibleTail(): Drawn {
		const { columns, rows } = this;
		const over = Math.max(0, this.#tail.length - rows);
		const lines = over > 0 ? this.#tail.slice(over) : this.#tail;
		const shown = this.#cursor !== null;
		const { line, column } = this.#cursor ?? { line: this.#parkedLine(this.#tail.length - 1), column: 0 };
		const at = {
			line: Math.max(0, Math.min(line - over, lines.length - 1)),
			column: Math.max(0, Math.min(column, columns - 1)),
		};
		return {
			rows: lines.map((row) => trimRow(cutLine(row, columns))),
			at,
			shown,
			columns,
			height: rows,
		};
	}

	/** Most terminals keep the cursor on its cell; on xterm.js rows below it would move it. */
	#parkedLine(last: number): number {
		return this.#terminal.traits.reflow === "xtermJs" ? last : 0;
	}

	/** Writes what is finished where the tail stood, then the tail below it. */
	#redraw(shown: Drawn): ScreenText {
		const out: ScreenText[] = [this.#showCursor(false)];
		if (this.#drawn.rows.length > 0) out.push(this.#toTop(), styled`\x1b[J`);
		this.#above += this.#pending.length;
		for (const line of this.#pending) out.push(line, newRow);
		if (this.#clear) out.push(repeated(words`\n`, this.rows), styled`\x1b[H`);
		if (shown.rows.length > 0) out.push(unwrapped(joined(shown.rows, newRow)));
		this.#drawn = shown;
		return joined([...out, this.#moveTo(Math.max(0, shown.rows.length - 1), shown)]);
	}

	/** Rewrites the rows that changed. */
	#update(shown: Drawn): ScreenText {
		const before = this.#drawn;
		const rows = shown.rows;
		let at = before.at.line;
		const out: ScreenText[] = [];
		for (const [line, row] of rows.entries()) {
			const old = before.rows[line];
			if (old === row) continue;
			if (old === undefined && line > 0 && before.rows.length > 0)
				out.push(vertical(line - 1 - at), newRow, row);
			else if (old === undefined) out.push(line > at ? newRow : styled`\r`, row);
			else out.push(vertical(line - at), rowDiff(old, row));
			at = line;
		}
		if (rows.length < before.rows.length) {
			out.push(vertical(rows.length - at), styled`\r\x1b[J`);
			at = rows.length;
		}
		const { line, column } = before.at;
		const moved = line !== shown.at.line || column !== shown.at.column || before.shown !== shown.shown;
		this.#drawn = shown;
		if (out.length === 0)
			return moved ? styled`${this.#showCursor(shown.shown)}${this.#moveTo(at, shown)}` : words``;
		return joined([this.#showCursor(false), unwrapped(joined(out)), this.#moveTo(at, shown)]);
	}

	/** From row `at` of the tail to where the cursor belongs. */
	#moveTo(at: number, shown: Drawn): ScreenText {
		const { line, column } = shown.at;
		const horizontal = column === 0 ? styled`\r` : styled`\x1b[${column + 1}G`;
		return joined([vertical(line - at), horizontal, this.#showCursor(shown.shown)]);
	}

	/** From the cursor's place to the first cell of the drawn tail, as the terminal shows it now. */
	#toTop(): ScreenText {
		const { rows, at, columns, height } = this.#drawn;
		if (rows.length === 0) return styled`\r`;
		// Rows below the cursor count on xterm.js, unless some were dropped: by a screen that became less high, or for
		// want of a scrollback. Then a row of the tail may stay behind, rather than one above it go.
		const certain = this.rows >= height && this.#above > this.rows;
		const kept = certain ? rows : rows.slice(0, at.line + 1);
		const up =
			columns === this.columns ? at.line : reflowedRows(kept, at, this.columns, this.#terminal.traits.reflow);
		return styled`${vertical(-up)}\r`;
	}

	#showCursor(shown: boolean): ScreenText {
		if (shown === this.#cursorShown) return words``;
		this.#cursorShown = shown;
		return shown ? styled`\x1b[?25h` : styled`\x1b[?25l`;
	}
}

const newRow = styled`\r\n`;

const vertical = (rows: number): ScreenText =>
	rows === 0 ? words`` : rows > 0 ? styled`\x1b[${rows}B` : styled`\x1b[${-rows}A`;

/** Drawn while the terminal does not wrap lines by itself. */
const unwrapped = (text: ScreenText): ScreenText => styled`\x1b[?7l${text}\x1b[?7h`;

/** Blank cells at the end would count when a terminal wraps lines anew. */
const trimRow = (row: ScreenText): ScreenText => {
	if (!row.endsWith(" ") || row.includes("\x1b")) return row;
	let blanks = 1;
	while (row.at(-1 - blanks) === " ") blanks++;
	return cutLine(row, lineWidth(row) - blanks);
};

/** For terminals that can not move the cursor: finished lines, and nothing else. */
class PlainScreen implements Screen {
	readonly #terminal: Terminal;

	constructor(terminal: Terminal) {
		this.#terminal = terminal;
	}

	get columns(): number {
		return this.#terminal.columns;
	}

	get rows(): number {
		return this.#terminal.rows;
	}

	commit(lines: readonly ScreenText[]): void {
		for (const line of lines) this.#terminal.write(styled`${stripStyles(line)}\r\n`);
	}

	onResize(listener: () => void): () => void {
		return this.#terminal.onResize(listener);
	}

	setTail(): void {}
	clear(): void {}
	flush(): void {}
	suspend(): void {}
	resume(): void {}
	dispose(): void {}
}
