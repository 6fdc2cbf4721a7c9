/**
 * The multi-line input of the terminal, with IPython's keys. Keys that come while Enter waits for an answer are kept
 * and applied in order, so fast typing is never lost or reordered.
 */
import { type Completeness, isComplete } from "../../../ground/python/completeness.ts";
import { rowText } from "../../../ground/text/plainText.ts";
import { joined, words } from "../../../ground/text/screenText.ts";
import { type InputPrompt, inputPrompt } from "../render/prompt.ts";
import { paint } from "../render/theme.ts";
import { CompletionMenu } from "./completionMenu.ts";
import { editActions } from "./editActions.ts";
import { GhostText, noGhost } from "./ghostText.ts";
import { InputHistory } from "./inputHistory.ts";
import { InputLines } from "./inputLines.ts";
import type { KeyEvent } from "./keys.ts";
import { TextBuffer } from "./textBuffer.ts";
import type { Completions, Editor, EditorOptions, Ghost, Rendered } from "./types.ts";
import { lineEnd, lineStart, nextGrapheme, previousGrapheme } from "./words.ts";

export const createEditor = (options: EditorOptions): Editor => new InputEditor(options);

type Search = {
	query: string;
	index: number;
	readonly text: string;
	readonly cursor: number;
	found: boolean;
};

class InputEditor implements Editor {
	readonly #options: EditorOptions;
	readonly #buffer = new TextBuffer();
	readonly #history = new InputHistory();
	readonly #lines = new InputLines();
	#prompt = inputPrompt(1, "python");
	#ghost: GhostText | null = null;
	#historyGhost: GhostText | null = null;
	#menu: CompletionMenu | null = null;
	#search: Search | null = null;
	/** Keys that wait for the answer to Enter. */
	#waiting: KeyEvent[] | null = null;
	#told = { text: "", cursor: 0 };

	constructor(options: EditorOptions) {
		this.#options = options;
	}

	get text(): string {
		return this.#buffer.text;
	}

	get cursor(): number {
		return this.#buffer.cursor;
	}

	get suggestion(): string {
		return this.#ghost?.rest ?? "";
	}

	get ghost(): string {
		return this.#shownGhost?.rest ?? "";
	}

	get #shownGhost(): GhostText | null {
		return this.#ghost ?? this.#historyGhost;
	}

	get mode(): "edit" | "search" | "menu" {
		return this.#search ? "search" : this.#menu ? "menu" : "edit";
	}

	setPrompt(prompt: InputPrompt): void {
		this.#prompt = prompt;
	}

	setText(text: string, cursor = text.length): void {
		this.#menu = null;
		this.#search = null;
		this.#buffer.replace(0, this.text.length, text, cursor);
		this.#changed();
	}

	insert(text: string): void {
		this.#buffer.replace(this.cursor, this.cursor, text);
		this.#changed();
	}

	setHistory(entries: readonly string[]): void {
		this.#history.set(entries);
	}

	addHistory(entry: string): void {
		this.#history.add(entry);
	}

	setGhost(ghost: Ghost | null): void {
		this.#ghost = ghost && ghost.text !== "" ? new GhostText(ghost, this.text, this.cursor) : null;
	}

	openMenu(completions: Completions): void {
		if (completions.matches.length === 0) return;
		const { start, end, matches } = completions;
		const typed = this.text.slice(start, end);
		const common = commonPrefix(matches.map((match) => match.text));
		const longer = common.length > typed.length && common.startsWith(typed);
		if (matches.length === 1 || longer)
			this.#buffer.replace(start, end, matches.length === 1 ? matches[0]!.text : common);
		this.#menu = matches.length === 1 ? null : new CompletionMenu(start, longer ? common : typed, matches);
		this.#changed();
	}

	handleKey(key: KeyEvent): boolean {
		if (key.kind === "report") return false;
		if (this.#waiting) {
			if (key.kind === "key" && key.id === "ctrl+c") return false;
			this.#waiting.push(key);
			return true;
		}
		if (key.kind === "paste") {
			this.#leaveSearch("keep");
			this.#menu = null;
			this.insert(key.text);
			return true;
		}
		const used = this.#search
			? this.#searchKey(key.id, key.text)
			: this.#menu && this.#menuKey(key.id, key.text)
				? true
				: this.#editKey(key.id, key.text);
		this.#changed();
		return used;
	}

	render(width: number, maxRows?: number): Rendered {
		const { theme } = this.#options;
		const menu = this.#menu?.render(width, theme) ?? [];
		const failing = this.#search?.found === false ? words`failing ` : words``;
		const search = this.#search
			? [joined([paint(theme, "dim", words`${failing}I-search backward: `), rowText(this.#search.query)])]
			: [];
		const below = [...search, ...menu];
		const room = maxRows === undefined ? undefined : Math.max(1, maxRows - below.length);
		const ghost = (this.mode === "edit" && this.#shownGhost?.parts) || noGhost;
		const input = { text: this.text, cursor: this.cursor, ghost, prompt: this.#prompt, theme };
		const { lines, cursor } = this.#lines.render(input, width, room);
		return { lines: [...lines, ...below].slice(0, maxRows), cursor };
	}

	/** After every step: tells the owner and looks whether suggestions still fit. */
	#changed(): void {
		const { text, cursor } = this;
		if (text === this.#told.text && cursor === this.#told.cursor) return;
		const edited = text !== this.#told.text;
		this.#told = { text, cursor };
		if (this.#ghost && !this.#ghost.follow(text, cursor)) this.#ghost = null;
		if (this.#historyGhost && !this.#historyGhost.follow(text, cursor)) this.#historyGhost = null;
		if (edited && !this.#historyGhost && text.trim() !== "" && cursor === text.length) {
			const rest = this.#history.suggest(text);
			this.#historyGhost = rest === "" ? null : new GhostText({ text: rest }, text, cursor);
		}
		this.#options.onChange?.(text, cursor);
	}

	#editKey(id: string, text: string): boolean {
		const buffer = this.#buffer;
		const action = editActions[id];
		const ghost = this.#shownGhost;
		if (ghost !== null) {
			if (id === "right" || id === "ctrl+f" || ((id === "end" || id === "ctrl+e") && this.#atLineEnd()))
				return this.#acceptAll(ghost);
			if (id === "alt+f" || id === "alt+right" || id === "ctrl+right") return this.#accept(ghost.word);
			if (id === "escape" && this.#ghost) {
				this.#ghost = null;
				return true;
			}
		}
		if (action) {
			action(buffer);
			if (!/^(up|down)$/.test(id)) this.#history.leave();
			return true;
		}
		switch (id) {
			case "enter":
			case "ctrl+j":
				this.#enter();
				return true;
			case "alt+enter":
			case "shift+enter":
			case "ctrl+enter":
			case "ctrl+o":
				this.#newline(this.#indentHere());
				return true;
			case "up":
			case "ctrl+p":
				if (!buffer.moveLine(-1)) this.#browse(-1, this.text.slice(0, this.cursor));
				return true;
			case "down":
			case "ctrl+n":
				if (!buffer.moveLine(1)) this.#browse(1, "");
				return true;
			case "alt+up":
				this.#browse(-1, "");
				return true;
			case "alt+down":
				this.#browse(1, "");
				return true;
			case "ctrl+r":
				this.#search = { query: "", index: -1, text: this.text, cursor: this.cursor, found: true };
				return true;
			case "tab":
				this.#tab();
				return true;
			case "shift+tab":
				return this.#dedent();
			case "ctrl+d":
				if (this.text === "") return false;
				buffer.replace(this.cursor, nextGrapheme(this.text, this.cursor), "");
				return true;
			default:
				if (text === "") return false;
				this.#history.leave();
				buffer.type(text);
				return true;
		}
	}

	#atLineEnd(): boolean {
		return this.cursor === lineEnd(this.text, this.cursor);
	}

	#acceptAll(ghost: GhostText): boolean {
		const { rest, replaced } = ghost;
		if (replaced !== "") {
			ghost.taken();
			this.#ghost = null;
		}
		this.#buffer.replace(this.cursor, this.cursor + replaced.length, rest);
		return true;
	}

	#accept(text: string): boolean {
		this.#buffer.replace(this.cursor, this.cursor, text);
		return true;
	}

	#browse(direction: -1 | 1, prefix: string): void {
		const entry = this.#history.step(direction, this.text, prefix);
		if (entry !== null) this.#buffer.replace(0, this.text.length, entry);
		this.#historyGhost = null;
	}

	#newline(indent: string): void {
		this.#buffer.replace(this.cursor, this.cursor, `\n${indent}`);
	}

	#indentHere(): string {
		return isComplete(this.text.slice(0, this.cursor)).indent;
	}

	#dedent(): boolean {
		const start = lineStart(this.text, this.cursor);
		const blanks = /^( {1,4}|\t)/.exec(this.text.slice(start, this.cursor))?.[0] ?? "";
		if (blanks === "") return false;
		this.#buffer.replace(start, start + blanks.length, "", this.cursor - blanks.length);
		return true;
	}

	#tab(): void {
		const before = this.text.slice(lineStart(this.text, this.cursor), this.cursor);
		if (before.trim() === "") {
			this.#buffer.replace(this.cursor, this.cursor, " ".repeat(4 - (before.length % 4)));
			return;
		}
		const asked = { text: this.text, cursor: this.cursor };
		const answer = this.#options.complete?.(asked.text, asked.cursor);
		answer?.then(
			(completions) => {
				// An answer for a text that has changed since is of no use.
				if (!completions || this.text !== asked.text || this.cursor !== asked.cursor) return;
				this.openMenu(completions);
				this.#options.onChange?.(this.text, this.cursor);
			},
			() => {
				// No completion is no reason to disturb typing.
			},
		);
	}

	/** IPython's rule: in the middle of the input Enter makes a line, at its end it asks whether it is complete. */
	#enter(): void {
		const { text, cursor } = this;
		const single = !text.includes("\n");
		if (text.trim() === "") this.#submit();
		else if (!single && text.slice(cursor).trim() !== "") this.#newline(this.#indentHere());
		else this.#ask(single ? text : text.slice(0, cursor));
	}

	#ask(text: string): void {
		const answer = this.#options.isComplete(text);
		if ("then" in answer) {
			this.#waiting = [];
			void answer.then((result) => this.#resume(text, result));
		} else this.#answered(text, answer);
	}

	#resume(asked: string, answer: Completeness): void {
		const keys = this.#waiting ?? [];
		this.#waiting = null;
		this.#answered(asked, answer);
		this.#changed();
		for (const key of keys) this.handleKey(key);
	}

	#answered(asked: string, { status, indent }: Completeness): void {
		if (status === "incomplete") {
			if (!asked.includes("\n")) this.#buffer.moveTo(this.text.length);
			this.#newline(indent);
		} else this.#submit();
	}

	#submit(): void {
		const { text } = this;
		this.#menu = null;
		this.#ghost = null;
		this.#historyGhost = null;
		this.#history.add(text);
		this.#buffer.reset();
		this.#changed();
		this.#options.onSubmit(text);
	}

	/** True when the key was the menu's; others close it and are handled as usual. */
	#menuKey(id: string, text: string): boolean {
		const menu = this.#menu!;
		const end = menu.start + menu.current.length;
		const step = menuSteps[id];
		if (step !== undefined) {
			menu.step(step);
			this.#buffer.replace(menu.start, end, menu.current);
			return true;
		}
		if (id === "escape" || id === "ctrl+g") {
			menu.reset();
			this.#buffer.replace(menu.start, end, menu.current);
			this.#menu = null;
			return true;
		}
		this.#menu = text === "" ? null : menu.narrow(text);
		return id === "enter" && menu.chosen;
	}

	#searchKey(id: string, text: string): boolean {
		const search = this.#search!;
		if (id === "ctrl+g" || id === "ctrl+c") this.#leaveSearch("restore");
		else if (id === "escape" || id === "enter" || id === "ctrl+j") this.#leaveSearch("keep");
		else if (id === "ctrl+r" || id === "up")
			this.#find(search.query, search.index < 0 ? undefined : search.index);
		else if (id === "ctrl+s" || id === "down")
			this.#show(this.#history.searchForward(search.query, search.index));
		else if (id === "backspace") {
			search.query = search.query.slice(0, previousGrapheme(search.query, search.query.length));
			this.#find(search.query);
		} else if (text !== "") {
			search.query += text;
			this.#find(search.query, search.index < 0 ? undefined : search.index + 1);
		} else {
			this.#leaveSearch("keep");
			return this.#editKey(id, text);
		}
		return true;
	}

	#find(query: string, before?: number): void {
		this.#show(query === "" ? null : this.#history.search(query, before));
	}

	#show(match: { index: number; entry: string } | null): void {
		const search = this.#search!;
		search.found = match !== null || search.query === "";
		if (!match) return;
		search.index = match.index;
		this.#buffer.replace(0, this.text.length, match.entry, match.entry.indexOf(search.query));
	}

	#leaveSearch(found: "keep" | "restore"): void {
		const search = this.#search;
		if (!search) return;
		this.#search = null;
		this.#historyGhost = null;
		if (found === "keep") this.#buffer.moveTo(this.text.length);
		else this.#buffer.replace(0, this.text.length, search.text, search.cursor);
	}
}

/** Keys that walk through the menu. */
const menuSteps: Readonly<Record<string, 1 | -1>> = {
	tab: 1,
	down: 1,
	"ctrl+n": 1,
	"shift+tab": -1,
	up: -1,
	"ctrl+p": -1,
};

const commonPrefix = (texts: readonly string[]): string => {
	let prefix = texts[0] ?? "";
	for (const text of texts) while (!text.startsWith(prefix)) prefix = prefix.slice(0, -1);
	// Two characters may begin with the same half.
	return prefix.isWellFormed() ? prefix : prefix.slice(0, -1);
};
