import { homedir, tmpdir } from "node:os";
import type { PlaceFacts } from "./runtimeDir.ts";

/** The facts that the path rules need, for a client's environment. */
export const placeFacts = (environment: PlaceFacts["environment"]): PlaceFacts => ({
	environment,
	home: environment.HOME ?? homedir(),
	tmp: environment.TMPDIR ?? tmpdir(),
	uid: process.getuid?.() ?? 0,
});
