/**
 * What Pythons said of themselves, kept for as long as nothing of them changes: asking again at every start would take
 * as long as drawing the prompt.
 */
import { closeSync, constants, openSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { askPython, type PythonFacts } from "../../../ground/environment/pythonFacts.mjs";
import type { Environment } from "../../../ground/environment/pythonPlaces.mjs";
import { atomicWrite } from "../../../ground/paths/atomicWrite.ts";
import { packageRoot } from "../../../ground/paths/packageRoot.mjs";
import { ensurePrivateFolder, openOwnFile } from "../../../ground/paths/privateFiles.mjs";

/** Files and folders with what they looked like; `null` for one that was not there. */
type Look = readonly (readonly [path: string, look: string | null])[];
type Known = { readonly look: Look; readonly facts: PythonFacts };

export type AskOptions = {
	readonly env: Environment;
	readonly cwd: string;
	readonly signal?: AbortSignal | undefined;
};

const maxKnown = 50;

/** Starts the interpreter when it is new or something about it has changed. Resolves to what it said instead of facts where it does not run. */
export const factsOf = async (
	python: string,
	options: AskOptions,
): Promise<{ readonly facts: PythonFacts } | { readonly facts: null; readonly said: string }> => {
	const { env } = options;
	// A script that looks for a Python finds another one in another folder.
	if (isScript(python)) return askPython(python, options);
	const key = JSON.stringify([python, ...variables.map((name) => env[name] ?? null)]);
	const known = readKnown(env);
	const found = known[key];
	if (found?.look.every(([path, look]) => lookAt(path) === look)) return { facts: found.facts };
	const asked = await askPython(python, options);
	if (asked.facts !== null) {
		const look = placesOf(python, asked.facts).map((path) => [path, lookAt(path)] as const);
		const kept = Object.entries(known)
			.filter(([other]) => other !== key)
			.slice(1 - maxKnown);
		writeKnown(env, Object.fromEntries([...kept, [key, { look, facts: asked.facts }]]));
	}
	return asked;
};

/** What makes an interpreter look for packages elsewhere. */
const variables = [
	"PYTHONPATH",
	"PYTHONHOME",
	"PYTHONNOUSERSITE",
	"PYTHONUSERBASE",
	"PYTHONPLATLIBDIR",
	"HOME",
];

/** Installing or removing a package changes the folder that it is in. */
const placesOf = (python: string, { folders }: PythonFacts): string[] => [
	realPlace(python),
	join(dirname(dirname(python)), "pyvenv.cfg"),
	join(packageRoot(), "clients/ipython/ipyai/start/environment.py"),
	...folders,
];

const lookAt = (path: string): string | null => {
	const stats = statSync(path, { throwIfNoEntry: false });
	return stats ? `${stats.mtimeMs} ${stats.isDirectory() ? "" : stats.size} ${stats.ino}` : null;
};

const isScript = (path: string): boolean => {
	const start = Buffer.alloc(2);
	try {
		const file = openSync(path, "r");
		readSync(file, start);
		closeSync(file);
	} catch {
		// The start tells why it cannot be run.
	}
	return start.toString("latin1") === "#!";
};

const realPlace = (path: string): string => {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
};

const cacheFolder = ({ XDG_CACHE_HOME: cache = "", HOME }: Environment): string =>
	join(isAbsolute(cache) ? cache : join(HOME || homedir(), ".cache"), "ipyai");

const knownFile = (env: Environment): string => join(cacheFolder(env), "pythons.json");

/** Only this person's own is believed: it names a program that is run. */
const readKnown = (env: Environment): Readonly<Record<string, Known>> => {
	try {
		const file = openOwnFile(knownFile(env), constants.O_RDONLY);
		try {
			return JSON.parse(readFileSync(file, "utf8"));
		} finally {
			closeSync(file);
		}
	} catch {
		return {}; // none yet, or one that is written anew
	}
};

const writeKnown = (env: Environment, known: Readonly<Record<string, Known>>): void => {
	try {
		ensurePrivateFolder(cacheFolder(env));
		atomicWrite(knownFile(env), JSON.stringify(known), "private");
	} catch {
		// Then it is asked again the next time.
	}
};
