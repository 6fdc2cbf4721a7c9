/** `bash`: one command line in the session's folder. */

import { callText } from "../../../protocol/toolLine.ts";
import { cleanEnvironment, personsEnvironment } from "../commands/environment.ts";
import { type BashEnd, runBash } from "../commands/runBash.ts";
import { systemFacts, systemPath } from "../commands/systemFacts.ts";
import type { Place } from "../places.ts";
import { grantFor } from "../shell/grant.ts";
import { stepNotes } from "../shell/stepNotes.ts";
import type { Outcome, Tool } from "../tool.ts";

/** Where and as whom commands run. */
export type CommandPlace = {
	/** The session's folder, or the one that its Python is in now. */
	place(): Promise<Place>;
	environment(): Readonly<Record<string, string>>;
};

const defaultSeconds = 120;
const maxSeconds = 3600;
const maxChars = 16_000;

export const bash = ({ place, environment }: CommandPlace): Tool => ({
	name: "bash",
	description:
		"Run a command line in bash and return its output, its error output and its exit code. It starts in the folder that the live Python is in; no state is kept between calls, and nothing can be typed into it: use start_bgterm for what asks or goes on. Lines that only look run without asking, so prefer several of them to one that does more.",
	inputSchema: {
		type: "object",
		properties: {
			cmd: { type: "string", description: "The command line." },
			timeout_seconds: {
				type: "number",
				description: `It is stopped after this time; ${defaultSeconds} when left out, ${maxSeconds} at most.`,
			},
			rm_cmds: {
				type: "string",
				description: "Programs that the line must not use, separated by commas: it is then not run.",
			},
			rm_dests: {
				type: "string",
				description: "Paths that the line must not touch, separated by commas: it is then not run.",
			},
		},
		required: ["cmd"],
		additionalProperties: false,
	},
	effect: "runsCommands",
	prepare: async ({ cmd, timeout_seconds = defaultSeconds, rm_cmds = "", rm_dests = "" }) => {
		if (typeof cmd !== "string" || cmd.trim() === "") return { problem: 'bash needs "cmd", a command line.' };
		if (cmd.includes("\0")) return { problem: "bash takes no line with a NUL in it." };
		if (typeof timeout_seconds !== "number" || !(timeout_seconds > 0 && timeout_seconds <= maxSeconds))
			return { problem: `"timeout_seconds" has to be a number up to ${maxSeconds}.` };
		if (typeof rm_cmds !== "string" || typeof rm_dests !== "string")
			return { problem: '"rm_cmds" and "rm_dests" are texts: names separated by commas.' };
		const here = await place();
		const persons = environment();
		// The parser is loaded when there is something to parse.
		const { judge } = await import("../shell/verdict.ts");
		const verdict = judge(cmd, systemFacts(here, persons.PATH ?? ""));
		const barred = barredBy(cmd, list(rm_cmds), list(rm_dests));
		if (barred !== null) return { problem: `Not run: the line uses ${barred}, which this call leaves out.` };
		const isShown = verdict.check === "looks" || verdict.check === "contained";
		const run = { cwd: here.cwd, timeoutMs: timeout_seconds * 1000, maxChars };
		return {
			check: verdict.check,
			about: { kind: "commands", line: cmd, steps: verdict.steps, isPlain: verdict.isPlain },
			grant: grantFor(verdict, here.cwd),
			card: {
				title: timeout_seconds === defaultSeconds ? "bash" : callText("bash", { timeout_seconds }),
				text: cmd,
				language: "bash",
				notes: [...stepNotes(verdict), ...(here.cwd === here.project ? [] : [`in ${here.cwd}`])],
			},
			run: async ({ signal, onOutput }) => {
				const path = verdict.searches ? (persons.PATH ?? systemPath()) : systemPath();
				const env = isShown ? cleanEnvironment(persons, path) : personsEnvironment(persons);
				const end = await runBash(cmd, {
					...run,
					environment: env,
					signal,
					onOutput,
				});
				return outcomeOf(end);
			},
		};
	},
});

const list = (text: string): string[] =>
	text
		.split(",")
		.map((each) => each.trim())
		.filter((each) => each !== "");

/** By words: what the model takes away from itself it need not find out by spelling. */
const barredBy = (line: string, programs: readonly string[], paths: readonly string[]): string | null => {
	const words = line.split(/[\s"'`;|&()<>]+/);
	return (
		programs.find((program) => ` ${words.join(" ")} `.includes(` ${program} `)) ??
		paths.find((path) =>
			words.some((word) => word === path || word.startsWith(`${path.replace(/\/$/, "")}/`)),
		) ??
		null
	);
};

const outcomeOf = ({ stdout, stderr, exitCode, stopped }: BashEnd): Outcome => {
	const ended =
		stopped ?? (exitCode === null ? "a signal ended it" : exitCode === 0 ? null : `exit code ${exitCode}`);
	const parts = [stdout.trimEnd(), stderr.trim() === "" ? "" : `stderr:\n${stderr.trimEnd()}`, ended ?? ""];
	const text = parts.filter((part) => part !== "").join("\n");
	return {
		content: [{ kind: "text", text: text === "" ? "(no output)" : text }],
		isError: ended !== null,
	};
};
