import type { Program } from "../program.ts";
import { filePrograms } from "./files.ts";
import { find } from "./find.ts";
import { gitProgram } from "./git.ts";
import { awk, sed } from "./scripts.ts";
import { builtins, systemPrograms } from "./system.ts";
import { textPrograms } from "./text.ts";

const { cd, ...onDisk } = filePrograms;

/** Words of the shell itself. */
export const shellWords: Readonly<Record<string, Program>> = { ...builtins, cd: cd! };

/** Programs that are files. */
export const programs: Readonly<Record<string, Program>> = {
	...textPrograms,
	...onDisk,
	...systemPrograms,
	find,
	sed,
	awk,
	gawk: awk,
	mawk: awk,
	git: gitProgram,
};
