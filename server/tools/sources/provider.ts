/**
 * The tools of Claude Code and Codex themselves: what each does. They run where we do not see it, with a shell of the
 * person's, so that of a call only what its arguments say is known.
 */
import { isAbsolute } from "node:path";
import { askedCall } from "../../../protocol/askedCall.ts";
import { systemFacts } from "../commands/systemFacts.ts";
import { mayList, mayRead, type Place, pathIn, writing } from "../places.ts";
import { stepNotes } from "../shell/stepNotes.ts";
import type { Check, Effect, PermittedCall } from "../tool.ts";

type Args = Readonly<Record<string, unknown>>;
type Shown = Pick<PermittedCall, "check" | "about" | "card">;
type Own = { readonly effect: Effect; look(args: Args, place: Place): Shown | Promise<Shown> };

const open = (): Shown => ({ check: "open" });
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

const paths = (given: readonly unknown[], place: Place): Pick<Shown, "about"> => ({
	about: {
		kind: "paths",
		paths: given.flatMap((path) => (typeof path === "string" ? [pathIn(path, place)] : [])),
		project: place.project,
		home: place.home,
	},
});

const reads: Own["look"] = ({ file_path, path = "." }, place) => {
	const wanted = text(file_path ?? path);
	return {
		check: wanted !== null && mayRead(wanted, place) ? "looks" : "open",
		...paths([wanted], place),
	};
};

const lists: Own["look"] = ({ pattern, path = "." }, place) => {
	const [wanted, names] = [text(path), text(pattern)];
	const isOpen = wanted === null || names === null || isAbsolute(names) || names.includes("..");
	return { check: !isOpen && mayList(wanted, place) ? "looks" : "open" };
};

/** An edit is what a person wants to see, also within the project. */
const writes = (given: readonly unknown[], place: Place): Shown => {
	const isGuarded = given.some((path) => typeof path === "string" && writing(path, place) === "guarded");
	return { check: isGuarded ? "guarded" : "open", ...paths(given, place) };
};

const patched = ({ changes }: Args): unknown[] =>
	Array.isArray(changes) ? changes.map((change) => (change as { path?: unknown } | null)?.path) : [];

/** Their shells have the person's aliases and start-up files: what a line does there cannot be shown. */
const commands =
	(name: string): Own["look"] =>
	async (args, place) => {
		const line = text(args[name]);
		if (line === null) return { check: "open" };
		const { judge } = await import("../shell/verdict.ts");
		const verdict = judge(line, systemFacts(place, ""));
		const check: Check = verdict.check === "guarded" ? "guarded" : "open";
		const { steps, isPlain } = verdict;
		const {
			title,
			text: shown,
			language,
		} = askedCall({ tool: name === "cmd" ? "exec_command" : "Bash", args });
		return {
			check,
			about: { kind: "commands", line, steps, isPlain },
			card: { title, text: shown, language, notes: stepNotes(verdict) },
		};
	};

const tools: Readonly<Record<string, Own>> = {
	// Claude Code
	Bash: { effect: "runsCommands", look: commands("command") },
	Edit: { effect: "changesFiles", look: ({ file_path }, place) => writes([file_path], place) },
	Write: { effect: "changesFiles", look: ({ file_path }, place) => writes([file_path], place) },
	Read: { effect: "readsFiles", look: reads },
	Grep: { effect: "readsFiles", look: reads },
	Glob: { effect: "readsFiles", look: lists },
	WebFetch: { effect: "reachesNetwork", look: open },
	WebSearch: { effect: "reachesNetwork", look: open },
	// Codex
	exec_command: { effect: "runsCommands", look: commands("cmd") },
	apply_patch: { effect: "changesFiles", look: (args, place) => writes(patched(args), place) },
};

/** What may be asked about a provider's own call; of a tool that is not known everything may be expected. */
export const providerCall = async (
	name: string,
	args: Args,
	place: Place,
): Promise<PermittedCall & { readonly effect: Effect }> => {
	const own: Own = Object.hasOwn(tools, name) ? tools[name]! : { effect: "runsCommands", look: open };
	return {
		effect: own.effect,
		grant: { key: `provider:${name}`, text: `run ${name} in this session without asking` },
		...(await own.look(args, place)),
	};
};
