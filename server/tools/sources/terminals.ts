/** `start_bgterm`, `write_stdin`, `close_bgterm`: programs that go on, and that can be typed into. */
import { personsEnvironment } from "../commands/environment.ts";
import { findBash } from "../commands/runBash.ts";
import { systemFacts } from "../commands/systemFacts.ts";
import type { Poll } from "../commands/terminal.ts";
import type { Terminals } from "../commands/terminals.ts";
import { pathIn } from "../places.ts";
import { stepNotes } from "../shell/stepNotes.ts";
import { type About, type Check, type Effect, failure, type Outcome, type Tool } from "../tool.ts";
import type { CommandPlace } from "./bash.ts";

const maxWaitMs = 60_000;
const maxCharsWritten = 64 * 1024;
const maxBytesRead = 256 * 1024;

export const startTerminal = ({ place, environment }: CommandPlace, terminals: Terminals): Tool => ({
	name: "start_bgterm",
	description:
		"Start a program on a terminal of its own, in the background: for what goes on (servers, watchers), and for what is typed into (shells, REPLs, programs that ask). Answers with its number, sid, and what it says at first. write_stdin types and reads, close_bgterm ends it. It ends with the session.",
	inputSchema: {
		type: "object",
		properties: {
			cmd: { type: "string", description: "A command line; a shell when left out." },
			cwd: { type: "string", description: "The folder to start in; that of the live Python when left out." },
			yield_time_ms: {
				type: "integer",
				description: "How long to wait for first output; 500 when left out.",
			},
		},
		additionalProperties: false,
	},
	effect: "runsCommands",
	prepare: async ({ cmd = null, cwd = null, yield_time_ms = 500 }) => {
		if ((cmd !== null && typeof cmd !== "string") || (cwd !== null && typeof cwd !== "string"))
			return { problem: '"cmd" and "cwd" are texts.' };
		if (!isWait(yield_time_ms)) return { problem: `"yield_time_ms" is a number up to ${maxWaitMs}.` };
		const bash = findBash();
		if (bash === null) return { problem: "There is no bash on this machine." };
		const line = cmd === null || cmd.trim() === "" ? null : cmd;
		if (line?.includes("\0") || cwd?.includes("\0")) return { problem: "A command line has no NUL in it." };
		const here = await place();
		const folder = cwd === null ? here.cwd : pathIn(cwd, here);
		const persons = environment();
		const { judge } = await import("../shell/verdict.ts");
		const verdict = judge(line ?? "", systemFacts({ ...here, cwd: folder }, persons.PATH ?? ""));
		return {
			// Whatever is typed into it later is another matter: it is asked about as it stands.
			check: verdict.check === "guarded" ? "guarded" : "open",
			about: { kind: "commands", line: line ?? "bash", steps: verdict.steps, isPlain: verdict.isPlain },
			grant: null,
			card: {
				title: "start_bgterm",
				text: line ?? "bash",
				language: "bash",
				notes: [
					...(line === null ? [] : stepNotes(verdict)),
					...(folder === here.project ? [] : [`in ${folder}`]),
				],
			},
			run: async ({ signal }) => {
				try {
					const { id, terminal } = await terminals.open(line ?? "bash", {
						program: bash,
						args: ["--noprofile", "--norc", ...(line === null ? ["-i"] : ["-c", line])],
						cwd: folder,
						environment: personsEnvironment(persons),
						maxBytes: 1_000_000,
					});
					return told({ sid: id }, await terminal.poll(yield_time_ms, maxBytesRead, signal));
				} catch (error) {
					if (signal.aborted) throw error;
					return failure(`It could not be started: ${(error as Error).message}`);
				}
			},
		};
	},
});

export const writeTerminal = ({ place, environment }: CommandPlace, terminals: Terminals): Tool => ({
	name: "write_stdin",
	description:
		"Type into a terminal that start_bgterm opened, and read what it says since it was last read. Without chars it only reads. A line needs its \\n; \\u0003 is Ctrl-C, \\u0004 Ctrl-D.",
	inputSchema: {
		type: "object",
		properties: {
			sid: { type: "integer", description: "The terminal's number." },
			chars: { type: "string", description: "What to type; nothing when left out." },
			yield_time_ms: {
				type: "integer",
				description: `How long to wait for output when there is none yet; 0 when left out, ${maxWaitMs} at most.`,
			},
			max_output_bytes: { type: "integer", description: "65536 when left out." },
		},
		required: ["sid"],
		additionalProperties: false,
	},
	effect: "runsCommands",
	prepare: async ({ sid, chars = "", yield_time_ms = 0, max_output_bytes = 65_536 }) => {
		if (typeof chars !== "string" || chars.length > maxCharsWritten)
			return { problem: `"chars" is a text of up to ${maxCharsWritten} characters.` };
		if (!isWait(yield_time_ms)) return { problem: `"yield_time_ms" is a number up to ${maxWaitMs}.` };
		if (!Number.isInteger(max_output_bytes) || (max_output_bytes as number) < 1)
			return { problem: '"max_output_bytes" is a number of bytes.' };
		const opened = Number.isInteger(sid) ? terminals.find(sid as number) : null;
		if (opened === null) return { problem: noSuch(sid, terminals) };
		const { terminal, command, id } = opened;
		return {
			...(await permissionOf(chars, place, environment)),
			grant: { key: `terminal:${id}`, text: `type anything into terminal ${id} (${command}) without asking` },
			card: { title: `write_stdin to terminal ${id}: ${command}`, text: chars, language: "bash", notes: [] },
			run: async ({ signal }) => {
				if (chars !== "" && !terminal.write(chars))
					return told(
						{ sid: id, error: "the program has ended: nothing was typed" },
						await terminal.poll(0, maxBytesRead, signal),
					);
				const limit = Math.min(max_output_bytes as number, maxBytesRead);
				return told({ sid: id }, await terminal.poll(yield_time_ms, limit, signal));
			},
		};
	},
});

/** To read, and to stop what runs, changes nothing; what is typed may be a command of anybody's. */
const permissionOf = async (
	chars: string,
	place: CommandPlace["place"],
	environment: CommandPlace["environment"],
): Promise<{ effect: Effect; check: Check; about?: About }> => {
	if (chars === "" || chars === "\u0003") return { effect: "looks", check: "looks" };
	const { judge } = await import("../shell/verdict.ts");
	const { check, steps } = judge(chars, systemFacts(await place(), environment().PATH ?? ""));
	// What has been typed before may mean that these are no commands, or others.
	const about = { kind: "commands", line: chars, steps, isPlain: false } as const;
	return { effect: "runsCommands", check: check === "guarded" ? "guarded" : "open", about };
};

export const closeTerminal = (terminals: Terminals): Tool => ({
	name: "close_bgterm",
	description: "End a terminal that start_bgterm opened, with all that runs in it.",
	inputSchema: {
		type: "object",
		properties: {
			sid: { type: "integer", description: "The terminal's number." },
			kill_after_ms: {
				type: "integer",
				description: "How long it may take to end by itself; 1000 when left out.",
			},
		},
		required: ["sid"],
		additionalProperties: false,
	},
	effect: "runsCommands",
	prepare: async ({ sid, kill_after_ms = 1000 }) => {
		if (!Number.isInteger(sid)) return { problem: noSuch(sid, terminals) };
		if (!isWait(kill_after_ms)) return { problem: `"kill_after_ms" is a number up to ${maxWaitMs}.` };
		return {
			// It takes back what a call of the model's began.
			effect: "looks",
			check: "looks",
			grant: null,
			run: async () => {
				await terminals.close(sid as number, kill_after_ms);
				return { content: [{ kind: "text", text: `Terminal ${sid} is closed.` }], isError: false };
			},
		};
	},
});

const isWait = (value: unknown): value is number =>
	Number.isInteger(value) && (value as number) >= 0 && (value as number) <= maxWaitMs;

const noSuch = (sid: unknown, terminals: Terminals): string => {
	const known = terminals.all.map(({ id, command }) => `${id} (${command})`).join(", ");
	return `There is no terminal ${JSON.stringify(sid)}. ${known === "" ? "None is open: start_bgterm opens one." : `There are: ${known}.`}`;
};

const told = (head: Record<string, unknown>, poll: Poll): Outcome => {
	const text = readable(poll.text);
	const json = JSON.stringify({ ...head, ...poll, text });
	return { content: [{ kind: "text", text: json }], isError: "error" in head };
};

/** As a person would read it: a program that draws although the terminal is a plain one says it in colours. */
const readable = (text: string): string =>
	text
		.replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g, "")
		.replaceAll("\r\n", "\n");
