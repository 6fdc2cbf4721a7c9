/** Starts the session's Python as the command line asks, or names the kernel it is to join. */
import type { KernelLaunch } from "../../../protocol/index.ts";
import { findConnectionFile, findKernelSpec } from "../../common/kernel/findKernel.ts";
import { findPython } from "../../common/kernel/findPython.ts";
import { spawnKernel } from "../../common/kernel/spawnKernel.ts";
import type { RunArguments } from "./runArguments.ts";

export type KernelStart = {
	readonly args: RunArguments;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The terminal's size, when there is a terminal. */
	readonly size: { readonly columns: number; readonly rows: number } | null;
	/** Told what the person should know about the choice of the interpreter. */
	onNotice(text: string): void;
};

/** Fails with `KernelStartError`. */
export const startKernel = ({ args, cwd, env, size, onNotice }: KernelStart): KernelLaunch => {
	if (args.existing !== null) {
		const connectionFile = findConnectionFile(args.existing, cwd, env);
		return { kind: "existing", connectionFile, label: args.existing };
	}
	const python =
		args.kernelSpec === null
			? findPython({ python: args.python, cwd, env, onNotice })
			: findKernelSpec(args.kernelSpec, env);
	const { launch } = spawnKernel({
		python,
		cwd,
		env,
		kernelArgs: args.kernelArgs,
		...(size !== null && { size }),
	});
	return launch;
};
