/** `ipyai` as people start it: a real process on a real pty, its screen kept by xterm. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pty from "@lydell/node-pty";
import { Terminal as Xterm } from "@xterm/headless";
import { testPython } from "./python.ts";

const main = join(import.meta.dirname, "../../clients/terminal/main.ts");
const untilMs = 30_000;

export type TerminalProgram = {
	readonly pid: number;
	/** Resolves with all that the terminal holds once it matches; fails with it after 20 s. */
	until(pattern: RegExp): Promise<string>;
	/** Scrollback and screen, lines joined where the terminal wrapped them. */
	text(): string;
	/** What the screen shows now. */
	screen(): string;
	send(keys: string): void;
	resize(columns: number, rows: number): void;
	/** The exit code. */
	readonly exited: Promise<number>;
};

export type ProgramOptions = {
	readonly env?: Readonly<Record<string, string>>;
	readonly columns?: number;
	readonly rows?: number;
	readonly cwd?: string;
};

/** The environment of this test file, with a Python and a server that leaves soon. */
export const programEnvironment = (env: Readonly<Record<string, string>> = {}): Record<string, string> => {
	const own = Object.fromEntries(
		Object.entries(process.env).filter(
			(entry): entry is [string, string] =>
				entry[1] !== undefined && !/^(VITEST|TMUX|STY|NO_COLOR|FORCE_COLOR|COLORFGBG|CI)/.test(entry[0]),
		),
	);
	return {
		...own,
		TERM: "xterm-256color",
		IPYAI_PYTHON: testPython(),
		IPYAI_SERVER_IDLE_MS: "500",
		PAGER: "cat",
		...env,
	};
};

export const startTerminal = (
	args: readonly string[] = [],
	options: ProgramOptions = {},
): TerminalProgram => {
	const { columns = 90, rows = 30, cwd = process.env.HOME! } = options;
	const xterm = new Xterm({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
	const child = pty.spawn(process.execPath, [main, ...args], {
		cols: columns,
		rows,
		cwd,
		env: programEnvironment(options.env),
	});
	started.push(child);
	const waiting = new Set<() => void>();
	const checkAll = (): void => {
		for (const check of [...waiting]) check();
	};
	child.onData((data) => xterm.write(data, checkAll));
	// The terminal answers queries, as a real one does.
	xterm.onData((data) => child.write(data));
	const exited = new Promise<number>((resolve) =>
		child.onExit(({ exitCode }) => {
			xterm.write("", checkAll);
			resolve(exitCode);
		}),
	);
	const linesFrom = (first: number): string => {
		const { active } = xterm.buffer;
		const lines: string[] = [];
		for (let index = first; index < active.length; index++) {
			const line = active.getLine(index)!;
			const isContinued = active.getLine(index + 1)?.isWrapped === true;
			const text = line.translateToString(!isContinued);
			if (line.isWrapped && lines.length > 0) lines.push(lines.pop()! + text);
			else lines.push(text);
		}
		const text = lines.map((line) => line.trimEnd()).join("\n");
		return text.trimEnd();
	};
	const text = (): string => linesFrom(0);
	return {
		pid: child.pid,
		text,
		screen: () => linesFrom(xterm.buffer.active.baseY),
		send: (keys) => child.write(keys),
		resize(newColumns, newRows) {
			xterm.resize(newColumns, newRows);
			child.resize(newColumns, newRows);
		},
		exited,
		until: (pattern) =>
			new Promise((resolve, reject) => {
				const check = (): void => {
					const now = text();
					if (pattern.test(now)) finish(() => resolve(now));
				};
				const timer = setTimeout(
					() => finish(() => reject(new Error(`Did not show ${pattern}:\n${text()}`))),
					untilMs,
				);
				const finish = (settle: () => void): void => {
					clearTimeout(timer);
					waiting.delete(check);
					settle();
				};
				waiting.add(check);
				check();
			}),
	};
};

export type BatchResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs `ipyai` without a terminal. */
export const runBatch = (
	args: readonly string[],
	{ input = "", env, cwd = process.env.HOME! }: ProgramOptions & { input?: string } = {},
): Promise<BatchResult> =>
	new Promise((resolve, reject) => {
		const child: ChildProcess = spawn(process.execPath, [main, ...args], {
			cwd,
			env: programEnvironment(env),
		});
		let stdout = "";
		let stderr = "";
		child.stdout!.setEncoding("utf8").on("data", (data: string) => {
			stdout += data;
		});
		child.stderr!.setEncoding("utf8").on("data", (data: string) => {
			stderr += data;
		});
		child.once("error", reject);
		child.once("close", (code) => resolve({ code, stdout, stderr }));
		child.stdin!.end(input);
	});

/** The process id of the server that this test file's programs use. */
export const serverPid = (): number => {
	const log = readFileSync(join(process.env.XDG_STATE_HOME!, "ipyai/server.log"), "utf8");
	return Number([...log.matchAll(/\[(\d+)\] listening/g)].at(-1)![1]);
};

const started: pty.IPty[] = [];

/** Ends what this file's tests left: programs, their server, their kernels. For `afterAll`. */
export const endPrograms = (): void => {
	for (const child of started.splice(0)) kill(child.pid);
	// Servers and kernels name the file's own folder in their arguments or their environment.
	const home = process.env.HOME!;
	for (const line of execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n")) {
		const [, pid, args] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
		if (pid !== undefined && args!.includes(home) && Number(pid) !== process.pid) kill(Number(pid));
	}
	try {
		kill(serverPid());
	} catch {
		// No server was started.
	}
};

const kill = (pid: number): void => {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It has ended already.
	}
};
