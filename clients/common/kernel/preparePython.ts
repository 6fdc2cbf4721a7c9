/** From what a person may have to a Python that a kernel starts on: the choice, and what is made for it the first time. */

import { isNewEnough, minimumPython } from "../../../ground/environment/kernelPackages.mjs";
import type { Count } from "../../../ground/environment/pythonEnvironment.mjs";
import { describePython, type PythonFacts } from "../../../ground/environment/pythonFacts.mjs";
import { type ChoosePythonOptions, choosePython, type PythonChoice, shortPath } from "./choosePython.ts";
import { KernelStartError, StartCancelled } from "./kernelStartError.ts";
import { factsOf } from "./knownPythons.ts";

export type PreparePythonOptions = ChoosePythonOptions & {
	/** What is made, and how far it is. */
	onProgress(line: string): void;
	onCount?(count: Count): void;
	/** Breaks it off; the next start goes on. */
	readonly signal?: AbortSignal | undefined;
};

export type PreparedPython = {
	readonly python: string;
	readonly facts: PythonFacts;
	/** How to name it to a person: its path, and where it comes from. */
	readonly label: string;
	/** Folders with what a kernel needs and this Python lacks. */
	readonly overlay: readonly string[];
	/** What the person should know: a choice that is not the obvious one (`info`), something that was passed over. */
	readonly notices: readonly { readonly level: "info" | "warning"; readonly text: string }[];
};

/**
 * Takes some milliseconds where that Python was met before, else some ten, and the first time ten seconds to get what
 * is missing. Fails with `KernelStartError`; a cancelled one too.
 */
export const preparePython = async (options: PreparePythonOptions): Promise<PreparedPython> => {
	const choices = choosePython(options);
	const refused: string[] = [];
	for (const choice of choices) {
		if (choice.origin === "private") await makePrivate(options, refused);
		for (const candidate of choice.candidates) {
			const asked = await factsOf(candidate, options);
			const problem = asked.facts === null ? notRunning(candidate, asked.said) : unfit(asked.facts);
			if (problem === null) return await prepared(choice, candidate, asked.facts!, refused, options);
			// What the person has named or activated is what they want; of others the next will do.
			if (choice.origin !== "path" && choice.origin !== "private")
				throw new KernelStartError(`${problem}. Choose another Python with ${options.naming}.`);
			refused.push(problem);
		}
	}
	throw new KernelStartError(`${refused.at(-1)}. Choose another Python with ${options.naming}.`);
};

const notRunning = (python: string, said: string): string => {
	const line = said.trim().split("\n").at(-1)!.trim().replace(/\.$/, "").slice(0, 200);
	return `${python} does not run as a Python${line === "" ? "" : `: ${line}`}`;
};

const unfit = (facts: PythonFacts): string | null => {
	if (facts.implementation !== "cpython")
		return `${facts.executable} is ${facts.implementation}, and ipyai's kernels run on CPython`;
	return isNewEnough(facts.version)
		? null
		: `${describePython(facts)} is too old: ipyai needs Python ${minimumPython.join(".")} or newer`;
};

const prepared = async (
	choice: PythonChoice,
	candidate: string,
	facts: PythonFacts,
	refused: readonly string[],
	options: PreparePythonOptions,
): Promise<PreparedPython> => {
	const { origin, reason, passedOver } = choice;
	// A script in the PATH has found the real one.
	const python = origin === "path" ? facts.executable : candidate;
	const needsOverlay = facts.lacks.length > 0 || facts.tooOld.length > 0;
	const overlay = needsOverlay ? await makeOverlay(facts, options) : [];
	const notices: { level: "info" | "warning"; text: string }[] = [];
	const used = `${python} is used (Python ${facts.version.join(".")}, ${reason})`;
	for (const what of [...passedOver, ...refused])
		notices.push({ level: "warning", text: `${what}: ${used}.` });
	if (notices.length === 0 && (origin === "project" || origin === "private"))
		notices.push({
			level: "info",
			text: `Python ${facts.version.join(".")}: ${reason} (${shortPath(python, options.cwd, options.env)})`,
		});
	if (facts.tooOld.length > 0)
		notices.push({
			level: "warning",
			text: `${facts.tooOld.join(", ")} of this environment cannot work in a kernel: ipyai's own ${facts.tooOld.length === 1 ? "is" : "are"} loaded in this session.`,
		});
	const about = [reason, needsOverlay ? "with ipyai's own kernel" : ""].filter((part) => part !== "");
	return {
		python,
		facts,
		label: about.length === 0 ? python : `${python} (${about.join(", ")})`,
		overlay,
		notices,
	};
};

const makeOverlay = async (facts: PythonFacts, options: PreparePythonOptions): Promise<readonly string[]> => {
	const { ensureOverlay } = await import("../../../ground/environment/overlay.mjs");
	return asStartError(() => ensureOverlay(facts, work(options)));
};

/** The last resort where no Python of the person's will do: made with any that can carry an environment. */
const makePrivate = async (options: PreparePythonOptions, refused: readonly string[]): Promise<void> => {
	const { ensurePrivatePython } = await import("../../../ground/environment/pythonEnvironment.mjs");
	await asStartError(() => ensurePrivatePython(work(options)), refused.at(-1));
};

const work = ({ env, onProgress, onCount, signal }: PreparePythonOptions) => ({
	env,
	onProgress,
	onCount,
	signal,
});

const asStartError = async <T>(make: () => Promise<T>, before?: string): Promise<T> => {
	try {
		return await make();
	} catch (error) {
		const { name, message } = error as Error;
		if (name === "AbortError") throw new StartCancelled("Broken off: the next start goes on.");
		if (name !== "SetUpError") throw error;
		throw new KernelStartError(before === undefined ? message : `${before}. ${message}`, { cause: error });
	}
};
