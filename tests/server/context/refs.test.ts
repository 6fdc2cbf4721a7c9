import { expect, test } from "vitest";
import { findRefs, findToolNames } from "../../../server/context/refs.ts";

/** References as `kind text`, plain ones with a question mark. */
const found = (text: string): string =>
	findRefs(text)
		.map(({ ref, explicit }) =>
			ref.kind === "shell" ? `!${ref.command}` : `$${ref.expression}${explicit ? "" : "?"}`,
		)
		.join(" | ");

test.each([
	["what is $`x`?", "$x"],
	["$`df.shape` and $`rows[0]['a']` and $`f(x=1)`", "$df.shape | $rows[0]['a'] | $f(x=1)"],
	["$`größe`", "$größe"],
	["$` x `", "$x"],
	["$`5` $`` $`a\nb`", ""],
	["\\$`x` \\!`ls`", ""],
	["twice $`x` $`x` $x", "$x"],
	["!`git log -3`", "!git log -3"],
	["!`a\nb`", "!a\nb"],
	["great!`x` `!`x`", ""],
	["!` `", ""],
	["```\n$`x` !`ls` $y\n```\n$`z`", "$z"],
	["~~~py\n$`x`", ""],
	["````md\n```\n$`x`\n```\n````\n$`z`", "$z"],
	["1. look:\n   - ```sh\n     !`rm x`\n     ```\n!`ls`", "!ls"],
	["> quoted $`x`\n> ```\n> !`ls`\n> ```\n$`z`", "$z"],
	[">>> f($`x`)\n$`z`", "$z"],
	["write ``$`x` `` or ``` !`ls` ``` for it, here $`z`", "$z"],
	["```py```, then $`z`", "$z"],
	["see $df, then $x.", "$df? | $x?"],
	["(costs $5, a$b, $$c, \\$d)", ""],
	["$x first, $`x` then", "$x"],
	["run `echo $PATH` or\n```sh\necho $HOME\n```\nand $y", "$y?"],
	["~~~\n$a", ""],
	["$f(x) $g", "$g?"],
	["!`echo $HOME`", "!echo $HOME"],
	["", ""],
])("%j: %s", (text, expected) => expect(found(text)).toBe(expected));

test.each([
	["use &`fetch` and &` tidy `", "fetch tidy"],
	["&`f` twice &`f`", "f"],
	["&`größe` &`f(x)`", "größe f(x)"],
	["`a &` and `b` or !`sleep 5 &` and `ls`", ""],
	["R&`D` &&`x` \\&`f` &name & `g`", ""],
	["```\n&`f`\n```\n> &`g`\n``&`h` ``, then &`z`", "z"],
	["&`5` &`` &`a\nb`", ""],
])("%j names %s", (text, expected) => expect(findToolNames(text).join(" ")).toBe(expected));
