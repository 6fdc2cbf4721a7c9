/** Which reader stands behind the word after a fence. */
import { type CodeReader, plainReader } from "./codeReader.ts";
import { diffReader } from "./diff.ts";
import { grammarReader } from "./grammarReader.ts";
import { grammars } from "./grammars.ts";
import { markdownReader } from "./markdownSource.ts";
import { createMarkupReader } from "./markup.ts";
import { pythonReader } from "./pythonTokens.ts";

const aliases: Readonly<Record<string, string>> = {
	"c++": "cpp",
	cc: "cpp",
	cxx: "cpp",
	hpp: "cpp",
	h: "c",
	"objective-c": "cpp",
	objc: "cpp",
	"objective-cpp": "cpp",
	mm: "cpp",
	arduino: "cpp",
	ino: "cpp",
	cu: "cuda",
	metal: "glsl",
	hlsl: "glsl",
	wgsl: "glsl",
	shader: "glsl",
	frag: "glsl",
	vert: "glsl",
	"c#": "csharp",
	cs: "csharp",
	"f#": "fsharp",
	fs: "fsharp",
	js: "javascript",
	jsx: "javascript",
	mjs: "javascript",
	cjs: "javascript",
	node: "javascript",
	ts: "typescript",
	tsx: "typescript",
	mts: "typescript",
	cts: "typescript",
	jsonc: "json",
	json5: "json",
	jsonl: "json",
	ndjson: "json",
	ipynb: "json",
	geojson: "json",
	hjson: "json",
	golang: "go",
	rs: "rust",
	kt: "kotlin",
	kts: "kotlin",
	sc: "scala",
	gradle: "groovy",
	jenkinsfile: "groovy",
	rb: "ruby",
	cr: "crystal",
	pl: "perl",
	pm: "perl",
	raku: "perl",
	jl: "julia",
	m: "matlab",
	hs: "haskell",
	purescript: "haskell",
	ml: "ocaml",
	reason: "ocaml",
	ex: "elixir",
	exs: "elixir",
	erl: "erlang",
	clojure: "lisp",
	clj: "lisp",
	cljs: "lisp",
	edn: "lisp",
	scheme: "lisp",
	scm: "lisp",
	racket: "lisp",
	elisp: "lisp",
	"emacs-lisp": "lisp",
	el: "lisp",
	"common-lisp": "lisp",
	fennel: "lisp",
	sh: "shell",
	bash: "shell",
	zsh: "shell",
	ksh: "shell",
	shellscript: "shell",
	console: "shell",
	"shell-session": "shell",
	shellsession: "shell",
	terminal: "shell",
	ansi: "shell",
	ps: "powershell",
	ps1: "powershell",
	pwsh: "powershell",
	bat: "batch",
	cmd: "batch",
	dosbatch: "batch",
	mysql: "sql",
	postgresql: "sql",
	postgres: "sql",
	psql: "sql",
	plpgsql: "sql",
	plsql: "sql",
	sqlite: "sql",
	tsql: "sql",
	duckdb: "sql",
	bigquery: "sql",
	snowflake: "sql",
	hql: "sql",
	sass: "scss",
	less: "scss",
	stylus: "scss",
	postcss: "scss",
	yml: "yaml",
	conf: "ini",
	cfg: "ini",
	properties: "ini",
	dotenv: "ini",
	env: "ini",
	editorconfig: "ini",
	"git-config": "ini",
	systemd: "ini",
	desktop: "ini",
	docker: "dockerfile",
	containerfile: "dockerfile",
	make: "makefile",
	mk: "makefile",
	mak: "makefile",
	terraform: "hcl",
	tf: "hcl",
	tfvars: "hcl",
	gql: "graphql",
	protobuf: "proto",
	tex: "latex",
	bibtex: "latex",
	viml: "vim",
	vimscript: "vim",
	assembly: "asm",
	nasm: "asm",
	x86asm: "asm",
	delphi: "pascal",
	f90: "fortran",
	f95: "fortran",
	"fortran-free-form": "fortran",
	vb: "basic",
	vba: "basic",
	vbnet: "basic",
	"visual-basic": "basic",
	bas: "basic",
	sol: "solidity",
	coffee: "coffeescript",
	php3: "php",
	rlang: "r",
	splus: "r",
	typ: "latex",
};

/** Those that are read in another way. */
const others: readonly (readonly [names: string, () => CodeReader])[] = [
	["python py python3 py3 ipython ipython3 pycon pyi starlark bazel cython pyx sage", () => pythonReader],
	["diff patch udiff", () => diffReader],
	[
		"html htm xhtml xml svg vue svelte astro xsl xslt xsd plist rss jinja django handlebars erb ejs mathml",
		() => createMarkupReader(codeReader),
	],
	["markdown md mdx rmd qmd", () => markdownReader],
];

const readers = new Map<string, CodeReader>();

/** The reader at a code's beginning; a language that is not known stays plain. */
export const codeReader = (language: string): CodeReader => {
	const name = language.toLowerCase();
	const known = readers.get(name);
	if (known !== undefined) return known;
	const reader = readerOf(name);
	if (reader === undefined) return plainReader;
	readers.set(name, reader);
	return reader;
};

const readerOf = (name: string): CodeReader | undefined => {
	const other = others.find(([names]) => names.split(" ").includes(name));
	if (other !== undefined) return other[1]();
	const resolved = Object.hasOwn(aliases, name) ? aliases[name]! : name;
	if (!Object.hasOwn(grammars, resolved)) return undefined;
	return resolved === name ? grammarReader(grammars[name]!) : codeReader(resolved);
};
