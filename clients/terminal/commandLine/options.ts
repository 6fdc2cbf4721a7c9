import type { Draft } from "./runArguments.ts";

/** One command line option: how it is written, what it takes, what it means. */
export type Option = {
	readonly long: string;
	readonly short: string | null;
	readonly takes: "nothing" | "value" | "optionalValue";
	/** The value's name in the help. */
	readonly valueName: string;
	readonly choices?: readonly string[];
	/** Whether a following word can be the optional value. */
	readonly fits?: (word: string) => boolean;
	readonly help: string;
	readonly meaning: (value: string | null, draft: Draft) => Partial<Draft>;
};

/** `spelling` is how the help writes it: `-b, --backend NAME`; brackets stand around a value that may be left out. */
const option = (
	spelling: string,
	help: string,
	meaning: Option["meaning"],
	rules: Pick<Option, "choices" | "fits"> = {},
): Option => {
	const [, short = null, long, value = ""] = /^(?:-(\w), )?--([\w-]+)(?: (\S+))?$/.exec(spelling)!;
	const takes = value === "" ? "nothing" : value.startsWith("[") ? "optionalValue" : "value";
	return { long: long!, short, takes, valueName: value.replace(/[[\]]/g, ""), help, meaning, ...rules };
};

type TextKey = { [K in keyof Draft]: Draft[K] extends string | null ? K : never }[keyof Draft];

/** Keeps the value under this name; where only some are allowed, the option's choices say so. */
const as =
	(key: TextKey): Option["meaning"] =>
	(value) => ({ [key]: value });

const joins =
	(role: "controller" | "observer"): Option["meaning"] =>
	(ref) => ({ join: { role, ref } });

const resumes: Option["meaning"] = (ref) => ({
	resume: ref === null ? { kind: "newest" } : { kind: "named", ref },
});

/** IPython's session number, or our session id or a part of it. */
const sessions = { fits: (word: string) => /^(\d+|[0-9a-f][0-9a-f-]{3,})$/i.test(word) };
const all = { fits: (word: string) => word === "all" };
const thinking = { choices: ["l", "m", "h", "x"] };
const searching = { choices: ["l", "m", "h"] };
const modes = { choices: ["ask", "auto", "plan", "yolo"] };

/** The options of `ipyai`, in the order of its help. */
// biome-ignore format: a table is read by its rows
export const options: readonly Option[] = [
	option("-b, --backend NAME", "AI backend, for example claude-api, claude-sdk, openai-api, codex", as("backend")),
	option("-r, --resume [ID]", "go on with a session: its number or id, or choose one of this folder", resumes, sessions),
	option("--join [ID]", "work in a session that runs elsewhere, together with those there", joins("controller"), sessions),
	option("--observe [ID]", "watch a session that runs elsewhere", joins("observer"), sessions),
	option("--sessions [all]", "list this folder's sessions (or all) and leave", (word) => ({ sessions: word === "all" ? "all" : "folder" }), all),
	option("-p, --prompt-mode", "start in prompt mode: plain text goes to the AI, ; starts Python", () => ({ promptMode: true })),
	option("-c, --command CODE", "run a cell or a .prompt and leave (repeatable, in order)", (code, { commands }) => ({ commands: [...commands, code ?? ""] })),
	option("-i, --interactive", "stay after -c, -m or a script", () => ({ stay: true })),
	option("-m, --module NAME", "run a Python module as a script", (name) => ({ script: { kind: "module", name: name ?? "", args: [] } })),
	option("-l, --load FILE", "load a notebook at start", as("load")),
	option("--run", "run the cells of the notebook that is loaded", () => ({ runLoaded: true })),
	option("--model NAME", "model for prompts", as("model")),
	option("--completion-model NAME", "model for inline completions (Alt-.)", as("completionModel")),
	option("--think LEVEL", "thinking effort: l, m, h or x", as("think"), thinking),
	option("--search LEVEL", "web search by the provider: l, m or h", as("search"), searching),
	option("--theme NAME", "colours of code, for example dracula; auto goes by the ground", as("theme")),
	option("--permissions MODE", "who allows the AI's tools: ask, auto, plan (reads only) or yolo", as("permissions"), modes),
	option("--python PATH", "the Python to run: a path, an environment's folder or a command", as("python")),
	option("--kernel SPEC", "a Jupyter kernel spec to run", as("kernelSpec")),
	option("--existing FILE", "join a running kernel by its connection file", as("existing")),
	option("--plain", "line by line, nothing is redrawn (for screen readers, dumb terminals)", () => ({ plain: true })),
];

const named = <T>(names: string, takes: T): [string, T][] => names.split(" ").map((name) => [name, takes]);

/**
 * Options of IPython that go to the kernel as they are. `optional` takes a following word that is no option, as
 * IPython does; `--Class.trait=value` needs no entry.
 */
export const kernelOptions: Readonly<Record<string, "nothing" | "value" | "optional">> = Object.fromEntries([
	...named(
		"pdb no-pdb automagic no-automagic color-info no-color-info pprint no-pprint ignore-cwd no-ignore-cwd classic quick nosep banner no-banner confirm-exit no-confirm-exit debug quiet init",
		"nothing",
	),
	...named("matplotlib pylab", "optional"),
	...named(
		"gui autocall colors xmode logfile logappend ext cache-size profile profile-dir ipython-dir log-level config",
		"value",
	),
] as [string, "nothing" | "value" | "optional"][]);
