/** The folders of ours as they are used: made or checked, or refused with the next step. */
import { ensurePrivateFolder } from "./privateFiles.mjs";
import { type PlaceFacts, runtimeDir, stateDir } from "./runtimeDir.ts";

/** For sockets and connection files. Returns its path; fails with `PrivatePathError`. */
export const ensureRuntimeDir = (facts: PlaceFacts): string => ensure(runtimeDir(facts), "XDG_RUNTIME_DIR");

/** For database, blobs and logs. Returns its path; fails with `PrivatePathError`. */
export const ensureStateDir = (facts: PlaceFacts): string => ensure(stateDir(facts), "XDG_STATE_HOME");

const ensure = (folder: string, variable: string): string => {
	ensurePrivateFolder(folder, `Put that right, or set ${variable} to a folder that only you can change.`);
	return folder;
};
