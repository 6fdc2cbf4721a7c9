import { homedir, tmpdir } from "node:os";
import { configDir, stateDir } from "../../protocol/runtimeDir.ts";

/** The folders that `%ipyai` names. */
export const commandPlaces = (environment: Readonly<Record<string, string | undefined>>) => {
	const facts = {
		environment,
		home: environment.HOME ?? homedir(),
		tmp: environment.TMPDIR ?? tmpdir(),
		uid: process.getuid?.() ?? 0,
	};
	return { configFolder: configDir(facts), stateFolder: stateDir(facts) };
};
