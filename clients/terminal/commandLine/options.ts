import type { Draft, RunArguments } from "./runArguments.ts";

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
	readonly apply: (draft: Draft, value: string | null) => void;
};

/** `spelling` is how the help writes it: `-b, --backend NAME`; brackets stand around a value that may be left out. */
const option = (
	spelling: string,
	help: string,
	apply: Option["apply"],
	rules: Pick<Option, "choices" | "fits"> = {},
): Option => {
	const [, short = null, long, value = ""] = /^(?:-(\w), )?--([\w-]+)(?: (\S+))?$/.exec(spelling)!;
	const takes = value === "" ? "nothing" : value.startsWith("[") ? "optionalValue" : "value";
	return { long: long!, short, takes, valueName: value.replace(/[[\]]/g, ""), help, apply, ...rules };
};

type TextKey = { [K in keyof Draft]: string extends Draft[K] ? K : never }[keyof Draft];

/** Keeps the value under this name. */
const into =
	(key: TextKey): Option["apply"] =>
	(draft, value) => {
		draft[key] = value;
	};

/** Keeps one of a few values. */
const oneOf = <K extends "think" | "search" | "permissions">(key: K): Option["apply"] => {
	return (draft, value) => {
		draft[key] = value as RunArguments[K];
	};
};

const join =
	(role: "controller" | "observer"): Option["apply"] =>
	(draft, ref) => {
		draft.join = { role, ref };
	};

/** IPython's session number, or our session id or a part of it. */
const isSessionRef = (word: string): boolean => /^(\d+|[0-9a-f][0-9a-f-]{3,})$/i.test(word);

/** The options of `ipyai`, in the order of its help. */
export const options: readonly Option[] = [
	option(
		"-b, --backend NAME",
		"AI backend, for example claude-api, claude-sdk, openai-api, codex",
		into("backend"),
	),
	option(
		"-r, --resume [ID]",
		"go on with a session: its number or id, or choose one of this folder",
		(draft, ref) => {
			draft.resume = ref === null ? { kind: "newest" } : { kind: "named", ref };
		},
		{ fits: isSessionRef },
	),
	option(
		"--join [ID]",
		"work in a session that runs elsewhere, together with those there",
		join("controller"),
		{ fits: isSessionRef },
	),
	option("--observe [ID]", "watch a session that runs elsewhere", join("observer"), { fits: isSessionRef }),
	option(
		"--sessions [all]",
		"list this folder's sessions (or all) and leave",
		(draft, value) => {
			draft.sessions = value === "all" ? "all" : "folder";
		},
		{ fits: (word) => word === "all" },
	),
	option("-p, --prompt-mode", "start in prompt mode: plain text goes to the AI, ; starts Python", (draft) => {
		draft.promptMode = true;
	}),
	option("-c, --command CODE", "run a cell or a .prompt and leave (repeatable, in order)", (draft, code) => {
		draft.commands = [...draft.commands, code ?? ""];
	}),
	option("-i, --interactive", "stay after -c, -m or a script", (draft) => {
		draft.stay = true;
	}),
	option("-m, --module NAME", "run a Python module as a script", (draft, name) => {
		draft.script = { kind: "module", name: name ?? "", args: [] };
	}),
	option("-l, --load FILE", "load a notebook at start", into("load")),
	option("--run", "run the cells of the notebook that is loaded", (draft) => {
		draft.runLoaded = true;
	}),
	option("--model NAME", "model for prompts", into("model")),
	option("--completion-model NAME", "model for inline completions (Alt-.)", into("completionModel")),
	option("--think LEVEL", "thinking effort: l, m, h or x", oneOf("think"), { choices: ["l", "m", "h", "x"] }),
	option("--search LEVEL", "web search by the provider: l, m or h", oneOf("search"), {
		choices: ["l", "m", "h"],
	}),
	option("--theme NAME", "colours of code, for example monokai", into("theme")),
	option(
		"--permissions MODE",
		"who allows the AI's tools: ask, auto, plan (reads only) or yolo",
		oneOf("permissions"),
		{ choices: ["ask", "auto", "plan", "yolo"] },
	),
	option("--python PATH", "the Python to run: a path, an environment's folder or a command", into("python")),
	option("--kernel SPEC", "a Jupyter kernel spec to run", into("kernelSpec")),
	option("--existing FILE", "join a running kernel by its connection file", into("existing")),
	option("--plain", "line by line, nothing is redrawn (for screen readers, dumb terminals)", (draft) => {
		draft.plain = true;
	}),
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
