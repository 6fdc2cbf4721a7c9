/** Who else could change where a path leads. */
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { attempt, PrivatePathError } from "./privatePathError.mjs";

/** @typedef {import("node:fs").Stats} Stats */

/**
 * Refuses a place that another user could exchange for one of their own. Links on the way are followed as the system
 * follows them, each by whoever may change it. What is missing will be made closed to others.
 *
 * @param {string} path
 */
export const checkWay = (path) => {
	let left = resolve(path).split("/").slice(1, -1);
	let links = 0;
	for (let at = "/"; ; ) {
		const stats = attempt("looked at", at, () => lstatSync(at, { throwIfNoEntry: false }));
		if (!stats) return;
		if (stats.isSymbolicLink()) {
			if (!isTrusted(stats.uid)) throw exchangeable(path, at, `belongs to user ${stats.uid}`);
			if (++links > 40)
				throw new PrivatePathError(`${path} leads through too many links: use another folder.`);
			left = [...resolve(dirname(at), readlinkSync(at)).split("/").slice(1), ...left];
			at = "/";
			continue;
		}
		// What is no folder is told when something is to be made in it.
		if (!stats.isDirectory()) return;
		checkPlace(path, at, stats);
		const next = left.shift();
		if (next === undefined) return;
		at = join(at, next);
	}
};

/**
 * @param {string} path
 * @param {string} folder
 * @param {Stats} stats
 */
const checkPlace = (path, folder, { uid, gid, mode }) => {
	// Whoever can exchange a person's home has the person's shell already.
	const home = resolve("/", process.env.HOME ?? "");
	if (home.startsWith(folder === "/" ? folder : `${folder}/`)) return;
	if (!isTrusted(uid)) throw exchangeable(path, folder, `belongs to user ${uid}`);
	// Where the sticky bit is set, nobody moves what is another's.
	const isSticky = (mode & 0o1000) !== 0;
	if (isSticky || !(mode & 0o002 || (mode & 0o020 && !isPersonsGroup(gid)))) return;
	throw exchangeable(path, folder, "can be written by others", ` Close it to them: chmod go-w '${folder}'.`);
};

/** @type {(path: string, place: string, why: string, cure?: string) => PrivatePathError} */
const exchangeable = (path, place, why, cure = "") =>
	new PrivatePathError(`${place} ${why}, who could exchange ${path}.${cure}`);

/** @param {number} uid */
const isTrusted = (uid) => {
	const user = process.getuid?.();
	return user === undefined || uid === user || uid === 0 || (uid === nobody && !isRootMapped());
};

/** What the system shows for users that a container's user namespace does not know; there root's files are among them. */
const nobody = 65534;

const isRootMapped = () => {
	try {
		return /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync("/proc/self/uid_map", "utf8"));
	} catch {
		return true; // a system without namespaces
	}
};

/**
 * Whether a group is this person alone, as Linux distributions give each user one and let it write.
 *
 * @param {number} gid
 */
const isPersonsGroup = (gid) => {
	if (gid === 0) return true;
	if (gid !== process.getgid?.()) return false;
	try {
		const { username } = userInfo();
		const line = readFileSync("/etc/group", "utf8")
			.split("\n")
			.find((each) => each.split(":")[2] === String(gid));
		const [name, , , members = ""] = line?.split(":") ?? [];
		if (name !== undefined)
			return name === username && members.split(",").every((each) => each === "" || each === username);
	} catch {
		// Told by the numbers below.
	}
	return gid === process.getuid?.();
};
