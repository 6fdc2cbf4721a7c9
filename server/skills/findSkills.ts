/** All skills that there are for a session, one a name: the nearest. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readSkill } from "./readSkill.ts";
import { type Root, skillRoots } from "./roots.ts";
import type { PassedOver, Skill } from "./skill.ts";

/** A skill with the root that it was found in, to be read again from there. */
export type FoundSkill = { readonly skill: Skill; readonly path: string; readonly root: Root };
export type FoundSkills = {
	readonly found: readonly FoundSkill[];
	readonly passedOver: readonly PassedOver[];
};

const maxSkills = 100;
const maxFolders = 200;
/** What their names and descriptions may take of each request. */
const maxListChars = 24_000;

/** Never rejects. */
export const findSkills = async (
	cwd: string,
	environment: Readonly<Record<string, string | undefined>>,
): Promise<FoundSkills> => {
	const found: FoundSkill[] = [];
	const passedOver: PassedOver[] = [];
	let room = maxListChars;
	for (const root of await skillRoots(cwd, environment)) {
		const names = await foldersIn(root.folder);
		if (names.length > maxFolders)
			passedOver.push({
				path: root.folder,
				reason: `holds more than ${maxFolders} folders: the others are left out`,
			});
		for (const name of names.slice(0, maxFolders)) {
			const path = join(root.folder, name);
			const skill = await readSkill(path, root);
			if (skill === null) continue;
			if ("reason" in skill) {
				passedOver.push(skill);
				continue;
			}
			// The same folder by another way.
			if (found.some((other) => other.skill.folder === skill.folder)) continue;
			const same = found.find((other) => other.skill.name === skill.name);
			const size = skill.name.length + skill.description.length;
			if (same !== undefined)
				passedOver.push({ path, reason: `is called ${skill.name}, as the nearer ${same.path}` });
			else if (found.length === maxSkills || size > room)
				passedOver.push({
					path,
					reason: "has no room: there are too many skills, or their descriptions are too long",
				});
			else {
				room -= size;
				found.push({ skill, path, root });
			}
		}
	}
	return { found, passedOver };
};

/** Folders, and links that may be some, by name. */
const foldersIn = async (folder: string): Promise<readonly string[]> => {
	try {
		const entries = await readdir(folder, { withFileTypes: true });
		return entries
			.filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
			.map(({ name }) => name)
			.sort();
	} catch {
		// Not there, or not for this person.
		return [];
	}
};
