import { headOf } from "../../../ground/text/wholeCharacters.ts";
import type { ShellVerdict, Step } from "./verdict.ts";

const maxSteps = 12;

/** Each command of a line with what it may touch, or why that is not known: for the person who is asked. */
export const stepNotes = ({ steps, doubt, check }: ShellVerdict): string[] => {
	const notes = steps.slice(0, maxSteps).map((step) => `${firstLine(step.text)}: ${whatOf(step)}`);
	if (steps.length > maxSteps) notes.push(`and ${steps.length - maxSteps} more commands`);
	// What holds for the line as a whole.
	if (doubt !== null && !steps.some((step) => step.doubt !== null)) notes.push(doubt);
	if (check === "guarded") notes.push("it names what decides over later calls: settings, hooks or keys");
	return notes;
};

const whatOf = ({ touches, doubt }: Step): string => {
	if (doubt !== null) return doubt;
	const words = { reads: "reads", lists: "looks at", makesFolder: "makes" } as const;
	const told = touches.slice(0, 4).map(({ kind, path }) => `${words[kind]} ${path}`);
	return told.length === 0 ? "touches no files" : told.join(", ") + (touches.length > 4 ? ", …" : "");
};

const firstLine = (text: string): string => {
	const [first = "", ...others] = text.split("\n");
	return first.length > 60 || others.length > 0 ? `${headOf(first, 60)}…` : first;
};
