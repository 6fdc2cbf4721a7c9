import { expect, test } from "vitest";
import { parseInline } from "../../../../clients/common/markdown/inline.ts";
import { References } from "../../../../clients/common/markdown/references.ts";

/** The pieces, with what they are and the marks that hold for them. */
const parsed = (source: string): string => {
	const references = new References();
	references.add({ label: "Here", href: "https://here.example", title: "" });
	return parseInline(source, references)
		.map((piece) => {
			const marks = piece.marks.map((mark) => `${mark} `).join("");
			if (piece.kind === "break") return "⏎";
			if (piece.kind === "image") return `‹${marks}image ${piece.text} ${piece.address}›`;
			const kind = piece.kind === "text" ? "" : `${piece.kind} `;
			return marks + kind === "" ? piece.text : `‹${marks}${kind}${piece.text}›`;
		})
		.join("");
};

test.each([
	[
		"*a* **b** ***c*** _d_ __e__ ~~f~~",
		"‹emphasis a› ‹strong b› ‹strong emphasis c› ‹emphasis d› ‹strong e› ‹strike f›",
	],
	["**a *b* c** a**b**c a_b_c", "‹strong a ›‹strong emphasis b›‹strong  c› a‹strong b›c a_b_c"],
	["2 * 3 * 4, ** a **, ~5 to ~6", "2 * 3 * 4, ** a **, ~5 to ~6"],
	["*a **b* **c*", "*a *‹emphasis b› *‹emphasis c›"],
	["a\\*b\\* \\\\ \\q", "a*b* \\ \\q"],
	["`a` `` b`c `` ` d ` `*e*` `f", "‹code a› ‹code b`c› ‹code d› ‹code *e*› `f"],
	[
		"[a *b*](https://x.example) [c](<d e> 'f') [g]()",
		"‹link a ›‹link emphasis b›‹address  (no)›".replace("‹address  (no)›", "‹address https://x.example›") +
			" ‹link c›‹address d e› ‹link g›",
	],
	[
		"[a][here] [HERE][] [here] [no][where] [x]",
		"‹link a›‹address https://here.example› ‹link HERE›‹address https://here.example› ‹link here›‹address https://here.example› [no][where] [x]",
	],
	["[a [b](c) d](e)", "[a ‹link b›‹address c› d](e)"],
	["![a *b*](c.png) [![d](e)](f)", "‹image a b c.png› ‹link image d e›‹address f›"],
	[
		"<https://a.example> <b@c.example> <d> <br> x",
		"‹link https://a.example› ‹link b@c.example› ‹html <d>› ⏎ x",
	],
	[
		"see https://a.example/b_c_d(e)). (www.f.example) xhttp://g",
		"see ‹link https://a.example/b_c_d(e)›). (‹link www.f.example›) xhttp://g",
	],
	["&lt;b&gt; &nope; &#65;", "<b> &nope; A"],
	["a  \nb\\\nc\nd", "a⏎b⏎c d"],
	[
		"\\(a_1 * b_1 * c\\) and \\[x*y*z\\] and \\(no",
		"‹math \\(a_1 * b_1 * c\\)› and ‹math \\[x*y*z\\]› and (no",
	],
	[
		"$a*b*c$ $$d*e*f$$ costs $5 and *6* or $7",
		"‹math $a*b*c$› ‹math $$d*e*f$$› costs $5 and ‹emphasis 6› or $7",
	],
	["note[^1] [^2]", "note[^1] [^2]"],
])("%s", (source, expected) => {
	expect(parsed(source)).toBe(expected);
});

test.each([
	"*",
	"_",
	"*a_",
	"**a ",
	"[",
	"![",
	"](",
	"[](",
	"[a](",
	"[a](\\!",
	"[a](<",
	'[a](b "',
	"`",
	"`a``",
	"<",
	"<a ",
	"<!--",
	"&",
	"$",
	"$a",
	"\\(",
	"\\[",
	"~~a",
	"https://",
	"www.",
	"a@b.",
	"***a**b_",
	"[[]]",
	"!",
	"\n",
	"  \n",
])("%s again and again loses nothing and nobody", (unit) => {
	for (const head of ["", "a ", "**", "["]) {
		const pieces = parseInline(head + unit.repeat(5_000), new References());
		expect(pieces.length).toBeGreaterThan(0);
	}
});
