/**
 * The Python modules that the server sends into a kernel: the files of `clients/ipython/ipyai` as one expression
 * that puts them into `sys.modules` and leaves no name behind.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export type PythonModule = {
	/** Python code for one silent execute; it does nothing where this version is present. */
	readonly code: string;
	readonly version: string;
};

/** In the order of their imports. */
const modulePaths = [
	"bounded",
	"messages",
	"notes",
	"lookups/objects",
	"lookups/frames",
	"lookups/summaries",
	"lookups/schemas",
	"lookups/accesses",
	"lookups/texts",
	"lookups/source",
	"lookups/inspection",
	"lookups/members",
	"lookups/reach",
	"lookups/views",
	"lookups/tracebacks",
	"lookups/look",
	"lookups/refs",
	"lookups/input_completion",
	"interrupts/stuck_lookups",
	"interrupts/nudge",
	"output/streams",
	"output/capture",
	"output/figures",
	"output/stdio",
	"output/origins",
	"output/outlet",
	"programs/shell_refs",
	"programs/keyboard",
	"programs/programs",
	"tools/changes",
	"tools/pyrun",
	"tools/plain",
	"tools/vocabulary",
	"tools/vetting",
	"tools/computation",
	"tools/functions",
	"tools/seeds",
	"prompts",
	"lease",
	"magics",
	"live",
] as const;

let read: Promise<PythonModule> | undefined;

/** Read once per process: from the package's folder, beside the sources or beside the bundle. */
export const pythonModuleSource = (): Promise<PythonModule> => (read ??= readModules(moduleFolder()));

const readModules = async (folder: string): Promise<PythonModule> => {
	const source = (path: string) => readFile(join(folder, `${path}.py`), "utf8");
	const sources = await Promise.all(modulePaths.map(async (path) => [path, await source(path)] as const));
	const bootstrap = await source("bootstrap");
	const version = createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 12);
	// JSON's strings and lists are Python's too.
	const globals = `{"__name__": "ipyai_bootstrap", "SOURCES": ${JSON.stringify(sources)}, "VERSION": ${JSON.stringify(version)}}`;
	return { code: `__import__("builtins").exec(${JSON.stringify(bootstrap)}, ${globals})`, version };
};

const moduleFolder = (): string => {
	for (const up of ["../..", ".."]) {
		const folder = join(import.meta.dirname, up, "clients/ipython/ipyai");
		if (existsSync(join(folder, "bootstrap.py"))) return folder;
	}
	throw new Error(`The Python modules are missing near ${import.meta.dirname}: install ipyai again.`);
};
