/**
 * The tools of Claude Code and Codex themselves: what each does. They run where we do not see it, with a shell of the
 * person's, so that of a call only what its arguments say is known.
 */
import { isAbsolute } from "node:path";
import { mayList, mayRead, type Place, writing } from "../places.ts";
import type { Check, Effect, PermittedCall } from "../tool.ts";

type Args = Readonly<Record<string, unknown>>;
type Own = { readonly effect: Effect; check(args: Args, place: Place): Check };

const open = (): Check => "open";
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

const reads: Own["check"] = ({ file_path, path = "." }, place) => {
	const wanted = text(file_path ?? path);
	return wanted !== null && mayRead(wanted, place) ? "looks" : "open";
};

const lists: Own["check"] = ({ pattern, path = "." }, place) => {
	const [wanted, names] = [text(path), text(pattern)];
	if (wanted === null || names === null || isAbsolute(names) || names.includes("..")) return "open";
	return mayList(wanted, place) ? "looks" : "open";
};

/** An edit is what a person wants to see, also within the project. */
const writes = (paths: readonly unknown[], place: Place): Check =>
	paths.some((path) => typeof path === "string" && writing(path, place) === "guarded") ? "guarded" : "open";

const patched = ({ changes }: Args): unknown[] =>
	Array.isArray(changes) ? changes.map((change) => (change as { path?: unknown } | null)?.path) : [];

const tools: Readonly<Record<string, Own>> = {
	// Claude Code
	Bash: { effect: "runsCommands", check: open },
	Edit: { effect: "changesFiles", check: ({ file_path }, place) => writes([file_path], place) },
	Write: { effect: "changesFiles", check: ({ file_path }, place) => writes([file_path], place) },
	Read: { effect: "readsFiles", check: reads },
	Grep: { effect: "readsFiles", check: reads },
	Glob: { effect: "readsFiles", check: lists },
	Skill: { effect: "readsFiles", check: () => "looks" },
	WebFetch: { effect: "reachesNetwork", check: open },
	WebSearch: { effect: "reachesNetwork", check: open },
	// Codex
	exec_command: { effect: "runsCommands", check: open },
	apply_patch: { effect: "changesFiles", check: (args, place) => writes(patched(args), place) },
};

/** What may be asked about a provider's own call; of a tool that is not known everything may be expected. */
export const providerCall = (
	name: string,
	args: Args,
	place: Place,
): PermittedCall & { readonly effect: Effect } => {
	const own: Own = Object.hasOwn(tools, name) ? tools[name]! : { effect: "runsCommands", check: open };
	return {
		effect: own.effect,
		check: own.check(args, place),
		grant: { key: `provider:${name}`, text: `run ${name} in this session without asking` },
	};
};
