/** `lnhashview_file` and `exhash_file`: text files by lines that have names, so that no edit meets another line. */
import { rmSync } from "node:fs";
import { atomicWrite } from "../../../ground/paths/atomicWrite.ts";
import { applyEdits, shownLine } from "../edits/applyEdits.ts";
import { changesText, diffText } from "../edits/changes.ts";
import { parseEdit } from "../edits/command.ts";
import { EditError } from "../edits/editError.ts";
import { type Line, readTextFile, type TextFile, toBytes } from "../edits/textFile.ts";
import type { Undo } from "../edits/undo.ts";
import { mayRead, type Place, pathIn, writing } from "../places.ts";
import { failure, type Outcome, type PreparedCall, type Problem, type Tool } from "../tool.ts";

export type FilesPlace = {
	place(): Promise<Place>;
};

const maxViewLines = 2000;
const maxViewChars = 100_000;
const maxEdits = 200;

const pathSchema = {
	type: "string",
	description: "Relative to the folder that the live Python is in, or absolute.",
};

export const viewFile = ({ place }: FilesPlace): Tool => ({
	name: "lnhashview_file",
	description:
		"Show a text file, or some of its lines, each as `NUMBER|HASH|  text`. The numbers with their hashes are the addresses that exhash_file takes.",
	inputSchema: {
		type: "object",
		properties: {
			path: pathSchema,
			start: { type: "integer", description: "The first line; 1 when left out." },
			end: { type: "integer", description: `The last line; ${maxViewLines} lines are shown at most.` },
		},
		required: ["path"],
		additionalProperties: false,
	},
	effect: "readsFiles",
	prepare: async ({ path, start = 1, end = null }) => {
		if (!isPath(path)) return { problem: 'lnhashview_file needs "path", the name of a file.' };
		if (!isLineNumber(start) || (end !== null && !isLineNumber(end)))
			return { problem: '"start" and "end" are numbers of lines, from 1 on.' };
		const here = await place();
		const real = pathIn(path, here);
		const isShown = mayRead(path, here);
		return {
			check: isShown ? "looks" : "open",
			about: { kind: "paths", paths: [real], project: here.project, home: here.home },
			grant: isShown
				? { key: "reads:project", text: "read files of this project in this session without asking" }
				: null,
			run: async () =>
				attempt(() => {
					const { lines, bytes } = readTextFile(real);
					if (bytes === null) throw new EditError(`there is no file ${path}.`);
					return { content: [{ kind: "text", text: view(lines, start, end) }], isError: false };
				}),
		};
	},
});

const view = (lines: readonly Line[], start: number, end: number | null): string => {
	if (lines.length === 0) return "The file is empty: 0|0000|a adds its first line.";
	if (start > lines.length) return `The file has ${lines.length} lines.`;
	const last = Math.min(end ?? lines.length, lines.length, start + maxViewLines - 1);
	const shown: string[] = [];
	let chars = 0;
	for (let number = start; number <= last && chars < maxViewChars; number++) {
		const line = shownLine(number, lines[number - 1]!.text);
		chars += line.length;
		shown.push(line);
	}
	const left = Math.min(end ?? lines.length, lines.length) - start + 1 - shown.length;
	if (left > 0) shown.push(`... ${left} more lines, from ${start + shown.length} on`);
	return shown.join("\n");
};

export const editFile = ({ place }: FilesPlace, undo: Undo): Tool => ({
	name: "exhash_file",
	description: `Edit a text file by lines that lnhashview_file showed. Every edit is ADDRESS then COMMAND, and all of them are made or none. Addresses: \`12|3fa9|\`, a range \`12|3fa9|,15|b02c|\`, \`$\` the last line, \`%\` all lines, \`0|0000|\` before the first. Commands: \`s/pattern/replacement/gi\` (groups as $1 or \${name}, any mark for the slash), \`d\` delete, \`a\` append, \`i\` insert, \`c\` change (their text on the lines below), \`m ADDRESS\` move, \`t ADDRESS\` copy behind that line, \`j\` join, \`sort\`, \`>\` and \`<\` indent, \`y/abc/xyz/\`, \`p\` show, \`g/pattern/COMMAND\` and \`v/pattern/COMMAND\` on the lines that match or do not. A line that is not the one that was seen stops all of it. Answers with what changed, with new hashes. With undo it takes back the last edit of the file.`,
	inputSchema: {
		type: "object",
		properties: {
			path: pathSchema,
			cmds: { type: "array", items: { type: "string" }, description: "The edits, in their order." },
			sw: { type: "integer", description: "Spaces of one level for > and <; 4 when left out." },
			inplace: { type: "boolean", description: "false shows what would change and writes nothing." },
			undo: { type: "boolean", description: "Take back the last edit of this file instead." },
		},
		required: ["path"],
		additionalProperties: false,
	},
	effect: "changesFiles",
	prepare: async ({ path, cmds, sw = 4, inplace = true, undo: isUndo = false }) => {
		if (!isPath(path)) return { problem: 'exhash_file needs "path", the name of a file.' };
		if (typeof inplace !== "boolean" || typeof isUndo !== "boolean")
			return { problem: '"inplace" and "undo" are true or false.' };
		if (!Number.isInteger(sw) || (sw as number) < 1 || (sw as number) > 16)
			return { problem: '"sw" is a number of spaces from 1 to 16.' };
		const here = await place();
		const real = pathIn(path, here);
		return prepared(() => {
			const file = readTextFile(real);
			if (isUndo) return undoing(path, real, file, here, undo);
			if (!isEdits(cmds)) return { problem: `exhash_file needs "cmds", a list of up to ${maxEdits} edits.` };
			const { lines, printed } = applyEdits(file, cmds.map(parseEdit), sw as number);
			const bytes = toBytes(lines, file.encoding);
			const isSame = file.bytes?.equals(bytes) ?? lines.length === 0;
			const changes = [...printed, ...(isSame ? [] : [changesText(file.lines, lines)])].join("\n");
			const text = changes === "" ? "Nothing changed." : changes;
			const told: Outcome = { content: [{ kind: "text", text }], isError: false };
			// What writes nothing reads.
			if (isSame || !inplace)
				return {
					check: mayRead(path, here) ? "looks" : "open",
					about: { kind: "paths", paths: [real], project: here.project, home: here.home },
					grant: null,
					run: async () => told,
				};
			return {
				...permission(path, real, here),
				card: {
					title: `exhash_file ${path}`,
					text: diffText(path, file.lines, lines, file.bytes === null),
					language: "diff",
					notes: [],
				},
				run: async () =>
					attempt(() => {
						write(real, file, bytes);
						undo.remember(real, file.bytes, bytes);
						return told;
					}),
			};
		});
	},
});

const undoing = (
	path: string,
	real: string,
	file: TextFile,
	here: Place,
	undo: Undo,
): PreparedCall | Problem => {
	if (!undo.has(real)) return { problem: `There is no edit of ${path} to take back.` };
	const before = undo.before(real, file.bytes);
	if (before === undefined)
		return { problem: `${path} was changed since the last edit: nothing was taken back.` };
	return {
		...permission(path, real, here),
		card: {
			title: `exhash_file ${path}`,
			text: `take back the last edit of ${path}`,
			language: "text",
			notes: [],
		},
		run: async () =>
			attempt(() => {
				if (before === null) rmSync(real);
				else write(real, file, before);
				undo.forget(real);
				return {
					content: [{ kind: "text", text: `${path} is as it was before the last edit.` }],
					isError: false,
				};
			}),
	};
};

/** An edit is what a person wants to see, also within the project. */
const permission = (path: string, real: string, here: Place) => {
	const isGuarded = writing(path, here) === "guarded";
	return {
		check: isGuarded ? ("guarded" as const) : ("open" as const),
		about: { kind: "paths", paths: [real], project: here.project, home: here.home } as const,
		grant: isGuarded ? null : { key: `edits:${real}`, text: `edit ${path} in this session without asking` },
	};
};

/** Only what was looked at is replaced. */
const write = (real: string, { bytes: seen }: TextFile, bytes: Buffer): void => {
	const now = readTextFile(real).bytes;
	if (now === null ? seen !== null : seen === null || !now.equals(seen))
		throw new EditError("the file was changed while the question waited. Nothing was written: look again.");
	atomicWrite(real, bytes, "shared");
};

/** What cannot be done is told to the model; what nobody expected is not. */
const attempt = (work: () => Outcome): Outcome => {
	try {
		return work();
	} catch (error) {
		return failure(sentence((error as Error).message));
	}
};

const prepared = (work: () => PreparedCall | Problem): PreparedCall | Problem => {
	try {
		return work();
	} catch (error) {
		return { problem: sentence((error as Error).message) };
	}
};

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const isPath = (value: unknown): value is string =>
	typeof value === "string" && value !== "" && value.length < 4096 && !value.includes("\0");

const isLineNumber = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1;

/** Each a text, or a list of its parts as newer predecessors write it. */
const isEdits = (value: unknown): value is (string | string[])[] =>
	Array.isArray(value) &&
	value.length > 0 &&
	value.length <= maxEdits &&
	value.every(
		(each) =>
			typeof each === "string" || (Array.isArray(each) && each.every((part) => typeof part === "string")),
	);
