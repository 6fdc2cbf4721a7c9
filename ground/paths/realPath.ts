import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A path without symbolic links, as a shell's folder is told; of what is not there yet, its folder's. */
export const realPath = (path: string): string => {
	try {
		return realpathSync.native(path);
	} catch {
		const folder = dirname(path);
		return folder === path ? path : join(realPath(folder), basename(path));
	}
};

/** The path of a uri, `null` where it names no file of this machine. */
export const pathOfUri = (uri: string): string | null => {
	if (!uri.startsWith("file:")) return null;
	try {
		return realPath(fileURLToPath(uri));
	} catch {
		return null;
	}
};
