import { homedir, userInfo } from "node:os";
import { absolute, type PlaceFacts } from "./runtimeDir.ts";

/** The facts that the path rules need, for a client's environment. What is relative or empty there counts as absent. */
export const placeFacts = (environment: PlaceFacts["environment"]): PlaceFacts => ({
	environment,
	home: absolute(environment.HOME) ?? systemHome(),
	tmp: absolute(environment.TMPDIR) ?? "/tmp",
	uid: process.getuid?.() ?? 0,
});

const systemHome = (): string => {
	try {
		return absolute(homedir()) ?? userInfo().homedir;
	} catch {
		return "/"; // a user without an entry, as containers have: what has to be made there says so
	}
};
