/** Starts the session's Python as the command line asks, or names the kernel it is to join. */
import { createProgressLine } from "../../../ground/environment/progressLine.mjs";
import { plainText } from "../../../ground/text/plainText.ts";
import { words } from "../../../ground/text/screenText.ts";
import type { KernelLaunch } from "../../../protocol/index.ts";
import { findConnectionFile, findKernelSpec } from "../../common/kernel/findKernel.ts";
import { type PreparedPython, preparePython } from "../../common/kernel/preparePython.ts";
import { spawnKernel } from "../../common/kernel/spawnKernel.ts";
import type { StandardStreams } from "../screen/standardStreams.ts";
import type { RunArguments } from "./runArguments.ts";

export type KernelStart = {
	readonly args: RunArguments;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The terminal's size, when there is a terminal. */
	readonly size: { readonly columns: number; readonly rows: number } | null;
};

/** Fails with `KernelStartError`. */
export const startKernel = async (
	start: KernelStart,
	prepared: PreparedPython | null,
): Promise<KernelLaunch> => {
	const { args, cwd, env, size } = start;
	if (args.existing !== null) {
		const connectionFile = findConnectionFile(args.existing, cwd, env);
		return { kind: "existing", connectionFile, label: args.existing };
	}
	const shared = { cwd, env, kernelArgs: args.kernelArgs, ...(size !== null && { size }) };
	if (args.kernelSpec !== null)
		return spawnKernel({ ...shared, python: findKernelSpec(args.kernelSpec, env) }).launch;
	const { python, label, overlay } = prepared ?? (await prepare(start, quiet));
	return spawnKernel({ ...shared, python, label, overlay }).launch;
};

/**
 * The Python for the session, before anything is drawn: what has to be made for it is shown on error output, and Ctrl-C
 * breaks it off. `null` where the session has its Python otherwise. Fails with `KernelStartError`.
 */
export const prepareShown = async (
	start: KernelStart,
	streams: StandardStreams,
	/** Whether a person looks, who is told of a choice too that they may not expect. */
	hasPerson: boolean,
): Promise<PreparedPython | null> => {
	const { args } = start;
	if (args.existing !== null || args.kernelSpec !== null || args.join !== null) return null;
	const tell = (text: string): void => streams.err(words`${plainText(text)}\n`);
	const line = createProgressLine({
		write: (text) => streams.rewrite(text === null ? null : plainText(text)),
		tell,
		rewrites: streams.rewrites,
	});
	const stop = new AbortController();
	const interrupt = (): void => stop.abort();
	process.once("SIGINT", interrupt);
	try {
		const prepared = await prepare(start, { ...line, signal: stop.signal });
		line.end();
		for (const { level, text } of prepared.notices) if (hasPerson || level === "warning") tell(text);
		return prepared;
	} finally {
		line.end();
		process.off("SIGINT", interrupt);
	}
};

type Telling = Pick<Parameters<typeof preparePython>[0], "onProgress" | "onCount" | "signal">;

const quiet: Telling = { onProgress: () => {} };

const prepare = ({ args, cwd, env }: KernelStart, telling: Telling): Promise<PreparedPython> =>
	preparePython({ python: args.python, cwd, env, naming: "--python PATH", ...telling });
