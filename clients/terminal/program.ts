/** What `ipyai` does with its arguments: which face it shows, and what it exits with. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KernelLaunch, SessionRef } from "../../protocol/index.ts";
import { packageRoot } from "../common/packageRoot.ts";
import { preparePython } from "../common/preparePython.ts";
import { type Arguments, helpText, type RunArguments, toSettingsPatch } from "./arguments.ts";
import { exitCodes } from "./batch.ts";
import { startKernel } from "./kernelStart.ts";
import type { LiveSessionListener, LiveSessionOptions } from "./liveSession.ts";

/** Runs the program and answers its exit code. */
export const runProgram = async (args: Arguments, program: string): Promise<number> => {
	switch (args.kind) {
		case "help":
			process.stdout.write(helpText(program));
			return exitCodes.ok;
		case "version":
			process.stdout.write(`${program} ${packageVersion()}\n`);
			return exitCodes.ok;
		case "wrong":
			process.stderr.write(`${program}: ${args.message}\n`);
			return exitCodes.usage;
		case "run":
			if (args.load !== null) {
				process.stderr.write(`${program}: -l ${args.load}: loading notebooks is not supported yet.\n`);
				return exitCodes.usage;
			}
			try {
				return await runFace(args, program);
			} catch (error) {
				if (!isForPeople(error)) throw error;
				process.stderr.write(`${program}: ${error.message}\n`);
				return exitCodes.failed;
			}
		default:
			return args satisfies never;
	}
};

/** What every face gets. */
export type Start = {
	readonly args: RunArguments;
	readonly program: string;
	/** Cells and prompts to begin with. */
	readonly entries: readonly string[];
	sessionOptions(
		listener: LiveSessionListener,
		client: { readonly approvals: boolean; readonly input: boolean },
	): LiveSessionOptions;
};

const runFace = async (args: RunArguments, program: string): Promise<number> => {
	const cwd = process.cwd();
	const env = process.env;
	// The kernel is the slowest to come up: it starts before anything else is even loaded.
	const { columns, rows } = process.stdout;
	const size = columns && rows ? { columns, rows } : null;
	const onNotice = (text: string): void => void process.stderr.write(`${text}\n`);
	if (args.python === null && args.kernelSpec === null && args.existing === null)
		await preparePython(env, cwd, onNotice);
	const start = async (): Promise<KernelLaunch> => startKernel({ args, cwd, env, size, onNotice });
	const kernel = args.resume === null ? start() : null;
	// A failure is told when the session opens.
	kernel?.catch(() => {});

	const asked = [...args.commands, ...(args.script === null ? [] : [runLine(args.script)])];
	const hasTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
	const isBatch = asked.length > 0 ? !args.stay || !hasTerminal : !hasTerminal && !args.plain;
	const face = isBatch
		? import("./batchFace.ts").then((module) => module.batchFace)
		: args.plain || isDumb(env)
			? import("./plainFace.ts").then((module) => module.plainFace)
			: import("./screenFace.ts").then((module) => module.screenFace);
	return (await face)({
		args,
		program,
		entries: asked,
		sessionOptions: (listener, client) => ({
			cwd,
			settings: toSettingsPatch(args),
			target: kernel !== null ? { kind: "new", kernel } : { kind: "resume", ref: toSessionRef(args, cwd) },
			join: async () => {
				const { joinServer } = await import("../common/joinServer.ts");
				return joinServer({ name: "ipyai terminal", cwd, environment: env, ...client });
			},
			startKernel: start,
			listener,
		}),
	});
};

const isDumb = (env: NodeJS.ProcessEnv): boolean => env.TERM === "dumb" || !env.TERM;

/** IPython's own way to run a file, so that `__file__`, `sys.argv` and tracebacks are right. */
const runLine = ({ path, args }: { path: string; args: readonly string[] }): string =>
	`%run ${[path, ...args].map(shellQuoted).join(" ")}`;

const shellQuoted = (word: string): string =>
	/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;

const toSessionRef = ({ resume }: RunArguments, cwd: string): SessionRef => {
	if (resume === null || resume.kind === "newest") return { cwd };
	return /^\d+$/.test(resume.ref)
		? { historySession: Number(resume.ref), cwd }
		: { sessionId: resume.ref, cwd };
};

/** Errors whose message is a whole answer; by name, as their classes load late. */
const isForPeople = (error: unknown): error is Error =>
	error instanceof Error &&
	[
		"KernelUnavailable",
		"ServerUnavailable",
		"WireError",
		"ConnectionLost",
		"KernelStartError",
		"PythonEnvironmentError",
	].includes(error.name);

const packageVersion = (): string =>
	(JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
