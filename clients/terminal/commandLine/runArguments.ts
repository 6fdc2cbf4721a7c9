import type { PermissionMode, Settings, SettingsPatch, ThinkLevel } from "../../../protocol/index.ts";

/** What a command line that runs something asks for. */
export type RunArguments = {
	readonly kind: "run";
	readonly backend: string | null;
	readonly resume: { readonly kind: "newest" } | { readonly kind: "named"; readonly ref: string } | null;
	/** A session that runs already: `ref` names it, `null` stands for this folder's. */
	readonly join: { readonly role: "controller" | "observer"; readonly ref: string | null } | null;
	/** List sessions and leave. */
	readonly sessions: "folder" | "all" | null;
	readonly promptMode: boolean;
	/** Cells and prompts of `-c`, in order. */
	readonly commands: readonly string[];
	/** A file or a module to run, and its own arguments. */
	readonly script: {
		readonly kind: "file" | "module";
		readonly name: string;
		readonly args: readonly string[];
	} | null;
	/** Stay after `-c` or a script. */
	readonly stay: boolean;
	readonly load: string | null;
	/** Run the cells of what is loaded. */
	readonly runLoaded: boolean;
	readonly model: string | null;
	readonly completionModel: string | null;
	readonly think: ThinkLevel | null;
	readonly search: Settings["search"];
	readonly theme: string | null;
	readonly permissions: PermissionMode | null;
	readonly python: string | null;
	readonly kernelSpec: string | null;
	readonly existing: string | null;
	readonly plain: boolean;
	/** For IPython, in order. */
	readonly kernelArgs: readonly string[];
};

/** The arguments while they are read. */
export type Draft = { -readonly [K in keyof RunArguments]: RunArguments[K] };

/** What an empty command line means. */
export const noArguments: RunArguments = {
	kind: "run",
	backend: null,
	resume: null,
	join: null,
	sessions: null,
	promptMode: false,
	commands: [],
	script: null,
	stay: false,
	load: null,
	runLoaded: false,
	model: null,
	completionModel: null,
	think: null,
	search: null,
	theme: null,
	permissions: null,
	python: null,
	kernelSpec: null,
	existing: null,
	plain: false,
	kernelArgs: [],
};

/** The settings that the command line asks for; what it doesn't name is absent. */
export const toSettingsPatch = (args: RunArguments): SettingsPatch => ({
	...(args.backend !== null && { backend: args.backend }),
	...(args.model !== null && { model: args.model }),
	...(args.completionModel !== null && { completionModel: args.completionModel }),
	...(args.think !== null && { think: args.think }),
	...(args.search !== null && { search: args.search }),
	...(args.theme !== null && { codeTheme: args.theme }),
	...(args.permissions !== null && { permissions: args.permissions }),
	...(args.promptMode && { promptMode: true }),
});
