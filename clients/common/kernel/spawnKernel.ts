/**
 * Starts a session's kernel: the first act of a client, so it needs Node's own modules only. The kernel is detached,
 * leads its own process group, and listens on unix sockets in a private folder; a server adopts it by its connection
 * file. Nobody's Ctrl-C and no client's end reaches it; its lease ends it when no server takes it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, constants, existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ensureRuntimeDir } from "../../../ground/paths/ownFolders.ts";
import { packageRoot } from "../../../ground/paths/packageRoot.mjs";
import { placeFacts } from "../../../ground/paths/placeFacts.ts";
import { openOwnFile } from "../../../ground/paths/privateFiles.mjs";
import type { PlaceFacts } from "../../../ground/paths/runtimeDir.ts";
import type { StartedKernel } from "../../../protocol/session.ts";
import type { KernelSpec } from "./findKernel.ts";
import { KernelStartError } from "./kernelStartError.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export type SpawnKernelOptions = {
	/** The interpreter, or a kernel spec that names its own command. */
	readonly python: string | KernelSpec;
	/** How to name it to a person; the path or the spec's name when absent. */
	readonly label?: string;
	/** Folders with what a kernel needs, for an interpreter whose environment lacks it. */
	readonly overlay?: readonly string[];
	readonly cwd: string;
	readonly env: Environment;
	/** Further arguments for ipykernel, for example `--InteractiveShell.colors=linux`. */
	readonly kernelArgs?: readonly string[];
	/** The kernel ends when no server takes it within this time; a few minutes when absent. */
	readonly adoptWithinSeconds?: number;
	/** The size of the screen, for what Python formats to a width; absent when what it prints goes to a pipe. */
	readonly size?: { readonly columns: number; readonly rows: number };
	/**
	 * What the client's windows show: text as terminals do, or HTML too. Libraries in the kernel go by it for as long as
	 * it lives. Text when absent.
	 */
	readonly shows?: "text" | "html";
};

export type SpawnedKernel = {
	readonly launch: StartedKernel;
	readonly child: ChildProcess;
	/** What the kernel wrote before it could be connected to. Removed with the kernel's other files. */
	readonly logFile: string;
};

/** Returns at once; whether the kernel comes up is for the server to find out. Fails with `KernelStartError`. */
export const spawnKernel = (options: SpawnKernelOptions): SpawnedKernel => {
	const {
		python,
		overlay = [],
		cwd,
		env,
		kernelArgs = [],
		size,
		shows = "text",
		adoptWithinSeconds,
	} = options;
	const { connectionFile, logFile, log } = createFiles(placeFacts(env));
	const launcherArgs = [
		`--window=${shows === "html" ? "notebook" : size ? "terminal" : "pipe"}`,
		...(overlay.length === 0 ? [] : [`--overlay=${overlay.join(delimiter)}`]),
		...(adoptWithinSeconds === undefined ? [] : [`--adopt-within=${adoptWithinSeconds}`]),
	];
	const [command, ...args] =
		typeof python === "string"
			? [python, launcherPath(), ...launcherArgs, "-f", connectionFile, ...kernelArgs]
			: [...specArguments(python, connectionFile), ...kernelArgs];
	const child = spawn(command!, args, {
		cwd,
		detached: true,
		stdio: ["ignore", log, log],
		env: {
			...env,
			...(size ? { COLUMNS: String(size.columns), LINES: String(size.rows) } : {}),
			...(typeof python === "string" ? {} : python.env),
		},
	});
	closeSync(log);
	child.on("error", () => {}); // told below: without a process there is no id
	child.unref();
	if (child.pid === undefined) {
		for (const file of [connectionFile, logFile]) rmSync(file, { force: true });
		const what = existsSync(cwd) ? `${command} cannot be run` : `the folder ${cwd} does not exist`;
		throw new KernelStartError(`The kernel did not start: ${what}.`);
	}
	const label = options.label ?? (typeof python === "string" ? python : python.name);
	return { launch: { kind: "started", connectionFile, pid: child.pid, label }, child, logFile };
};

/** The connection file, and the log, which stays open. */
const createFiles = (facts: PlaceFacts) => {
	const { O_CREAT, O_EXCL, O_WRONLY } = constants;
	try {
		const prefix = join(ensureRuntimeDir(facts), `k-${randomBytes(5).toString("hex")}`);
		const [connectionFile, logFile] = [`${prefix}.json`, `${prefix}.log`];
		const connection = openOwnFile(connectionFile, O_CREAT | O_EXCL | O_WRONLY);
		writeFileSync(connection, JSON.stringify(connectionTo(prefix)));
		closeSync(connection);
		return { connectionFile, logFile, log: openOwnFile(logFile, O_CREAT | O_EXCL | O_WRONLY) };
	} catch (error) {
		throw new KernelStartError(`No place for the kernel's sockets: ${(error as Error).message}`, {
			cause: error,
		});
	}
};

/** Over `ipc` the ip is a path, and each port's number is appended to it: no port is taken, and no race for one. */
const connectionTo = (prefix: string) => ({
	transport: "ipc",
	ip: prefix,
	shell_port: 1,
	iopub_port: 2,
	stdin_port: 3,
	control_port: 4,
	hb_port: 5,
	key: randomBytes(32).toString("hex"),
	signature_scheme: "hmac-sha256",
});

const launcherPath = (): string => join(packageRoot(), "clients/ipython/ipyai/launcher.py");

const specArguments = ({ argv, folder }: KernelSpec, connectionFile: string): string[] =>
	argv.map((word) =>
		word.replaceAll("{connection_file}", connectionFile).replaceAll("{resource_dir}", folder),
	);
