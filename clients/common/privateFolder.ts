import { chmodSync, lstatSync, mkdirSync } from "node:fs";

/**
 * Makes a folder that only this person can enter, or checks that it is one. Throws when it is a link or belongs to
 * somebody else: what is put there could be read or replaced.
 */
export const ensurePrivateFolder = (folder: string): void => {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const stats = lstatSync(folder);
	const refuse = (why: string): never => {
		throw new Error(`${folder} ${why}: remove it, or set XDG_RUNTIME_DIR to a folder of your own.`);
	};
	if (!stats.isDirectory()) refuse("is a link or no folder");
	const uid = process.getuid?.();
	if (uid !== undefined && stats.uid !== uid) refuse("belongs to another user");
	if (stats.mode & 0o077) chmodSync(folder, 0o700);
};
