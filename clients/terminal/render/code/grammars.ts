/** The languages that are known by a grammar. */
import type { Role } from "../theme.ts";
import type { Span } from "./codeReader.ts";
import type { Grammar, TextRule, Words } from "./grammar.ts";

const lineComment = (open: string): TextRule => ({ role: "comment", open, close: "" });
const comment = (open: string, close: string, nests?: string): TextRule => ({
	role: "comment",
	open,
	close,
	lines: true,
	...(nests === undefined ? {} : { nests }),
});
/** A string in one line. */
const quoted = (quote: string, open = quote): TextRule => ({
	role: "string",
	open,
	close: quote,
	escapes: true,
});
const longText = (open: string, close: string, more: Partial<TextRule> = {}): TextRule => ({
	role: "string",
	open,
	close,
	lines: true,
	...more,
});

const hash = lineComment("#");
/** A hash that is no part of a word. */
const shellHash = lineComment("(?<=^|[\\s;(])#");
const slashes = [lineComment("//"), comment("/\\*", "*/")];
const quotes = [quoted('"'), quoted("'")];
/** One character; what else begins with a quote is none. */
const character = quoted("'", "'(?=(?:\\\\[^']{1,9}|[^'\\\\])')");
const tripleDouble = longText('"""', '"""', { escapes: true });

const annotation = ["@[\\p{L}_][\\w.]*", "decorator"] as const;
const dollarName = ["\\$[\\p{L}_]\\w*", "builtin"] as const;

const c: Grammar = {
	texts: [...slashes, ...quotes],
	tokens: [
		["^\\s*#\\s*(?:include|import)\\s*<[^>]*>?", "decorator"],
		["^\\s*#\\s*\\w+", "decorator"],
	],
	words: {
		keyword:
			"alignas alignof auto break case const constexpr continue default do else enum extern for goto if inline register restrict return sizeof static static_assert struct switch thread_local typedef typeof union volatile while _Atomic _Generic _Noreturn",
		number: "NULL true false nullptr stdin stdout stderr",
		builtin:
			"bool char double float int long short signed unsigned void size_t ssize_t ptrdiff_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t FILE",
	},
	names: { type: "struct enum union" },
};

const withWords = (grammar: Grammar, more: Words): Grammar => {
	const merged = { ...grammar.words, ...more };
	for (const kind of ["keyword", "builtin", "number"] as const)
		if (grammar.words[kind] && more[kind]) merged[kind] = `${grammar.words[kind]} ${more[kind]}`;
	return { ...grammar, words: merged };
};

const cpp: Grammar = withWords(
	{
		...c,
		texts: [
			longText('(?:u8|[uUL])?R"(?<id>[^()\\\\\\s"]{0,16})\\(', ')$id"'),
			...slashes,
			quoted('"'),
			character,
		],
		capitalTypes: true,
		names: { type: "class struct enum union namespace concept typename" },
	},
	{
		keyword:
			"and asm bitand bitor catch class co_await co_return co_yield concept const_cast consteval constinit decltype delete dynamic_cast explicit export final friend import module mutable namespace new noexcept not operator or override private protected public reinterpret_cast requires static_cast template this throw try typeid typename using virtual xor",
		builtin:
			"std string vector map set pair unique_ptr shared_ptr optional wchar_t char8_t char16_t char32_t",
	},
);

const cuda = withWords(cpp, {
	keyword: "__global__ __device__ __host__ __shared__ __constant__ __restrict__",
	builtin: "dim3 threadIdx blockIdx blockDim gridDim float2 float3 float4 int2 int3 int4",
});

const shader = withWords(c, {
	keyword:
		"in out inout uniform varying attribute layout precision highp mediump lowp discard flat smooth fn let var",
	builtin:
		"vec2 vec3 vec4 ivec2 ivec3 ivec4 uvec2 uvec3 uvec4 mat2 mat3 mat4 sampler2D samplerCube f16 f32 i32 u32 array texture_2d",
});

const java: Grammar = {
	texts: [tripleDouble, ...slashes, ...quotes],
	tokens: [annotation],
	words: {
		keyword:
			"abstract assert break case catch class const continue default do else enum exports extends final finally for goto if implements import instanceof interface module native new non-sealed opens package permits private protected public record requires return sealed static strictfp super switch synchronized this throw throws transient try var volatile when while with yield",
		number: "true false null",
		builtin: "boolean byte char double float int long short void",
	},
	capitalTypes: true,
	names: { type: "class interface enum record" },
};

const groovy = withWords(
	{ ...java, texts: [tripleDouble, longText("'''", "'''", { escapes: true }), ...slashes, ...quotes] },
	{ keyword: "def in as trait" },
);

const kotlin: Grammar = {
	texts: [
		longText('"""', '"""', { code: "${" }),
		lineComment("//"),
		comment("/\\*", "*/", "/*"),
		{ ...quoted('"'), code: "${" },
		quoted("'"),
	],
	tokens: [annotation],
	words: {
		keyword:
			"abstract actual as break by catch class companion const constructor continue crossinline data delegate do dynamic else enum expect external final finally for fun get if import in infix init inline inner interface internal is lateinit noinline object open operator out override package private protected public reified return sealed set super suspend tailrec this throw try typealias typeof val value var vararg when where while",
		number: "true false null",
		builtin: "it",
	},
	capitalTypes: true,
	names: { type: "class interface object typealias", function: "fun" },
};

const scala: Grammar = {
	texts: [
		longText('[a-z]*"""', '"""'),
		lineComment("//"),
		comment("/\\*", "*/", "/*"),
		quoted('"', '[a-z]?"'),
		character,
	],
	tokens: [annotation],
	words: {
		keyword:
			"abstract case catch class def do else end enum export extends extension final finally for forSome given if implicit import inline lazy match new object opaque override package private protected return sealed super then this throw trait try type using val var while with yield",
		number: "true false null",
	},
	capitalTypes: true,
	names: { type: "class object trait enum type", function: "def" },
};

const csharp: Grammar = {
	texts: [
		longText('\\$*"""', '"""'),
		longText('\\$?@\\$?"', '"'),
		...slashes,
		quoted('"', '\\$?"'),
		quoted("'"),
	],
	tokens: [["^\\s*#\\s*\\w+", "decorator"]],
	words: {
		keyword:
			"abstract add alias and as ascending async await base break case catch checked class const continue default delegate descending do else enum event explicit extern finally fixed for foreach from get global goto group if implicit in init interface internal into is join let lock nameof namespace new not on operator or orderby out override params partial private protected public readonly record ref remove required return sealed select set sizeof stackalloc static struct switch this throw try typeof unchecked unsafe using value var virtual volatile when where while with yield",
		number: "true false null",
		builtin:
			"bool byte char decimal double dynamic float int long nint nuint object sbyte short string uint ulong ushort void",
	},
	capitalTypes: true,
	names: { type: "class interface struct enum record namespace" },
};

const fsharp: Grammar = {
	texts: [
		tripleDouble,
		lineComment("//"),
		comment("\\(\\*(?!\\))", "*)", "(*"),
		quoted('"', '[$@]?"'),
		character,
	],
	words: {
		keyword:
			"abstract and as assert base begin class default delegate do done downcast downto elif else end exception extern finally fixed for fun function global if in inherit inline interface internal lazy let match member module mutable namespace new not null of open or override private public rec return select sig static struct then to try type upcast use val void when while with yield",
		number: "true false null",
		builtin: "int float string bool unit list option seq printfn sprintf failwith async",
	},
	capitalTypes: true,
	names: { type: "type module namespace", function: "let member" },
};

const javascript: Grammar = {
	texts: [...slashes, longText("`", "`", { escapes: true, code: "${" }), ...quotes],
	tokens: [annotation],
	name: "[\\p{L}_$#][\\p{L}\\p{N}_$]*",
	words: {
		keyword:
			"as async await break case catch class const continue debugger default delete do else export extends finally for from function get if import in instanceof let new of return set static super switch throw try typeof var void while with yield",
		number: "true false null undefined NaN Infinity",
		builtin:
			"Array Boolean Date Error JSON Map Math Number Object Promise RegExp Set String Symbol WeakMap console document globalThis module process require self this window exports",
	},
	capitalTypes: true,
	names: { type: "class", function: "function" },
	slashes: true,
};

const typescript = withWords(
	{ ...javascript, names: { type: "class interface type enum namespace", function: "function" } },
	{
		keyword:
			"abstract accessor asserts declare enum implements infer interface is keyof namespace out override private protected public readonly satisfies type unique",
		builtin: "any bigint boolean never number object string symbol unknown void",
	},
);

const json: Grammar = {
	texts: [...slashes, ...quotes],
	words: { number: "true false null NaN Infinity" },
	keyEnd: ":",
};

const go: Grammar = {
	texts: [...slashes, longText("`", "`"), ...quotes],
	words: {
		keyword:
			"break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var",
		number: "true false nil iota",
		builtin:
			"any append bool byte cap clear close comparable complex complex128 complex64 copy delete error float32 float64 imag int int16 int32 int64 int8 len make max min new panic print println real recover rune string uint uint16 uint32 uint64 uint8 uintptr",
	},
	names: { type: "type", function: "func" },
};

const rust: Grammar = {
	texts: [
		longText('b?c?r(?<id>#{0,16})"', '"$id'),
		lineComment("//"),
		comment("/\\*", "*/", "/*"),
		longText('[bc]?"', '"', { escapes: true }),
		quoted("'", "b?'(?=(?:\\\\[^']{1,9}|[^'\\\\])')"),
	],
	tokens: [
		["#!?\\[[^\\]]*\\]?", "decorator"],
		["'[\\p{L}_]\\w*(?!')", "type"],
		["[a-z_]\\w*!(?=[\\s({[])", "function"],
	],
	words: {
		keyword:
			"as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod move mut pub ref return static struct super trait type union unsafe use where while yield",
		number: "true false",
		builtin: "bool char f32 f64 i128 i16 i32 i64 i8 isize self str u128 u16 u32 u64 u8 usize",
	},
	capitalTypes: true,
	names: { type: "struct enum trait type union mod", function: "fn" },
};

const swift: Grammar = {
	texts: [
		longText('(?<id>#{0,16})"""', '"""$id'),
		lineComment("//"),
		comment("/\\*", "*/", "/*"),
		quoted('"'),
	],
	tokens: [annotation, ["#\\w+", "decorator"]],
	words: {
		keyword:
			"actor any as associatedtype async await break case catch class continue convenience default defer deinit didSet do dynamic else enum extension fallthrough fileprivate final for func get guard if import in indirect infix init inout internal is isolated lazy let mutating nonisolated nonmutating open operator optional override private protocol public repeat required rethrows return set some static struct subscript super switch throw throws try typealias unowned var weak where while willSet",
		number: "true false nil",
		builtin: "self Self",
	},
	capitalTypes: true,
	names: { type: "class struct enum protocol extension actor typealias", function: "func" },
};

const dart = withWords(
	{
		...java,
		texts: [
			longText("r?'''", "'''", { escapes: true }),
			longText('r?"""', '"""', { escapes: true }),
			...slashes,
			{ ...quoted('"'), code: "${" },
			{ ...quoted("'"), code: "${" },
		],
	},
	{
		keyword:
			"as async await covariant deferred dynamic export extension external factory get hide in is late library mixin on operator part required rethrow set show sync typedef",
		builtin: "bool num",
	},
);

const zig: Grammar = {
	texts: [lineComment("//"), { role: "string", open: "\\\\\\\\", close: "" }, quoted('"'), character],
	tokens: [["@\\w+", "function"]],
	words: {
		keyword:
			"addrspace align allowzero and anyframe anytype asm async await break callconv catch comptime const continue defer else enum errdefer error export extern fn for if inline linksection noalias noinline nosuspend opaque or orelse packed pub resume return struct suspend switch test threadlocal try union unreachable usingnamespace var volatile while",
		number: "true false null undefined",
		builtin:
			"anyerror anyopaque bool comptime_float comptime_int f16 f32 f64 i16 i32 i64 i8 isize noreturn type u16 u32 u64 u8 usize void",
	},
	capitalTypes: true,
	names: { function: "fn" },
};

const d = withWords(
	{
		...java,
		texts: [
			lineComment("//"),
			comment("/\\*", "*/"),
			comment("/\\+", "+/", "/+"),
			longText("`", "`"),
			...quotes,
		],
	},
	{
		keyword:
			"alias auto body cast debug delegate delete deprecated export extern foreach immutable in inout invariant lazy mixin nothrow out override pragma pure ref scope shared struct template typeid typeof union unittest version",
		builtin: "bool dchar real size_t string ubyte uint ulong ushort wchar",
	},
);

const php: Grammar = {
	texts: [
		...slashes,
		lineComment("#(?!\\[)"),
		longText('"', '"', { escapes: true }),
		longText("'", "'", { escapes: true }),
	],
	tokens: [
		["<\\?(?:php|=)?|\\?>", "decorator"],
		["\\$[\\p{L}_]\\w*", "builtin"],
		["#\\[[^\\]]*\\]?", "decorator"],
	],
	heredoc: "<<<['\"]?(?<id>[A-Za-z_]\\w*)['\"]?",
	words: {
		keyword:
			"abstract and array as break callable case catch class clone const continue declare default do echo else elseif empty enum extends final finally fn for foreach function global goto if implements include include_once instanceof insteadof interface isset list match namespace new or print private protected public readonly require require_once return static switch throw trait try unset use var while xor yield",
		number: "true false null TRUE FALSE NULL",
		builtin: "bool float int iterable mixed never object self parent string void",
	},
	capitalTypes: true,
	names: { type: "class interface trait enum namespace", function: "function fn" },
};

const ruby: Grammar = {
	texts: [
		comment("^=begin\\b", "=end"),
		hash,
		longText('"', '"', { escapes: true, code: "#{" }),
		longText("'", "'", { escapes: true }),
		{ ...quoted("`"), code: "#{" },
	],
	tokens: [
		["(?<![:\\w]):[\\p{L}_]\\w*[?!]?", "number"],
		["@@?[\\p{L}_]\\w*|\\$\\w+", "builtin"],
	],
	heredoc: "<<[-~]['\"]?(?<id>[A-Za-z_]\\w*)['\"]?",
	name: "[\\p{L}_]\\w*[?!]?",
	words: {
		keyword:
			"alias and begin break case class def defined? do else elsif end ensure extend for if in include module next not or prepend private protected public raise redo require require_relative rescue retry return self super then undef unless until when while yield",
		number: "true false nil",
		builtin: "attr_accessor attr_reader attr_writer lambda p print proc puts",
	},
	capitalTypes: true,
	names: { type: "class module", function: "def" },
	slashes: true,
};

const crystal = ruby;

const perl: Grammar = {
	texts: [
		comment("^=\\w+", "=cut"),
		hash,
		longText('"', '"', { escapes: true }),
		longText("'", "'", { escapes: true }),
	],
	tokens: [["[$@%&]\\{?\\^?\\w+\\}?", "builtin"]],
	heredoc: "<<~?['\"]?(?<id>[A-Za-z_]\\w*)['\"]?",
	words: {
		keyword:
			"and bless cmp continue default defined delete do each else elsif eq exists for foreach ge given gt if last le local lt my ne next no not or our package redo require return sub undef unless until use wantarray when while xor",
		builtin:
			"chomp close die grep join keys length map open pop print printf push ref reverse say scalar shift sort splice split sprintf substr unshift values warn",
	},
	names: { type: "package", function: "sub" },
};

const lua: Grammar = {
	texts: [
		comment("--\\[(?<id>={0,16})\\[", "]$id]"),
		lineComment("--"),
		longText("\\[(?<id>={0,16})\\[", "]$id]"),
		...quotes,
	],
	words: {
		keyword:
			"and break do else elseif end for function goto if in local not or repeat return then until while",
		number: "true false nil",
		builtin:
			"assert error getmetatable ipairs next pairs pcall print rawget rawset require select self setmetatable tonumber tostring type vim",
	},
	names: { function: "function" },
};

const r: Grammar = {
	texts: [hash, longText('"', '"', { escapes: true }), longText("'", "'", { escapes: true }), quoted("`")],
	tokens: [["%[^%\\s]{0,16}%", "operator"]],
	name: "[\\p{L}.][\\p{L}\\p{N}._]*",
	words: {
		keyword: "break else for function if in next repeat return while",
		number: "TRUE FALSE NULL NA NA_integer_ NA_real_ NA_character_ Inf NaN T F",
		builtin: "c data.frame library list require",
	},
};

const julia: Grammar = {
	texts: [
		longText('\\w*"""', '"""', { escapes: true }),
		comment("#=", "=#", "#="),
		hash,
		longText('\\w*"', '"', { escapes: true }),
		character,
	],
	tokens: [
		["@[\\p{L}_]\\w*", "decorator"],
		["(?<![\\w:)]):[\\p{L}_]\\w*", "number"],
	],
	name: "[\\p{L}_][\\p{L}\\p{N}_!]*",
	words: {
		keyword:
			"abstract baremodule begin break catch const continue do else elseif end export finally for function global if import in isa let local macro module mutable primitive quote return struct try type using where while",
		number: "true false nothing missing NaN Inf pi im",
	},
	capitalTypes: true,
	names: { type: "struct module", function: "function macro" },
};

const matlab: Grammar = {
	texts: [
		comment("^\\s*%\\{\\s*$", "%}"),
		lineComment("%|\\.\\.\\."),
		quoted('"'),
		{ role: "string", open: "(?<![\\w)\\]}'.])'", close: "'" },
	],
	words: {
		keyword:
			"arguments break case catch classdef continue else elseif end enumeration events for function global if methods otherwise parfor persistent properties return spmd switch try while",
		number: "true false pi Inf NaN eps",
		builtin: "disp zeros ones size length numel plot figure fprintf sprintf",
	},
	names: { type: "classdef", function: "function" },
};

const octave: Grammar = { ...matlab, texts: [lineComment("#"), ...matlab.texts] };

const haskell: Grammar = {
	texts: [lineComment("--(?![!#$%&*+./<=>?@\\\\^|~:])"), comment("\\{-", "-}", "{-"), quoted('"'), character],
	name: "[\\p{L}_][\\p{L}\\p{N}_']*",
	words: {
		keyword:
			"as case class data default deriving do else family forall foreign hiding if import in infix infixl infixr instance let mdo module newtype of pattern proc qualified rec then type where",
		number: "True False",
	},
	capitalTypes: true,
};

const elm = haskell;

const ocaml: Grammar = {
	texts: [comment("\\(\\*(?!\\))", "*)", "(*"), longText('"', '"', { escapes: true }), character],
	name: "[\\p{L}_][\\p{L}\\p{N}_']*",
	words: {
		keyword:
			"and as assert begin class constraint do done downto else end exception external for fun function functor if in include inherit initializer lazy let match method module mutable new nonrec object of open or private rec sig struct then to try type val virtual when while with",
		number: "true false",
		builtin: "int float string bool unit list option array char ref",
	},
	capitalTypes: true,
	names: { type: "type module", function: "let" },
};

const elixir: Grammar = {
	texts: [
		hash,
		longText('(?:~[a-zA-Z])?"""', '"""', { escapes: true }),
		longText('"', '"', { escapes: true, code: "#{" }),
		longText("'", "'", { escapes: true }),
	],
	tokens: [
		["(?<![:\\w]):[\\p{L}_]\\w*[?!]?", "number"],
		["@[\\p{L}_]\\w*", "decorator"],
	],
	name: "[\\p{L}_]\\w*[?!]?",
	words: {
		keyword:
			"after alias and case catch cond def defdelegate defexception defguard defimpl defmacro defmodule defp defprotocol defstruct do else end fn for if import in not or quote raise receive require rescue try unless unquote use when with",
		number: "true false nil",
	},
	capitalTypes: true,
	names: { type: "defmodule defprotocol", function: "def defp defmacro" },
};

const erlang: Grammar = {
	texts: [lineComment("%"), longText('"', '"', { escapes: true }), quoted("'")],
	tokens: [["^-\\w+", "decorator"]],
	words: {
		keyword:
			"after and andalso band begin bnot bor bsl bsr case catch cond div else end fun if let maybe not of or orelse receive rem try when xor",
		number: "true false undefined",
	},
	capitalTypes: true,
};

const lisp: Grammar = {
	texts: [lineComment(";"), comment("#\\|", "|#", "#|"), longText('"', '"', { escapes: true })],
	tokens: [["(?<![\\w:]):[\\p{L}_][\\w-]*", "number"]],
	name: "[\\p{L}_*+!?<>=/&-][\\p{L}\\p{N}_*+!?<>=/&.-]*",
	words: {
		keyword:
			"and begin case cond cons declare def defclass defconst defconstant defcustom define define-syntax defmacro defmethod defn defn- defpackage defparameter defprotocol defrecord defstruct deftype defun defvar do dolist dotimes else fn for if if-let in-package interactive lambda let let* letfn letrec loop not ns or progn provide quote recur require set! setf setq syntax-rules try unless use-package when when-let while",
		number: "t nil true false",
	},
	names: { type: "defclass defrecord defprotocol ns", function: "defn defun define defmacro" },
};

const shell: Grammar = {
	texts: [
		shellHash,
		longText('\\$?"', '"', { escapes: true }),
		longText("\\$'", "'", { escapes: true }),
		longText("'", "'"),
	],
	tokens: [
		["\\\\[\\s\\S]", "string"],
		["\\$(?:\\w+|[?#@*!$-]|\\{[^}]*\\}?)", "builtin"],
		["(?<=^|\\s)--?[\\w-]+", "number"],
	],
	heredoc: "(?<!<)<<-?\\s{0,4}['\"]?(?<id>[A-Za-z_]\\w*)['\"]?",
	name: "[\\p{L}_][\\p{L}\\p{N}_./-]*",
	words: {
		keyword:
			"case do done elif else esac fi for function if in select then time until while declare export local readonly typeset unset return",
		builtin:
			"alias apt awk bash brew cat cd chmod chown conda cp curl cut docker echo env eval exec exit find git grep head kill kubectl less ln ls make mkdir mv npm npx node pip pip3 printf ps pwd python python3 read rm rsync sed set sh shift sleep sort source ssh sudo tail tar tee test touch trap uniq uv uvx wc wget which xargs",
		number: "true false",
	},
	names: { function: "function" },
	head: (line) => {
		const [prompt] = /^\s*(?:[\w@:~.-]{0,40}[$%#>] )/.exec(line) ?? [];
		return prompt !== undefined && !prompt.trim().startsWith("#") ? [{ text: prompt, role: "dim" }] : [];
	},
};

const fish = shell;

const powershell: Grammar = {
	texts: [
		comment("<#", "#>"),
		hash,
		longText('@"(?=\\s*$)', '"@'),
		longText("@'(?=\\s*$)", "'@"),
		{ role: "string", open: '"', close: '"', lines: true },
		longText("'", "'"),
	],
	tokens: [
		["\\$(?:[\\w:]+|\\{[^}]*\\}?|[?^$_])", "builtin"],
		["(?<=\\s)-\\w+", "operator"],
		["[A-Za-z]+-[A-Za-z]\\w*", "function"],
	],
	ignoresCase: true,
	words: {
		keyword:
			"begin break catch class continue data do dynamicparam else elseif end enum exit filter finally for foreach from function if in param process return switch throw trap try until using while",
	},
	names: { type: "class enum", function: "function filter" },
};

const batch: Grammar = {
	texts: [lineComment("(?<=^\\s{0,8})(?:::|rem\\b|REM\\b)"), { role: "string", open: '"', close: '"' }],
	tokens: [
		["%[\\w~:]+%?|!\\w+!", "builtin"],
		["(?<=^\\s{0,8}):\\w+", "function"],
	],
	ignoresCase: true,
	words: {
		keyword:
			"call cd copy del do echo else endlocal errorlevel exist exit for goto if in mkdir not pause rem set setlocal shift start",
	},
};

const sql: Grammar = {
	texts: [
		lineComment("--"),
		comment("/\\*", "*/"),
		longText("'", "'"),
		longText("\\$(?<id>\\w{0,32})\\$", "$$id$"),
		{ role: "builtin", open: '"', close: '"' },
		{ role: "builtin", open: "`", close: "`" },
	],
	tokens: [["[@:$]\\w+", "builtin"]],
	ignoresCase: true,
	words: {
		keyword:
			"add all alter analyze and any as asc begin between by cascade case check column commit conflict constraint create cross database default delete desc describe distinct do drop else end except exists explain for foreign from full function grant group having if ilike in index inner insert intersect into is join key lateral left like limit materialized merge natural not nothing offset on or order outer over partition pivot primary qualify recursive references rename replace returning returns revoke right rollback row rows schema select set table temp temporary then to transaction trigger truncate union unique update using values view when where window with",
		number: "true false null",
		builtin:
			"bigint blob bool boolean bytea char date decimal double float int integer interval json jsonb numeric real serial smallint text time timestamp timestamptz uuid varchar",
	},
};

const css: Grammar = {
	texts: [...slashes.slice(1), ...quotes],
	tokens: [
		["@[\\w-]+", "keyword"],
		["#[\\da-fA-F]{3,8}\\b", "number"],
		["[.#][\\p{L}_-][\\w-]*", "function"],
		["--[\\w-]+", "builtin"],
		["![a-z]+", "keyword"],
	],
	name: "-?[\\p{L}_][\\p{L}\\p{N}_-]*",
	words: {},
	keyEnd: ":",
};

const scss: Grammar = { ...css, texts: [...slashes, ...quotes], tokens: [dollarName, ...css.tokens!] };

/** A key at the beginning of a line, before one of these characters. */
const keyHead =
	(separator: string, needsBlank: boolean) =>
	(line: string): readonly Span[] => {
		const indent = /^[\s-]*/.exec(line)![0].length;
		if (/["'#;[{]/.test(line[indent] ?? "#")) return [];
		const at = line.indexOf(separator, indent);
		if (at < 0 || (needsBlank && at + 1 < line.length && line[at + 1] !== " ")) return [];
		return [
			{ text: line.slice(0, indent), role: null },
			{ text: line.slice(indent, at), role: "builtin" },
		];
	};

const sectionHead =
	(next: (line: string) => readonly Span[]) =>
	(line: string): readonly Span[] =>
		/^\s*\[[^\]=]*\]\]?\s*(?:[#;]|$)/.test(line)
			? [{ text: line.slice(0, line.lastIndexOf("]") + 1), role: "type" }]
			: next(line);

const yaml: Grammar = {
	texts: [shellHash, longText('"', '"', { escapes: true }), longText("(?<=^|[\\s,[{(])'", "'")],
	tokens: [
		["(?<=^|\\s)[&*][\\w-]+", "decorator"],
		["(?<=\\s)!{1,2}[\\w/-]*", "decorator"],
		["(?<=\\s)[|>][+-]?$", "keyword"],
	],
	words: { number: "true false null yes no on off True False" },
	head: (line) =>
		/^(?:---|\.\.\.)\s*$/.test(line) ? [{ text: line, role: "keyword" }] : keyHead(":", true)(line),
};

const toml: Grammar = {
	texts: [hash, tripleDouble, longText("'''", "'''"), quoted('"'), { role: "string", open: "'", close: "'" }],
	words: { number: "true false inf nan" },
	keyEnd: "=",
	head: sectionHead(keyHead("=", false)),
};

const ini: Grammar = {
	texts: [lineComment("(?<=^|\\s)[#;]"), quoted('"')],
	words: { number: "true false yes no on off" },
	head: sectionHead(keyHead("=", false)),
};

const wordHead =
	(pattern: RegExp, role: Role) =>
	(line: string): readonly Span[] => {
		const [head] = pattern.exec(line) ?? [];
		return head === undefined ? [] : [{ text: head, role }];
	};

const dockerfile: Grammar = {
	...shell,
	head: wordHead(
		/^\s*(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\b/i,
		"keyword",
	),
	words: { ...shell.words, keyword: "AS as" },
};

const makefile: Grammar = {
	...shell,
	tokens: [["\\$\\$?(?:[({][^)}]*[)}]?|\\w|[@<^?*+%])", "builtin"]],
	words: { keyword: "define else endef endif export ifdef ifeq ifndef ifneq include override unexport" },
	head: wordHead(/^[\w./%$(){}-]{1,80}(?=\s*::?(?:[^=]|$))/, "function"),
};

const cmake: Grammar = {
	texts: [comment("#\\[(?<id>={0,16})\\[", "]$id]"), hash, longText('"', '"', { escapes: true })],
	tokens: [["\\$(?:ENV|CACHE)?\\{[^}]*\\}?", "builtin"]],
	ignoresCase: true,
	words: {
		keyword:
			"if elseif else endif foreach endforeach while endwhile function endfunction macro endmacro return break continue",
		number: "on off true false",
	},
};

const nix: Grammar = {
	texts: [
		hash,
		comment("/\\*", "*/"),
		longText("''", "''", { code: "${" }),
		longText('"', '"', { escapes: true, code: "${" }),
	],
	words: {
		keyword: "assert else if in inherit let or rec then with",
		number: "true false null",
		builtin: "builtins import throw abort map toString",
	},
	keyEnd: "=",
};

const hcl: Grammar = {
	texts: [hash, ...slashes, { ...quoted('"'), code: "${" }],
	heredoc: "<<-?(?<id>[A-Za-z_]\\w*)",
	words: {
		keyword: "data for for_each if in locals module output provider resource terraform variable",
		number: "true false null",
		builtin: "any bool each list local map number object set string var",
	},
	keyEnd: "=",
};

const graphql: Grammar = {
	texts: [hash, tripleDouble, quoted('"')],
	tokens: [annotation, dollarName],
	words: {
		keyword:
			"directive enum extend fragment implements input interface mutation on query scalar schema subscription type union",
		number: "true false null",
	},
	capitalTypes: true,
};

const proto: Grammar = {
	texts: [...slashes, ...quotes],
	words: {
		keyword:
			"enum extend extensions import map message oneof option optional package public repeated required reserved returns rpc service stream syntax to",
		number: "true false",
		builtin:
			"bool bytes double fixed32 fixed64 float int32 int64 sfixed32 sfixed64 sint32 sint64 string uint32 uint64",
	},
	names: { type: "message enum service", function: "rpc" },
};

const latex: Grammar = {
	texts: [lineComment("%")],
	tokens: [
		["\\\\(?:[a-zA-Z@]+\\*?|[\\s\\S])", "keyword"],
		["\\$\\$?", "string"],
		["[&^_~]", "operator"],
	],
	name: "[\\p{L}]+",
	words: {},
};

const vim: Grammar = {
	texts: [lineComment('(?<=^\\s{0,32})"'), quoted('"'), { role: "string", open: "'", close: "'" }],
	tokens: [
		["[gbwtsvla]:\\w+", "builtin"],
		["&\\w+", "builtin"],
		["<[A-Za-z][\\w-]*>", "decorator"],
	],
	words: {
		keyword:
			"augroup autocmd break call catch command continue def echo else elseif endfor endfunction endif endtry endwhile execute finally for function highlight if in inoremap let map nnoremap nmap noremap return set setlocal source syntax throw try unlet vnoremap while",
	},
	names: { function: "function def" },
};

const assembly: Grammar = {
	texts: [lineComment("[;#]"), ...slashes, quoted('"')],
	tokens: [
		["%[a-z]\\w*", "builtin"],
		["(?<=^\\s{0,8})\\.?\\w+:", "function"],
		["(?<=\\s)\\.\\w+", "decorator"],
	],
	words: {},
};

const pascal: Grammar = {
	texts: [
		lineComment("//"),
		comment("\\{", "}"),
		comment("\\(\\*", "*)"),
		{ role: "string", open: "'", close: "'" },
	],
	ignoresCase: true,
	words: {
		keyword:
			"and array as asm begin case class const constructor destructor div do downto else end except file finalization finally for function goto if implementation in inherited initialization interface is label mod nil not object of on or out packed procedure program property raise record repeat set shl shr string then threadvar to try type unit until uses var while with xor",
		builtin: "boolean byte char integer real longint word",
	},
	names: { function: "function procedure" },
};

const ada: Grammar = {
	texts: [lineComment("--"), { role: "string", open: '"', close: '"' }, character],
	ignoresCase: true,
	words: {
		keyword:
			"abort abs accept access all and array at begin body case constant declare delay delta digits do else elsif end entry exception exit for function generic goto if in interface is limited loop mod new not null of or others out package pragma private procedure protected raise range record rem renames return reverse select separate subtype tagged task terminate then type until use when while with xor",
	},
};

const fortran: Grammar = {
	texts: [
		lineComment("!"),
		{ role: "string", open: '"', close: '"' },
		{ role: "string", open: "'", close: "'" },
	],
	tokens: [["\\.[a-zA-Z]+\\.", "operator"]],
	ignoresCase: true,
	words: {
		keyword:
			"allocatable allocate associate block call case class contains cycle deallocate dimension do else elseif end enddo endif exit external function if implicit intent interface intrinsic module none only optional parameter pointer private procedure program public pure recursive result return save select stop subroutine target then type use where while",
		builtin: "character complex double integer logical precision real kind",
	},
	names: { type: "program module", function: "function subroutine" },
};

const basic: Grammar = {
	texts: [lineComment("'"), { role: "string", open: '"', close: '"' }],
	ignoresCase: true,
	words: {
		keyword:
			"addhandler and as byref byval call case catch class const continue dim do each else elseif end enum event exit finally for friend function get goto handles if implements imports in inherits interface is let loop me mod module namespace new next not nothing of on option or private property protected public raise redim rem return select set shared static step structure sub then throw to try until using wend when while with withevents",
		number: "true false nothing",
		builtin: "boolean byte char date decimal double integer long object short single string variant",
	},
	names: { type: "class module structure", function: "function sub" },
};

const nginx: Grammar = {
	texts: [hash, ...quotes],
	tokens: [["\\$\\w+", "builtin"]],
	words: {
		keyword: "events http if location map server upstream return rewrite include set",
		number: "on off",
	},
};

const solidity = withWords(javascript, {
	keyword:
		"abstract address anonymous calldata constant constructor contract emit enum error event external fallback immutable indexed interface internal library mapping memory modifier override payable pragma private public pure receive require returns storage struct unchecked using view virtual",
	builtin: "bool bytes bytes32 int int256 msg string uint uint256 uint8",
});

const awk: Grammar = {
	texts: [hash, quoted('"')],
	tokens: [["\\$\\w+", "builtin"]],
	words: {
		keyword:
			"BEGIN END break continue delete do else exit for function getline if in next print printf return while",
		builtin:
			"FILENAME FNR FS NF NR OFS ORS RS gsub index length match split sprintf sub substr tolower toupper",
	},
	slashes: true,
};

const coffee: Grammar = withWords(
	{
		...javascript,
		texts: [
			comment("###", "###"),
			hash,
			tripleDouble,
			longText("'''", "'''"),
			{ ...quoted('"'), code: "#{" },
			quoted("'"),
		],
	},
	{ keyword: "and by is isnt loop not or own then unless until when" },
);

/** By the words that stand behind a fence, in lower case. */
export const grammars: Readonly<Record<string, Grammar>> = {
	ada,
	awk,
	batch,
	c,
	cmake,
	cpp,
	crystal,
	csharp,
	css,
	cuda,
	d,
	dart,
	dockerfile,
	elixir,
	elm,
	erlang,
	fish,
	fortran,
	fsharp,
	go,
	graphql,
	groovy,
	haskell,
	hcl,
	ini,
	java,
	javascript,
	json,
	julia,
	kotlin,
	latex,
	lisp,
	lua,
	makefile,
	matlab,
	nginx,
	nix,
	ocaml,
	octave,
	pascal,
	perl,
	php,
	powershell,
	proto,
	r,
	ruby,
	rust,
	scala,
	scss,
	shell,
	solidity,
	sql,
	swift,
	toml,
	typescript,
	vim,
	yaml,
	zig,
	asm: assembly,
	basic,
	glsl: shader,
	coffeescript: coffee,
};
