/** A real ipykernel with a host on it, in a folder of its own; `dispose` leaves nothing behind. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type SpawnKernelOptions, spawnKernel } from "../../clients/common/kernel/spawnKernel.ts";
import type { Content, KernelLaunch, Output, StartedKernel } from "../../protocol/index.ts";
import { KernelHost, type KernelHostOptions } from "../../server/kernel/kernelHost.ts";
import type {
	ExecuteRequest,
	ExecuteResult,
	ForeignCell,
	HostCommandAnswer,
	HostStatus,
} from "../../server/sessions/python/host.ts";
import { testPython } from "./python.ts";

export const noSignal = new AbortController().signal;

export type Heard = {
	readonly statuses: { status: HostStatus; detail: string | null }[];
	readonly foreign: ForeignCell[];
	readonly late: { key: string | null; output: Output }[];
	readonly log: string[];
};

export type CellRun = ExecuteResult & { readonly outputs: Output[]; readonly text: string };

export type RunningKernel = {
	readonly launch: StartedKernel;
	readonly host: KernelHost;
	readonly heard: Heard;
	/** Runs a cell; `answer` is given to each `input()`. */
	run(code: string, answer?: string): Promise<CellRun>;
	/** A cell, its outputs as they come. */
	start(code: string): { readonly outputs: Output[]; readonly done: Promise<CellRun> };
	/** A second host on the same kernel. */
	attach(options?: Partial<KernelHostOptions>): { host: KernelHost; heard: Heard };
	/** Ends the hosts and the kernel. */
	dispose(): Promise<void>;
};

export const startTestKernel = async (
	options: Partial<KernelHostOptions> &
		Pick<SpawnKernelOptions, "kernelArgs" | "overlay" | "size" | "shows"> & {
			env?: Record<string, string>;
			python?: string;
		} = {},
): Promise<RunningKernel> => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-kernel-"));
	const { launch } = spawnKernel({
		python: options.python ?? testPython(),
		cwd: folder,
		env: { ...process.env, XDG_RUNTIME_DIR: folder, ...options.env },
		...(options.overlay && { overlay: options.overlay }),
		...(options.kernelArgs && { kernelArgs: options.kernelArgs }),
		...(options.size && { size: options.size }),
		...(options.shows && { shows: options.shows }),
	});
	const hosts: KernelHost[] = [];
	const attach = (more: Partial<KernelHostOptions> = {}) => {
		const heard: Heard = { statuses: [], foreign: [], late: [], log: [] };
		const host: KernelHost = new KernelHost({
			launch,
			kernelId: `kernel-${hosts.length}`,
			listener: {
				onStatus: (status, detail) => heard.statuses.push({ status, detail }),
				onForeignCell: (cell) => heard.foreign.push(cell),
				onLateOutput: (key, output) => heard.late.push({ key, output }),
				onPressed: () => host.stored(),
				onForeignCommand: noCommands,
			},
			// A loaded machine takes its time, for the first completion above all.
			lookupTimeoutMs: 20_000,
			heard: hosts[0]?.heard ?? 0,
			onLog: (line) => heard.log.push(line),
			...more,
		});
		hosts.push(host);
		return { host, heard };
	};
	const { host, heard } = attach(options);
	const start = (code: string, answer?: string) => {
		const outputs: Output[] = [];
		const done = host
			.execute(
				cellRequest(code, {
					onOutput: (output) => outputs.push(output),
					onInputRequest: () => answer !== undefined && host.answerInput(answer),
				}),
			)
			.then((result) => ({ ...result, outputs, text: textOf(outputs) }));
		return { outputs, done };
	};
	const dispose = async (): Promise<void> => {
		await Promise.all(hosts.slice(1).map((other) => other.dispose("keep")));
		await host.dispose("end");
		try {
			// A host that had let go of the kernel does not end it.
			process.kill(-launch.pid, "SIGKILL");
		} catch {
			// It is gone, as it should be.
		}
		rmSync(folder, { recursive: true, force: true });
	};
	try {
		await host.ready;
	} catch (error) {
		await dispose();
		throw error;
	}
	return { launch, host, heard, run: (code, answer) => start(code, answer).done, start, attach, dispose };
};

/** The same kernel as one that somebody else started. */
export const existing = ({ connectionFile, label }: StartedKernel): KernelLaunch => ({
	kind: "existing",
	connectionFile,
	label,
});

let cells = 0;

/** A cell whose output and questions nobody takes, but for what is given. */
export const cellRequest = (code: string, fields: Partial<ExecuteRequest> = {}): ExecuteRequest => ({
	cellId: `cell-${++cells}`,
	code,
	onOutput: () => {},
	onInputRequest: () => {},
	onCommand: noCommands,
	...fields,
});

export const noCommands = async (): Promise<HostCommandAnswer> => ({
	text: "%ipyai is not available here.",
	failed: true,
	action: null,
});

/** Outputs as a person reads them. */
export const textOf = (outputs: readonly Output[]): string =>
	outputs
		.map((output) => {
			if (output.kind === "stream") return output.text;
			if (output.kind === "executeResult" || output.kind === "displayData")
				return `${output.data["text/plain"]}\n`;
			if (output.kind === "error") return `${output.ename}: ${output.evalue}\n`;
			return "";
		})
		.join("");

/** Parts of a tool's result as text, pictures by their type. */
export const contentText = (content: readonly Content[]): string =>
	content.map((part) => (part.kind === "text" ? part.text : `[${part.mimeType}]`)).join("");

/** Resolves once the claim holds. Polls, for what tells no event; the test's own time limit ends it. */
export const until = async (claim: () => boolean | Promise<boolean>): Promise<void> => {
	while (!(await claim())) await delay(10);
};

export const isAlive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
};

/** Whether a process still runs: one that has ended, and that nobody has waited for yet, does not. */
export const isRunning = (pid: number): boolean => {
	try {
		return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
};

export const exists = existsSync;
