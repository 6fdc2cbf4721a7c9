/** Reading the environment of a request: never the server's own. */
import { homedir } from "node:os";
import { join } from "node:path";
import type { Login } from "../../../protocol/index.ts";
import type { Environment } from "../backend.ts";

/** The variable's value, `null` when it is unset or blank. */
export const readVariable = (environment: Environment, name: string): string | null =>
	environment[name]?.trim() || null;

/** The first of the variables that is set. */
export const firstSet = (
	environment: Environment,
	names: readonly string[],
): { name: string; value: string } | null => {
	for (const name of names) {
		const value = readVariable(environment, name);
		if (value !== null) return { name, value };
	}
	return null;
};

export const keyLogin = (environment: Environment, names: readonly string[], hint: string): Login => {
	const key = firstSet(environment, names);
	return key === null ? { kind: "missing", hint } : { kind: "environment", name: key.name };
};

export const homeOf = (environment: Environment): string => readVariable(environment, "HOME") ?? homedir();

/** Where Codex keeps its login and settings. */
export const codexHome = (environment: Environment): string =>
	readVariable(environment, "CODEX_HOME") ?? join(homeOf(environment), ".codex");
