/** What a line of Markdown begins with. Columns count tabs to the next fourth. */

/** Columns of blanks at the beginning. */
export const indentOf = (line: string): number => {
	let columns = 0;
	for (const unit of line) {
		if (unit === " ") columns++;
		else if (unit === "\t") columns += 4 - (columns % 4);
		else break;
	}
	return columns;
};

/** The line without so many columns of blanks, or as many as there are. */
export const unindent = (line: string, columns: number): string => {
	let taken = 0;
	let at = 0;
	while (taken < columns && (line[at] === " " || line[at] === "\t")) {
		taken += line[at] === "\t" ? 4 - (taken % 4) : 1;
		at++;
	}
	return " ".repeat(Math.max(0, taken - columns)) + line.slice(at);
};

export const isBlank = (line: string): boolean => line.trim() === "";

export type ListMarker = {
	/** Items of one list have the same: `-`, `*`, `+`, `.`, `)`. A footnote has its label. */
	readonly type: string;
	/** The number before `.` or `)`. */
	readonly number: number | null;
	/** Where the item's content begins. */
	readonly indent: number;
	readonly text: string;
};

export const listMarker = (line: string): ListMarker | null => {
	const expanded = line.replace(/^\t+/, (tabs) => "    ".repeat(tabs.length));
	const match = /^( {0,3})([-*+]|(\d{1,9})([.)]))(?:( +)(.*)|)$/.exec(expanded);
	if (!match) return null;
	const space = match[5] ?? " ";
	const taken = space.length > 4 ? 1 : space.length;
	return {
		type: match[4] ?? match[2]!,
		number: match[3] === undefined ? null : Number(match[3]),
		indent: match[1]!.length + match[2]!.length + taken,
		text: " ".repeat(space.length - taken) + (match[6] ?? ""),
	};
};

/** `[^label]: text`, which goes on in lines that are indented by four. */
export const footnoteMarker = (line: string): ListMarker | null => {
	const match = /^ {0,3}(\[\^[^\]\s]{1,100}\]:)\s*(.*)$/.exec(line);
	return match && { type: match[1]!, number: null, indent: 4, text: match[2]! };
};

export type Fence = { readonly marker: string; readonly indent: number; readonly info: string };

export const fenceOf = (line: string): Fence | null => {
	const match = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(line);
	if (!match || (match[2]![0] === "`" && match[3]!.includes("`"))) return null;
	return { marker: match[2]!, indent: match[1]!.length, info: match[3]!.trim() };
};

export const closesFence = (line: string, { marker }: Fence): boolean => {
	const bare = line.trim();
	return bare.length >= marker.length && bare === marker[0]!.repeat(bare.length) && indentOf(line) < 4;
};

export const headingOf = (line: string): { readonly level: number; readonly text: string } | null => {
	const match = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/.exec(line);
	if (!match) return null;
	const text = (match[2] ?? "").trim();
	return { level: match[1]!.length, text: text.replace(/(?:^|[ \t])#+$/, "").trimEnd() };
};

export const isRule = (line: string): boolean => {
	const marks = line.replace(/[ \t]/g, "");
	return /^(?:-{3,}|\*{3,}|_{3,})$/.test(marks) && indentOf(line) < 4;
};

/** What is shown as it is written: HTML, and mathematics. */
export type Verbatim = {
	readonly role: "html" | "math";
	/** What its last line holds; `null`: a blank line ends it. */
	readonly end: string | null;
};

/** Whether such a block begins here. Behind a paragraph's line a tag alone is none. */
export const verbatimStart = (line: string, inParagraph: boolean): Verbatim | null => {
	if (indentOf(line) > 3) return null;
	const text = line.trim();
	const math = text.startsWith("\\[") ? "\\]" : text.startsWith("$$") ? "$$" : null;
	if (math !== null) {
		const close = text.indexOf(math, 2);
		return close < 0 || close + 2 === text.length ? { role: "math", end: math } : null;
	}
	if (!text.startsWith("<")) return null;
	for (const [begin, end] of untilMarks) if (begin.test(text)) return { role: "html", end };
	const tag = /^<\/?([a-z][a-z\d-]*)(?=[\s/>]|$)/i.exec(text)?.[1]?.toLowerCase();
	if (tag === undefined) return null;
	if (blockTags.has(tag)) return { role: "html", end: null };
	const isAlone = /^<\/?[a-z][^<>]*>$/i.test(text) && tag !== "br";
	return isAlone && !inParagraph ? { role: "html", end: null } : null;
};

/** Whether the line ends the block, which it is a part of unless it is blank. */
export const endsVerbatim = ({ end }: Verbatim, line: string, isFirst: boolean): boolean => {
	if (end === null) return isBlank(line);
	return line.indexOf(end, isFirst ? line.search(/\S/) + 2 : 0) >= 0;
};

const untilMarks: readonly (readonly [RegExp, string])[] = [
	[/^<!--/, "-->"],
	[/^<\?/, "?>"],
	[/^<!\[CDATA\[/, "]]>"],
	[/^<![a-z]/i, ">"],
	[/^<script(?=[\s>]|$)/i, "</script>"],
	[/^<style(?=[\s>]|$)/i, "</style>"],
	[/^<pre(?=[\s>]|$)/i, "</pre>"],
	[/^<textarea(?=[\s>]|$)/i, "</textarea>"],
];

/** CommonMark's list, of HTML blocks of its sixth kind. */
const blockTags: ReadonlySet<string> = new Set(
	"address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr track ul".split(
		" ",
	),
);

/** Whether a line ends a paragraph by beginning something else. */
export const interruptsParagraph = (line: string): boolean => {
	if (/^ {0,3}>/.test(line) || fenceOf(line) || headingOf(line) || isRule(line)) return true;
	if (verbatimStart(line, true) || footnoteMarker(line)) return true;
	const marker = listMarker(line);
	return marker !== null && marker.text.trim() !== "" && (marker.number === null || marker.number === 1);
};

/** Whether a line without the marks of the containers that are open ends the paragraph in them. */
export const interruptsLazily = (line: string): boolean =>
	interruptsParagraph(line) || listMarker(line) !== null;
