/** HTML as text. */
import { expect, test } from "vitest";
import { htmlText } from "../../../ground/text/htmlText.ts";

test("paragraphs, lists and entities are text; styles, scripts and comments are not", () => {
	expect(
		htmlText(
			"<style>b { x }</style><b>bold</b> &amp;\n <i>it</i><p class='a'>1 &lt; 2 &#169; &#xe9; &unknown;</p>" +
				"<ul><li>one<li>two</ul><script>if (a > b) alert()</script><!-- no <b> --> end",
		),
	).toBe("bold & it\n1 < 2 © é &unknown;\n- one\n- two\nend");
});

test("a table stands in columns, numbers to the right; cells keep to one line", () => {
	expect(
		htmlText(
			"<p>before</p><table border='1'><thead><tr><th></th><th>price</th><th>name</th></tr></thead><tbody>" +
				"<tr><th>0</th><td>9.5</td><td>a<br>b</td></tr><tr><th>1</th><td>1,200.0</td><td>long name</td></tr></tbody></table>after",
		),
	).toBe(["before", "   price    name", "0      9.5  a b", "1  1,200.0  long name", "after"].join("\n"));
});

test("what has no text is none, and broken HTML is read as far as it goes", () => {
	expect(htmlText("<div><br></div><style>x</style>")).toBe(null);
	expect(htmlText("a < b <unclosed")).toBe("a < b");
	expect(htmlText("<table><td>x<tr><td>y")).toBe("x\ny");
	expect(htmlText("<style>never closed")).toBe(null);
});
