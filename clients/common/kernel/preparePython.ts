/**
 * Makes ipyai's own Python environment where no other Python serves: the first start of an installed ipyai. A clone's
 * set-up has done it before.
 */
import { findPython, KernelStartError } from "./findPython.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns at once when `findPython` finds one. Takes some ten seconds otherwise and tells its progress in lines.
 * Fails with `KernelStartError`.
 */
export const preparePython = async (
	env: Environment,
	cwd: string,
	onProgress: (line: string) => void,
): Promise<void> => {
	try {
		findPython({ env, cwd });
		return;
	} catch {
		// There is none yet.
	}
	const { ensureKernelPython } = await import("../../../ground/environment/pythonEnvironment.mjs");
	try {
		await ensureKernelPython({ env: { ...env }, onProgress });
	} catch (error) {
		if ((error as Error).name !== "SetUpError") throw error;
		throw new KernelStartError((error as Error).message, { cause: error });
	}
};
