/** What a skill is: a folder with a `SKILL.md`, whose head names and describes it. */
import type { Brought } from "../context/frontMatter.ts";

export type Skill = {
	readonly name: string;
	readonly description: string;
	/** Absolute, without links; the files that the text names lie in it. */
	readonly folder: string;
	readonly origin: Origin;
	/** All of `SKILL.md`. */
	readonly text: string;
	/** Of the text: another text is another skill to whoever allowed this one. */
	readonly hash: string;
	/** Python that the text wants to be run first, in order. */
	readonly blocks: readonly string[];
	readonly brought: Brought;
};

/** Who brought it. `project`: it came with the folder that the session is in, or one above. */
export type Origin = "project" | "person" | "plugin";

/** A folder or file that is no skill here, and why, in a clause. */
export type PassedOver = { readonly path: string; readonly reason: string };

/** Whether it brings more than text. */
export const bringsMore = ({ blocks, brought }: Skill): boolean =>
	blocks.length > 0 || brought.tools.length > 0 || brought.variables.length > 0;
