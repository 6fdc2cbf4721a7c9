/** What `ipyai` does with its arguments: which face it shows, and what it exits with. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { packageRoot } from "../../ground/paths/packageRoot.mjs";
import { workingFolder, workingFolderOr } from "../../ground/paths/workingFolder.ts";
import { SentenceError } from "../../ground/sentenceError.ts";
import { plainText } from "../../ground/text/plainText.ts";
import type { KernelLaunch } from "../../protocol/index.ts";
import { sessionTable } from "../../protocol/sessionList.ts";
import { StartCancelled } from "../common/kernel/kernelStartError.ts";
import type { Answers } from "../common/server/connection.ts";
import { exitCodes } from "../common/shell/exitCodes.ts";
import { type Arguments, helpText } from "./commandLine/arguments.ts";
import { clientName } from "./commandLine/clientName.ts";
import { prepareShown, startKernel } from "./commandLine/kernelStart.ts";
import { noArguments, type RunArguments, toSettingsPatch } from "./commandLine/runArguments.ts";
import { chooseTarget } from "./commandLine/sessionTarget.ts";
import { nothingTyped, type Start, type Typed } from "./commandLine/start.ts";
import { StandardStreams } from "./screen/standardStreams.ts";

/** Runs the program and answers its exit code. */
export const runProgram = async (args: Arguments, program: string): Promise<number> => {
	const streams = new StandardStreams();
	const complain = (text: string): void => streams.err(plainText(`${program}: ${text}\n`));
	switch (args.kind) {
		case "help":
			streams.out(plainText(helpText(program)));
			return exitCodes.ok;
		case "version":
			streams.out(plainText(`${program} ${packageVersion()}\n`));
			return exitCodes.ok;
		case "wrong":
			complain(args.message);
			return exitCodes.usage;
		case "run":
			try {
				const problem = scriptProblem(args, program);
				if (problem !== null) {
					complain(problem);
					return exitCodes.usage;
				}
				return args.sessions === null ? await runFaces(args, program) : await listSessions(args.sessions);
			} catch (error) {
				if (!(error instanceof SentenceError)) throw error;
				complain(error.message);
				return error instanceof StartCancelled ? exitCodes.interrupted : exitCodes.failed;
			}
		default:
			return args satisfies never;
	}
};

/** One session after another, as long as the person goes over to the next. */
const runFaces = async (args: RunArguments, program: string): Promise<number> => {
	let typed = nothingTyped;
	for (let now = args; ; ) {
		let next: RunArguments | null = null;
		const code = await runOne(now, program, typed, (session, behind = nothingTyped) => {
			typed = behind;
			const resume =
				session === null ? ({ kind: "newest" } as const) : { kind: "named" as const, ref: session };
			// What the command line asked of the first session is not asked of the next.
			const { plain, python, kernelSpec, kernelArgs } = args;
			next = { ...noArguments, plain, python, kernelSpec, kernelArgs, resume };
		});
		if (next === null) return code;
		now = next;
	}
};

const runOne = async (
	args: RunArguments,
	program: string,
	typed: Typed,
	goOver: Start["goOver"],
): Promise<number> => {
	const cwd = workingFolder();
	const env = process.env;
	const connect = async (answers: Answers) => {
		const { joinServer } = await import("../common/server/joinServer.ts");
		return joinServer({ name: clientName, cwd, environment: env, answers });
	};
	const asked = [
		...(args.load === null ? [] : [`%ipyai load ${args.load}${args.runLoaded ? " --run" : ""}`]),
		...args.commands,
		...(args.script === null ? [] : [runLine(args)]),
		...typed.entries,
	];
	const streams = new StandardStreams();
	const hasTerminal = streams.isTerminal;
	const isBatch =
		args.commands.length > 0 || args.script !== null
			? !args.stay || !hasTerminal
			: !hasTerminal && !args.plain;
	const isPlain = args.plain || isDumb(env);
	const target = await chooseTarget(args, cwd, { connect, canPick: hasTerminal && !isBatch && !isPlain });
	// The kernel is the slowest to come up: it starts before anything else is even loaded.
	const { size } = streams;
	const kernelStart = { args, cwd, env, size };
	let prepared = await prepareShown(kernelStart, streams, hasTerminal && !isBatch);
	const start = async (): Promise<KernelLaunch> => {
		const first = prepared;
		// A kernel that is started later is started on what there is then.
		prepared = null;
		return startKernel(kernelStart, first);
	};
	const kernel = target === null ? start() : null;
	// A failure is told when the session opens.
	kernel?.catch(() => {});

	const runFace = isBatch
		? import("./faces/batch.ts").then(({ runBatch }) => runBatch)
		: isPlain
			? import("./faces/plainShell.ts").then(({ runPlain }) => runPlain)
			: import("./faces/screenShell.ts").then(({ runScreen }) => runScreen);
	return (await runFace)({
		args,
		program,
		entries: asked,
		draft: typed.draft,
		goOver,
		sessionOptions: (listener, answers) => ({
			cwd,
			settings: toSettingsPatch(args),
			target: kernel !== null ? { kind: "new", kernel } : target!,
			join: () => connect(answers),
			startKernel: start,
			listener,
		}),
	});
};

const isDumb = (env: NodeJS.ProcessEnv): boolean => env.TERM === "dumb" || !env.TERM;

/** IPython's own way to run a file or a module, so that `__file__`, `sys.argv` and tracebacks are right. */
const runLine = ({ script, resume, join, existing }: RunArguments): string => {
	const { kind, name, args } = script!;
	// A kernel that runs already may be in another folder.
	const isElsewhere = resume !== null || join !== null || existing !== null;
	const path = kind === "file" && isElsewhere ? resolve(name) : name;
	return `%run ${kind === "module" ? "-m " : ""}${[path, ...args].map(shellQuoted).join(" ")}`;
};

/** Why the file that is to be run cannot be; `null` when it can. */
const scriptProblem = ({ script }: RunArguments, program: string): string | null => {
	if (script?.kind !== "file") return null;
	const { name } = script;
	// As `%run` does it.
	if ([name, `${name}.py`].some((path) => statSync(path, { throwIfNoEntry: false })?.isFile())) return null;
	if (existsSync(name)) return `${name} is no file that can be run.`;
	const isPath = name.includes("/") || name.includes(".");
	return isPath
		? `There is no file ${name}.`
		: `There is no file ${name} to run, and no command of that name: see ${program} --help.`;
};

const shellQuoted = (word: string): string =>
	/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;

const listSessions = async (which: "folder" | "all"): Promise<number> => {
	const cwd = which === "folder" ? workingFolder() : workingFolderOr("/");
	const { joinServer } = await import("../common/server/joinServer.ts");
	const server = await joinServer({
		name: "ipyai --sessions",
		cwd,
		environment: process.env,
		answers: "nothing",
	});
	try {
		const { sessions } = await server.request("session/list", { ...(which === "folder" && { cwd }) });
		const none = which === "folder" ? "No sessions found for this directory." : "No sessions found.";
		new StandardStreams().out(plainText(`${sessionTable(sessions, none)}\n`));
		return exitCodes.ok;
	} finally {
		server.close();
	}
};

const packageVersion = (): string =>
	(JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
