/** Node's cache of compiled modules, which makes a start twice as fast and holds code that is run. */
import module from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { ensurePrivateFolder } from "./privateFiles.mjs";

/** Turns the cache on for what is loaded from now on, in a folder that only this person can write to, or not at all. */
export const useCompileCache = () => {
	const { XDG_CACHE_HOME: cache = "" } = process.env;
	try {
		const folder = join(isAbsolute(cache) ? cache : join(homedir(), ".cache"), "ipyai");
		ensurePrivateFolder(folder);
		ensurePrivateFolder(join(folder, "compile"));
		module.enableCompileCache?.(join(folder, "compile"));
	} catch {
		// Without it a start takes longer, and that is all.
	}
	// At the end of a process it is written anyway; a server lives long and may be killed.
	setTimeout(() => module.flushCompileCache?.(), 2000).unref();
};
