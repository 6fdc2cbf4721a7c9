/**
 * The forms in which terminals send keys: plain bytes, ESC before a character for Alt, xterm's CSI with modifiers,
 * kitty's `CSI code;modifiers u` and xterm's modifyOtherKeys `CSI 27;modifiers;code ~`.
 */
import type { KeyEvent } from "./keys.ts";

/** Decodes one whole piece: a character, or a sequence that starts with ESC. */
export const decodeSequence = (piece: string): KeyEvent => {
	if (piece[0] !== "\x1b") return plainKey(piece, noModifiers);
	if (piece === "\x1b") return key("escape");
	if (piece[1] === "[") return csiKey(piece);
	if (piece[1] === "O" && piece.length === 3) {
		const name = finals[piece[2]!];
		return name ? key(name) : report(piece);
	}
	if (piece.length > 3) return report(piece);
	return plainKey(piece.slice(1), { ...noModifiers, alt: true });
};

type Modifiers = { readonly ctrl: boolean; readonly alt: boolean; readonly shift: boolean };
const noModifiers: Modifiers = { ctrl: false, alt: false, shift: false };

const key = (name: string, modifiers: Modifiers = noModifiers, text = ""): KeyEvent => ({
	kind: "key",
	id: `${modifiers.ctrl ? "ctrl+" : ""}${modifiers.alt ? "alt+" : ""}${modifiers.shift ? "shift+" : ""}${name}`,
	text: modifiers.ctrl || modifiers.alt ? "" : text,
});

const report = (sequence: string): KeyEvent => ({ kind: "report", sequence });

const plainKey = (character: string, modifiers: Modifiers): KeyEvent => {
	const code = character.codePointAt(0)!;
	if (code === 0x0d || code === 0x0a)
		return key(code === 0x0d ? "enter" : "j", withCtrl(modifiers, code === 0x0a));
	if (code === 0x09) return key("tab", modifiers);
	if (code === 0x7f || code === 0x08) return key("backspace", modifiers);
	if (code === 0x1b) return key("escape", modifiers);
	if (code === 0) return key("space", withCtrl(modifiers, true));
	if (code < 0x20)
		return key(String.fromCharCode(code + (code <= 26 ? 0x60 : 0x40)), withCtrl(modifiers, true));
	if (character === " ") return key("space", modifiers, " ");
	if (modifiers.alt && character !== character.toLowerCase())
		return key(character.toLowerCase(), { ...modifiers, shift: true });
	return key(character, modifiers, character);
};

const withCtrl = (modifiers: Modifiers, ctrl: boolean): Modifiers => ({ ...modifiers, ctrl });

const csiKey = (sequence: string): KeyEvent => {
	const final = sequence.at(-1)!;
	const params = sequence.slice(2, -1);
	if (/[^\d;:]/.test(params) && !(params === "[" && final)) return report(sequence);
	if (params === "[") return key(`f${final.charCodeAt(0) - 64}`);
	const [first = "", second = "", third = ""] = params.split(";");
	const modifiers = toModifiers(second);
	// Kitty marks a release with event type 3; only presses are keys.
	if (second.endsWith(":3")) return report(sequence);
	if (final === "u") return codeKey(Number(first.split(":")[0]), modifiers, first.split(":")[1], third);
	if (final === "~" && first === "27") return codeKey(Number(third), modifiers);
	if (final === "~") return tildes[first] ? key(tildes[first], modifiers) : report(sequence);
	if (final === "Z") return key("tab", { ...modifiers, shift: true });
	if (final === "R" && second !== "" && first !== "1") return report(sequence);
	return finals[final] ? key(finals[final], modifiers) : report(sequence);
};

const toModifiers = (param: string): Modifiers => {
	const bits = Number(param.split(":")[0] || "1") - 1;
	return { shift: (bits & 1) !== 0, alt: (bits & 2) !== 0 || (bits & 32) !== 0, ctrl: (bits & 4) !== 0 };
};

/** A key by its code point, as kitty and modifyOtherKeys send it. */
const codeKey = (code: number, modifiers: Modifiers, shifted?: string, typed?: string): KeyEvent => {
	const name = kittyNames[code];
	if (name) return key(name, modifiers);
	if (!Number.isInteger(code) || code < 32 || code > 0x10ffff || (code >= 57344 && code <= 63743))
		return code > 0 && code < 32 ? plainKey(String.fromCodePoint(code), modifiers) : report(`\x1b[${code}u`);
	const character = String.fromCodePoint(code);
	if (modifiers.ctrl || modifiers.alt) {
		const lower = character.toLowerCase();
		return key(lower === " " ? "space" : lower, {
			...modifiers,
			shift: modifiers.shift || lower !== character,
		});
	}
	const text = typed
		? String.fromCodePoint(...typed.split(":").map(Number))
		: shifted
			? String.fromCodePoint(Number(shifted))
			: modifiers.shift
				? character.toUpperCase()
				: character;
	return plainKey(text, noModifiers);
};

const kittyNames: Readonly<Record<number, string>> = {
	9: "tab",
	13: "enter",
	27: "escape",
	127: "backspace",
	57414: "enter",
	57417: "left",
	57418: "right",
	57419: "up",
	57420: "down",
	57421: "pageup",
	57422: "pagedown",
	57423: "home",
	57424: "end",
	57425: "insert",
	57426: "delete",
};

const finals: Readonly<Record<string, string>> = {
	A: "up",
	B: "down",
	C: "right",
	D: "left",
	H: "home",
	F: "end",
	M: "enter",
	P: "f1",
	Q: "f2",
	R: "f3",
	S: "f4",
};

const tildes: Readonly<Record<string, string>> = {
	1: "home",
	2: "insert",
	3: "delete",
	4: "end",
	5: "pageup",
	6: "pagedown",
	7: "home",
	8: "end",
	11: "f1",
	12: "f2",
	13: "f3",
	14: "f4",
	15: "f5",
	17: "f6",
	18: "f7",
	19: "f8",
	20: "f9",
	21: "f10",
	23: "f11",
	24: "f12",
};
