/** `sed` and `awk`: harmless as long as their own programs are. */
import { optionTable, parseOptions } from "../options.ts";
import { type Program, useOf } from "../program.ts";
import { doubt } from "../words.ts";

const sedOptions = optionTable(
	"-n -E -r -s -u -z -e: --quiet --silent --regexp-extended --separate --unbuffered --null-data --expression: --posix --sandbox --debug",
);

export const sed: Program = (args) => {
	const parsed = parseOptions(args, sedOptions);
	if ("doubt" in parsed) return parsed;
	const given = parsed.options.filter(({ name }) => name === "-e" || name === "--expression");
	const scripts = given.length > 0 ? given.map(({ value }) => value ?? "") : parsed.operands.slice(0, 1);
	if (scripts.length === 0) return doubt("sed has no script");
	for (const script of scripts)
		if (!isPlainSed(script)) return doubt(`sed may write or run something: ${script}`);
	return useOf(
		{ ...parsed, operands: given.length > 0 ? parsed.operands : parsed.operands.slice(1) },
		{ all: "reads" },
	);
};

const address = String.raw`(?:\d+|\$|\d+~\d+|\/(?:[^\/\\\n]|\\[^\n])*\/I?)`;
const substitute = ["/", "|", "#", ",", ":", "@", "%", "!"]
	.map((mark) => {
		const each = `(?:[^\\${mark}\\\\\\n]|\\\\[^\\n])*`;
		return `s\\${mark}${each}\\${mark}${each}\\${mark}[gpiI0-9]*|y\\${mark}${each}\\${mark}${each}\\${mark}`;
	})
	.join("|");
const sedCommand = new RegExp(
	String.raw`^\s*(?:${address}\s*(?:,\s*(?:${address}|[+~]\d+)\s*)?)?!?\s*(?:[pdqQ=lnNDPhHgGx]|${substitute})\s*(?:[;\n]|$)`,
);

/** A script of addresses and commands that print, delete and substitute. */
const isPlainSed = (script: string): boolean => {
	for (let rest = script; rest.trim() !== ""; ) {
		const found = sedCommand.exec(rest)?.[0];
		if (!found) return false;
		rest = rest.slice(found.length);
	}
	return true;
};

const awkOptions = optionTable("-F: -v: --field-separator: --assign: --posix --re-interval --sandbox");

export const awk: Program = (args) => {
	const parsed = parseOptions(args, awkOptions, { operandsEnd: true });
	if ("doubt" in parsed) return parsed;
	const [program = "", ...files] = parsed.operands;
	if (!isPlainAwk(program)) return doubt(`awk may write or run something: ${program}`);
	// An operand `a=b` sets a variable and names no file.
	const named = files.filter((file) => !/^[A-Za-z_]\w*=/.test(file));
	return useOf({ ...parsed, operands: named }, { all: "reads" });
};

/** Looks at the text as it stands: what is in quotes counts too, so that no quote hides anything. */
const isPlainAwk = (program: string): boolean => {
	if (
		/system|getline|close|fflush|ENVIRON|ARGV|ARGC|PROCINFO|SYMTAB|FUNCTAB|FILENAME\s*=|@|\\\n/.test(program)
	)
		return false;
	if (program.replaceAll("||", "").includes("|")) return false;
	const prints = program.indexOf("print");
	return prints < 0 || !program.includes(">", prints);
};
