/**
 * Texts that would do something where they are shown: write to the clipboard, set titles, move the cursor, answer for
 * the person, hide or reorder what stands beside them. Each says what it is and which of its pieces must not arrive.
 */

export type Payload = {
	readonly name: string;
	/** It begins and ends with letters, and has no line end. */
	readonly text: string;
};

const bel = "\x07";
const st = "\x1b\\";
const st8 = "\x9c";

/** Strings for the terminal (OSC), by what terminals do with them. */
const oscs: Readonly<Record<string, string>> = {
	"icon and title": "0;PWN",
	icon: "1;PWN",
	title: "2;PWN",
	"X property": "3;PWN=1",
	"palette colour": "4;1;rgb:00/00/00",
	"palette query": "4;1;?",
	"special colour": "5;0;red",
	folder: "7;file://evil/PWN",
	link: "8;;http://evil/PWN",
	"link with id": "8;id=x;file:///etc/PWN",
	notification: "9;PWN",
	progress: "9;4;1;50",
	foreground: "10;#000000",
	background: "11;?",
	cursor: "12;red",
	"highlight colour": "17;red",
	font: "50;PWN",
	"write the clipboard": "52;c;UFdO",
	"read the clipboard": "52;c;?",
	"write the selection": "52;p;UFdO",
	"reset colours": "104",
	"reset foreground": "110",
	"prompt mark": "133;A",
	"command mark": "133;C",
	"command end": "133;D;0",
	"VS Code": "633;E;rm -rf ~;PWN",
	"VS Code folder": "633;P;Cwd=/PWN",
	notify: "777;notify;PWN;PWN",
	container: "777;container;push;PWN;docker",
	"iTerm file": "1337;File=inline=1:AAAA",
	"iTerm copy": "1337;CopyToClipboard=x",
	"iTerm variable": "1337;SetUserVar=PWN=eA==",
	"iTerm attention": "1337;RequestAttention=yes",
	"iTerm badge": "1337;SetBadgeFormat=UFdO",
	"kitty notification": "99;i=1:d=0;PWN",
	"kitty clipboard": "5522;type=write;PWN",
	"title of old": "lPWN",
	"icon of old": "LPWN",
};

/** Sequences of parameters and a final letter (CSI). */
const csis: Readonly<Record<string, string>> = {
	"erase the screen": "2J",
	"erase the scrollback": "3J",
	"erase below": "J",
	"erase the line": "2K",
	home: "H",
	"move to a place": "777;777H",
	"move to a place otherwise": "777;777f",
	up: "777A",
	down: "777B",
	right: "777C",
	left: "777D",
	"next line": "777E",
	"line before": "777F",
	column: "777G",
	row: "777d",
	"insert characters": "777@",
	"insert lines": "777L",
	"delete lines": "777M",
	"delete characters": "777P",
	"erase characters": "777X",
	"scroll up": "777S",
	"scroll down": "777T",
	"tab back": "777Z",
	repeat: "777b",
	"scroll region": "2;3r",
	save: "s",
	restore: "u",
	"where the cursor is": "6n",
	"how it fares": "5n",
	"what it is": "c",
	"what it is, more": ">c",
	"what it is, most": "=c",
	version: ">q",
	"title reported": "21t",
	"size reported": "18t",
	"title pushed": "22;2t",
	"window made small": "8;1;1t",
	"window iconified": "2t",
	"checksum of a part": "1;1;1;1;777;777*y",
	"the other screen": "?1049h",
	"the other screen of old": "?47h",
	"no cursor": "?25l",
	mouse: "?1000h",
	"mouse, every move": "?1003h",
	"mouse, many cells": "?1006h",
	focus: "?1004h",
	"bracketed paste off": "?2004l",
	"synchronized for ever": "?2026h",
	"no wrapping": "?7l",
	reversed: "?5h",
	"132 columns": "?3h",
	"application keys": "?1h",
	"insert mode": "4h",
	"new line mode": "20h",
	"keyboard locked": "2h",
	"mode asked": "?2026$p",
	"soft reset": "!p",
	"cursor's shape": "5 q",
	"protected text": '1"q',
	"kitty keys": ">31u",
	"modified keys": ">4;2m",
	hidden: "8m",
	blinking: "5m",
	"hidden among others": "1;8;31m",
	"media copy": "5i",
	"print on": "4i",
	"tabs cleared": "3g",
	"with colons": "4:3:2:1H",
	"with a private letter": "<1;2;3M",
	"with another final": "1;2;3~",
	"a thousand parameters": `${"1;".repeat(1000)}1H`,
	"a long parameter": `${"9".repeat(5000)}C`,
	unfinished: "38;5;",
};

const shorts: Readonly<Record<string, string>> = {
	"full reset": "c",
	index: "D",
	"reverse index": "M",
	"next line": "E",
	"tab set": "H",
	"cursor saved": "7",
	"cursor restored": "8",
	"application keypad": "=",
	"usual keypad": ">",
	"line drawing": "(0",
	"line drawing, G1": ")0",
	UTF: "%G",
	"no UTF": "%@",
	"test pattern": "#8",
	"double height": "#3",
	"eight bits": " G",
	"single shift": "N",
	"locking shift": "n",
	"what it is": "Z",
	"memory lock": "l",
	unfinished: "",
	"twice over": "\x1b\x1b[2J",
};

const strings: Readonly<Record<string, string>> = {
	"DCS: a request": "\x1bP$qm",
	"DCS: a termcap question": "\x1bP+q544e",
	"DCS: a picture": "\x1bPq#0;2;0;0;0~-",
	"DCS: tmux passes it on": "\x1bPtmux;\x1b\x1b]52;c;UFdO\x07",
	"DCS: screen passes it on": "\x1bP\x1b]52;c;UFdO\x07",
	"DCS: keys defined": "\x1bP1;1|17/50574e",
	"DCS: synchronized": "\x1bP=1s",
	"APC: a picture": "\x1b_Ga=T,f=100;AAAA",
	"APC: a file": "\x1b_Gt=f;L2V0Yy9wYXNzd2Q=",
	"APC: Emacs": "\x1b_e(PWN)",
	"PM: a message": "\x1b^PWN",
	"SOS: a string": "\x1bXPWN",
	"a title of screen": "\x1bkPWN",
};

const controls = [...Array.from({ length: 32 }, (_, code) => code), 0x7f]
	.filter((code) => code !== 0x0a && code !== 0x09)
	.concat(Array.from({ length: 32 }, (_, code) => 0x80 + code));

const hex = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;

/** What is not seen, by what it does to what is. */
const unseen: Readonly<Record<string, readonly number[]>> = {
	"turns the order": [
		0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
	],
	"of no width": [0x200b, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xfeff, 0xad],
	"another shaping": [0x206a, 0x206b, 0x206c, 0x206d, 0x206e, 0x206f],
	blank: [0x3164, 0x115f, 0x1160, 0xffa0, 0x17b4, 0x17b5],
	"of no script": [0x34f, 0x180e, 0x180b, 0x180f, 0x1bca0, 0x1d173, 0x1d17a],
	"another line": [0x2028, 0x2029],
	annotation: [0xfff9, 0xfffa, 0xfffb],
	"a letter's tag": [0xe0001, 0xe0020, 0xe0041, 0xe005a, 0xe007f, 0xe0fff],
	"a variant of nothing": [0xfe00, 0xfe05, 0xe0100, 0xe01ef],
	"a joiner of nothing": [0x200c, 0x200d],
	"kept for later": [0x2065, 0xfff0, 0xfff8],
};

const tricks: Readonly<Record<string, string>> = {
	"back to the line's beginning": "harmless\rrm -rf ~",
	"back by one": "rm -rf ~\b\b\b\b\b\b\b\bharmless",
	"deleted again": "rm\x7f\x7fls",
	"a line that is erased": "rm -rf ~\x1b[2K\rls",
	"a carriage return and an erasure": "rm -rf ~\r\x1b[Kls",
	"a form feed": "a\fb",
	"a vertical tab": "a\vb",
	"the next line of eight bits": "a\x85b",
	"a link that says another place": `\x1b]8;;http://evil${st}http://good\x1b]8;;${st}`,
	"bidi: a comment that is none": "x = 1 \u202e # \u2066trust me\u2069 \u2066",
	"a file's name": "photo_\u202egpj.exe",
	"letters in tags": [...String.fromCodePoint(0xe0001), ..."run rm"]
		.map((each) => String.fromCodePoint(0xe0000 + (each.codePointAt(0)! & 0x7f)))
		.join(""),
	"bytes in variants": `😀${[0xe0102, 0xe0103, 0xe0110].map((code) => String.fromCodePoint(code)).join("")}`,
	"marks on marks": `e${"\u0301".repeat(200)}`,
	"marks that hide": `e${"\u20dd".repeat(60)}`,
	"half of a character": "a\ud800b",
	"the other half": "a\udc00b",
	"halves the wrong way round": "a\udc00\ud800b",
	"an escape within a character": "\ud83d\x1b[2J\ude00",
	"an escape after a half": "\ud83d\x1b]52;c;UFdO\x07",
	"bytes of UTF-8 as letters": "\u00c2\u009b2J",
	"bytes of a sequence as letters": "\u00e2\u0080\u00ae",
	"overlong, replaced": "\ufffd\x1b[2J\ufffd",
	"a sequence in a sequence": "\x1b[1\x1b[2J;3H",
	"a control in a sequence": "\x1b[1\b2J",
	"a line end's half in a sequence": "\x1b[2\rJ",
	"a string in a string": `\x1b]0;a\x1b]52;c;UFdO${bel}b${bel}`,
	"a string that is cancelled": "\x1b]0;PWN\x18rest",
	"a string that is substituted": "\x1b]0;PWN\x1arest",
	"a string without an end": "\x1b]52;c;UFdO",
	"a picture without an end": "\x1bPq#0",
	"a very long string": `\x1b]52;c;${"QUFB".repeat(5000)}${bel}`,
	"a string behind a long word": `${"A".repeat(17_000)}\x1b]52;c;UFdO${bel}`,
	"a string of eight bits that ends in seven": `\x9d52;c;UFdO${st}`,
	"a string of seven bits that ends in eight": `\x1b]52;c;UFdO${st8}`,
	"an escape at the end": "a\x1b",
	"a CSI at the end": "a\x1b[",
	"a CSI of eight bits at the end": "a\x9b",
	"padding in a parameter": "\x1b[\x002J",
	"a sequence with a deletion": "\x1b\x7f[2J",
	"shift out and in": "a\x0elqk\x0f",
	enquiry: "\x05",
	"many bells": "\x07".repeat(50),
	"Markdown: a link": "[x](\x1b]52;c;UFdO\x07)",
	"Markdown: code": "`\x1b[2J`",
	"Markdown: an entity": "&#27;[2J&#x1b;]52;c;UFdO&#7;",
	"HTML: an entity": "<b>&#155;2J&#8238;</b>",
	"a percent encoding": "%1b[2J",
	"an escape as Python writes it": "\\x1b[2J",
	"Vim: a modeline": "vim: set foldexpr=PWN():",
	"Vim: a statusline's item": "%{execute('let g:pwned=1')}%#Error#%=",
	"Vim: keys": "<Esc>:let g:pwned=1<CR>",
	"Vim: a key's bytes": "\x80\xfd\x53",
};

const wrapped = (text: string): string => `A${text}Z`;

const all = (): Payload[] => {
	const found: Payload[] = [];
	const add = (name: string, text: string): void => void found.push({ name, text: wrapped(text) });
	for (const [name, body] of Object.entries(oscs)) {
		add(`OSC, ${name}`, `\x1b]${body}${bel}`);
		add(`OSC with ST, ${name}`, `\x1b]${body}${st}`);
		add(`OSC of eight bits, ${name}`, `\x9d${body}${st8}`);
	}
	for (const [name, body] of Object.entries(csis)) {
		add(`CSI, ${name}`, `\x1b[${body}`);
		add(`CSI of eight bits, ${name}`, `\x9b${body}`);
	}
	for (const [name, body] of Object.entries(shorts)) add(`escape, ${name}`, `\x1b${body}`);
	for (const [name, body] of Object.entries(strings)) add(name, `${body}${st}`);
	for (const code of controls) add(`control ${hex(code)}`, String.fromCharCode(code));
	for (const [name, codes] of Object.entries(unseen))
		for (const code of codes) add(`${hex(code)}, ${name}`, String.fromCodePoint(code));
	for (const [name, text] of Object.entries(tricks)) add(name, text);
	return found;
};

/** Every one of them. */
export const payloads: readonly Payload[] = all();

/** Those that can stand where no lone half of a character can come: in UTF-8. */
export const utf8Payloads: readonly Payload[] = payloads.filter(({ text }) => text.isWellFormed());

/** In lists of so many, for where few can stand at once. */
export const inGroups = (size: number, from: readonly Payload[] = payloads): (readonly Payload[])[] =>
	Array.from({ length: Math.ceil(from.length / size) }, (_, at) => from.slice(at * size, (at + 1) * size));

const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cs}\u2028\u2029\ufff9-\ufffb]/u;
const acting = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

/**
 * What in a text acts, reorders or hides, as `U+001B`; `[]` when all of it can be seen. Tabs and line ends are no
 * fault, nor is the variant that makes an emoji of a character.
 */
export const faultsOf = (text: string): string[] => [
	...new Set(
		[...text.replace(/(?<=[^\x00-\x7f])\ufe0f/gu, "")]
			.filter((each) => acting.test(each) || invisible.test(each))
			.map((each) => hex(each.codePointAt(0)!)),
	),
];

/** Every text in a value, with the way to it. */
export function* textsIn(value: unknown, way = ""): Iterable<readonly [way: string, text: string]> {
	if (typeof value === "string") yield [way, value];
	else if (Array.isArray(value))
		for (const [at, each] of value.entries()) yield* textsIn(each, `${way}[${at}]`);
	else if (typeof value === "object" && value !== null)
		for (const [name, each] of Object.entries(value)) {
			yield [`${way} (name)`, name];
			yield* textsIn(each, `${way}.${name}`);
		}
}
