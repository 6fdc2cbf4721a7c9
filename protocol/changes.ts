import { z } from "zod";

/** A file that differs since a turn began. */
export const FileChange = z.object({
	/** From the project's folder on where it lies in it, else absolute. */
	path: z.string(),
	/** `written`: made or changed by something that ran; what it held before is not known. */
	change: z.enum(["made", "changed", "deleted", "written"]),
	/** Lines; `null` where they are not known. */
	added: z.int().nullable(),
	removed: z.int().nullable(),
	/** `null` where it is not known, or too long. */
	diff: z.string().nullable(),
});
export type FileChange = z.infer<typeof FileChange>;

/** A variable that a tool changed. The lines say what it holds without running its code. */
export const VariableChange = z.object({
	name: z.string(),
	/** `null`: there was none. */
	before: z.string().nullable(),
	/** `null`: it is gone. */
	after: z.string().nullable(),
});
export type VariableChange = z.infer<typeof VariableChange>;

/** What the tools of a turn changed, as far as it was seen. Bounded. */
export const TurnChanges = z.object({
	files: z.array(FileChange),
	variables: z.array(VariableChange),
	/** What was left out, and what was not looked at, in sentences. */
	notes: z.array(z.string()),
});
export type TurnChanges = z.infer<typeof TurnChanges>;
