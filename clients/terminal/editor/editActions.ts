/** The keys that only move or edit: Emacs's, as readline and IPython have them. */
import type { TextBuffer } from "./textBuffer.ts";
import {
	blankWordStart,
	lineEnd,
	lineStart,
	nextGrapheme,
	previousGrapheme,
	wordEnd,
	wordStart,
} from "./words.ts";

/** What each key does to the buffer. */
export const editActions: Readonly<Record<string, (buffer: TextBuffer) => void>> = (() => {
	const left = (b: TextBuffer) => b.moveTo(previousGrapheme(b.text, b.cursor));
	const right = (b: TextBuffer) => b.moveTo(nextGrapheme(b.text, b.cursor));
	const start = (b: TextBuffer) => b.moveTo(lineStart(b.text, b.cursor));
	const end = (b: TextBuffer) => b.moveTo(lineEnd(b.text, b.cursor));
	const forward = (b: TextBuffer) => b.moveTo(wordEnd(b.text, b.cursor));
	const back = (b: TextBuffer) => b.moveTo(wordStart(b.text, b.cursor));
	const killWord = (b: TextBuffer) => b.kill(b.cursor, wordEnd(b.text, b.cursor));
	const killBack = (b: TextBuffer) => b.kill(wordStart(b.text, b.cursor), b.cursor);
	const erase = (b: TextBuffer) => b.replace(b.cursor, nextGrapheme(b.text, b.cursor), "");
	const undo = (b: TextBuffer) => b.undo();
	return {
		left,
		"ctrl+b": left,
		right,
		"ctrl+f": right,
		home: start,
		"ctrl+a": start,
		end,
		"ctrl+e": end,
		"alt+b": back,
		"alt+left": back,
		"ctrl+left": back,
		"alt+f": forward,
		"alt+right": forward,
		"ctrl+right": forward,
		"ctrl+home": (b) => b.moveTo(0),
		"alt+shift+<": (b) => b.moveTo(0),
		"alt+<": (b) => b.moveTo(0),
		"ctrl+end": (b) => b.moveTo(b.text.length),
		"alt+>": (b) => b.moveTo(b.text.length),
		backspace: (b) => {
			const before = b.text.slice(lineStart(b.text, b.cursor), b.cursor);
			const indent = before !== "" && /^ +$/.test(before) ? ((before.length - 1) % 4) + 1 : 0;
			b.replace(indent > 0 ? b.cursor - indent : previousGrapheme(b.text, b.cursor), b.cursor, "");
		},
		"shift+backspace": (b) => b.replace(previousGrapheme(b.text, b.cursor), b.cursor, ""),
		delete: erase,
		"ctrl+k": (b) => {
			const stop = lineEnd(b.text, b.cursor);
			b.kill(b.cursor, stop === b.cursor ? Math.min(stop + 1, b.text.length) : stop);
		},
		"ctrl+u": (b) => b.kill(lineStart(b.text, b.cursor), b.cursor),
		"ctrl+w": (b) => b.kill(blankWordStart(b.text, b.cursor), b.cursor),
		"alt+d": killWord,
		"alt+backspace": killBack,
		"ctrl+y": (b) => b.yank(),
		"alt+y": (b) => b.yankPop(),
		"ctrl+_": undo,
		"ctrl+shift+_": undo,
		"ctrl+/": undo,
		"alt+shift+_": (b) => b.redo(),
		"ctrl+t": (b) => {
			if (b.cursor === 0 || b.text.length < 2) return;
			const middle = b.cursor === lineEnd(b.text, b.cursor) ? previousGrapheme(b.text, b.cursor) : b.cursor;
			const first = previousGrapheme(b.text, middle);
			const last = nextGrapheme(b.text, middle);
			b.replace(first, last, b.text.slice(middle, last) + b.text.slice(first, middle));
		},
	};
})();
