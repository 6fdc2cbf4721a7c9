import type { Draft, RunArguments } from "./runArguments.ts";

/** One command line option: how it is written, what it takes, what it means. */
export type Option = {
	readonly long: string | null;
	readonly short: string | null;
	readonly takes: "nothing" | "value" | "optionalValue";
	/** The value's name in the help. */
	readonly valueName?: string;
	readonly choices?: readonly string[];
	/** Whether a following word can be the optional value. */
	readonly fits?: (word: string) => boolean;
	readonly help: string;
	readonly apply: (draft: Draft, value: string | null) => void;
};

/** IPython's session number, or our session id or a part of it. */
const isSessionRef = (word: string): boolean => /^(\d+|[0-9a-f][0-9a-f-]{3,})$/i.test(word);

/** The options of `ipyai`, in the order of its help. */
export const options: readonly Option[] = [
	{
		long: "backend",
		short: "b",
		takes: "value",
		valueName: "NAME",
		help: "AI backend, for example claude-api, claude-sdk, openai-api, codex",
		apply: (draft, value) => {
			draft.backend = value;
		},
	},
	{
		long: "resume",
		short: "r",
		takes: "optionalValue",
		valueName: "ID",
		fits: isSessionRef,
		help: "go on with a session: its number or id, or choose one of this folder",
		apply: (draft, value) => {
			draft.resume = value === null ? { kind: "newest" } : { kind: "named", ref: value };
		},
	},
	{
		long: "join",
		short: null,
		takes: "optionalValue",
		valueName: "ID",
		fits: isSessionRef,
		help: "work in a session that runs elsewhere, together with those there",
		apply: (draft, value) => {
			draft.join = { role: "controller", ref: value };
		},
	},
	{
		long: "observe",
		short: null,
		takes: "optionalValue",
		valueName: "ID",
		fits: isSessionRef,
		help: "watch a session that runs elsewhere",
		apply: (draft, value) => {
			draft.join = { role: "observer", ref: value };
		},
	},
	{
		long: "sessions",
		short: null,
		takes: "optionalValue",
		valueName: "all",
		fits: (word) => word === "all",
		help: "list this folder's sessions (or all) and leave",
		apply: (draft, value) => {
			draft.sessions = value === "all" ? "all" : "folder";
		},
	},
	{
		long: "prompt-mode",
		short: "p",
		takes: "nothing",
		help: "start in prompt mode: plain text goes to the AI, ; starts Python",
		apply: (draft) => {
			draft.promptMode = true;
		},
	},
	{
		long: "command",
		short: "c",
		takes: "value",
		valueName: "CODE",
		help: "run a cell or a .prompt and leave (repeatable, in order)",
		apply: (draft, value) => {
			draft.commands = [...draft.commands, value ?? ""];
		},
	},
	{
		long: "interactive",
		short: "i",
		takes: "nothing",
		help: "stay after -c or a script",
		apply: (draft) => {
			draft.stay = true;
		},
	},
	{
		long: "load",
		short: "l",
		takes: "value",
		valueName: "FILE",
		help: "load a notebook at start",
		apply: (draft, value) => {
			draft.load = value;
		},
	},
	{
		long: "model",
		short: null,
		takes: "value",
		valueName: "NAME",
		help: "model for prompts",
		apply: (draft, value) => {
			draft.model = value;
		},
	},
	{
		long: "completion-model",
		short: null,
		takes: "value",
		valueName: "NAME",
		help: "model for inline completions (Alt-.)",
		apply: (draft, value) => {
			draft.completionModel = value;
		},
	},
	{
		long: "think",
		short: null,
		takes: "value",
		valueName: "LEVEL",
		choices: ["l", "m", "h", "x"],
		help: "thinking effort: l, m, h or x",
		apply: (draft, value) => {
			draft.think = value as RunArguments["think"];
		},
	},
	{
		long: "search",
		short: null,
		takes: "value",
		valueName: "LEVEL",
		choices: ["l", "m", "h"],
		help: "web search by the provider: l, m or h",
		apply: (draft, value) => {
			draft.search = value as RunArguments["search"];
		},
	},
	{
		long: "theme",
		short: null,
		takes: "value",
		valueName: "NAME",
		help: "colours of code, for example monokai",
		apply: (draft, value) => {
			draft.theme = value;
		},
	},
	{
		long: "permissions",
		short: null,
		takes: "value",
		valueName: "MODE",
		choices: ["ask", "auto", "plan", "yolo"],
		help: "who allows the AI's tools: ask, auto, plan (reads only) or yolo",
		apply: (draft, value) => {
			draft.permissions = value as RunArguments["permissions"];
		},
	},
	{
		long: "python",
		short: null,
		takes: "value",
		valueName: "PATH",
		help: "the Python to run, instead of the environment's",
		apply: (draft, value) => {
			draft.python = value;
		},
	},
	{
		long: "kernel",
		short: null,
		takes: "value",
		valueName: "SPEC",
		help: "a Jupyter kernel spec to run",
		apply: (draft, value) => {
			draft.kernelSpec = value;
		},
	},
	{
		long: "existing",
		short: null,
		takes: "value",
		valueName: "FILE",
		help: "join a running kernel by its connection file",
		apply: (draft, value) => {
			draft.existing = value;
		},
	},
	{
		long: "plain",
		short: null,
		takes: "nothing",
		help: "line by line, nothing is redrawn (for screen readers, dumb terminals)",
		apply: (draft) => {
			draft.plain = true;
		},
	},
];

/**
 * Options of IPython that go to the kernel as they are. `optional` takes a following word that is no option, as
 * IPython does; `--Class.trait=value` needs no entry.
 */
export const kernelOptions: Readonly<Record<string, "nothing" | "value" | "optional">> = {
	pdb: "nothing",
	"no-pdb": "nothing",
	automagic: "nothing",
	"no-automagic": "nothing",
	"color-info": "nothing",
	"no-color-info": "nothing",
	pprint: "nothing",
	"no-pprint": "nothing",
	"ignore-cwd": "nothing",
	"no-ignore-cwd": "nothing",
	classic: "nothing",
	quick: "nothing",
	nosep: "nothing",
	banner: "nothing",
	"no-banner": "nothing",
	"confirm-exit": "nothing",
	"no-confirm-exit": "nothing",
	debug: "nothing",
	quiet: "nothing",
	init: "nothing",
	matplotlib: "optional",
	pylab: "optional",
	gui: "value",
	autocall: "value",
	colors: "value",
	xmode: "value",
	logfile: "value",
	logappend: "value",
	ext: "value",
	"cache-size": "value",
	profile: "value",
	"profile-dir": "value",
	"ipython-dir": "value",
	"log-level": "value",
	config: "value",
};
