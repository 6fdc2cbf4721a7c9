/**
 * Gathers what a turn sends: cells since the last one, values of notes and refs from the live namespace; the
 * rendering itself is `server/context`'s. The host is asked only when something needs it.
 */

import { textOf } from "../../../ground/text/contentText.ts";
import { headOf } from "../../../ground/text/wholeCharacters.ts";
import type { Content, ContextResult } from "../../../protocol/index.ts";
import { isContextCode } from "../../context/contextCell.ts";
import { broughtBy, readFrontMatter } from "../../context/frontMatter.ts";
import { limitsFor } from "../../context/limits.ts";
import { type FoundRef, findRefs, findToolNames } from "../../context/refs.ts";
import { renderTurn } from "../../context/renderTurn.ts";
import type { ContextCell } from "../../store/store.ts";
import type { SessionLog } from "../log.ts";
import type { Host, Ref, ResolvedRef } from "../python/host.ts";

export type TurnContextRequest = {
	readonly log: SessionLog;
	readonly host: Host | null;
	readonly afterSeq: number;
	readonly toSeq: number;
	readonly content: readonly Content[];
	/** Gives the model the functions that are named. Rejects where the prompt is not to be sent: the message says why. */
	nameTools(named: NamedTools): Promise<ToolNews>;
	readonly images: boolean;
	/** The model's, in tokens; `null` where it is not known. */
	readonly contextWindow: number | null;
	/** Takes secrets out of what goes to a model. */
	redact(text: string): string;
	/** `name`: what has an effect (shell refs, calls) is told of but not done, for a look at what would be sent. */
	readonly effects: "run" | "name";
	readonly signal: AbortSignal;
};

/** Functions that are named for the model, each once. */
export type NamedTools = {
	/** In what was typed as the request. */
	readonly asked: readonly string[];
	/** In notes that were typed here. */
	readonly noted: readonly string[];
};

export type ToolNews = {
	/** What the model is told of tools that came or went; empty for nothing. */
	readonly news: string;
	readonly warnings: readonly string[];
};

export const buildTurnContext = async (request: TurnContextRequest): Promise<ContextResult> => {
	const { afterSeq, toSeq } = request;
	const { store, sessionId } = request.log;
	const limits = limitsFor(request.contextWindow);
	const cells = store.contextCells(sessionId, afterSeq, toSeq, limits.cells);
	const earlierCells =
		cells.length < limits.cells
			? 0
			: Math.max(0, store.countCells(sessionId, afterSeq, toSeq) - cells.length);
	const notes = await noteValues(cells, request.host, request.signal);
	const notesOf = (chosen: readonly ContextCell[]) =>
		Promise.all(chosen.flatMap(({ cellId }) => notes.get(cellId) ?? []).map(readNote));
	const text = headOf(textOf(request.content.filter(isTypedPart)), maxRefChars);
	const typedNotes = await notesOf(cells.filter((cell) => isTyped(cell, request.host)));
	const foreignNotes = await notesOf(cells.filter((cell) => !isTyped(cell, request.host)));
	const named = await request.nameTools({
		asked: findToolNames(text),
		noted: [...new Set(typedNotes.flatMap(({ tools }) => tools))],
	});
	const refs = await resolve(text, typedNotes, foreignNotes, request);
	const ran = cells.filter(({ cellId, code }) => !notes.has(cellId) && isContextCode(code));
	const traceback = await lastTraceback(ran.at(-1), request);
	const freshKernel = store.freshKernel(sessionId, afterSeq, toSeq);
	if (freshKernel !== null) {
		const at = cells.findIndex(({ kernelId }) => kernelId === freshKernel);
		cells.splice(at < 0 ? cells.length : at, 0, freshKernelCell(freshKernel));
		notes.set(freshKernel, freshKernelNote);
	}
	const { content, warnings, parts } = renderTurn({
		cells,
		earlierCells,
		notes,
		refs,
		traceback,
		tools: named.news,
		warnings: [...named.warnings, ...foreignTools(foreignNotes)],
		request: request.content,
		supportsImages: request.images,
		limits,
		redact: request.redact,
	});
	return { rendered: [...content], warnings: [...warnings], parts: [...parts] };
};

/** The frames of the error that the last cell ended with; nothing more of an error that is settled since. */
const lastTraceback = async (
	last: ContextCell | undefined,
	{ host, signal }: TurnContextRequest,
): Promise<string | null> => {
	if (!host || last?.status !== "error" || last.kernelId !== host.kernelId) return null;
	try {
		const error = await host.lastError(signal);
		return error?.executionCount === last.executionCount ? error.text : null;
	} catch {
		// The cell's output tells of the error too.
		return null;
	}
};

const freshKernelNote =
	"Python was started anew here: the variables, imports and definitions of all earlier cells are gone, unless a later cell makes them again.";

/** Stands among the cells where the new kernel began; only its note is rendered. */
const freshKernelCell = (kernelId: string): ContextCell => ({
	cellId: kernelId,
	kernelId,
	code: '""',
	executionCount: null,
	outputs: [],
	status: "ok",
	told: null,
});

/** References count in what a person typed here and now: not in cells of files, other sessions and other kernels. */
const isTyped = ({ quoted, kernelId }: ContextCell, host: Host | null): boolean =>
	!quoted && kernelId === host?.kernelId;

const isTypedPart = (part: Content): boolean => part.kind === "text" && !part.quoted;

/** Only a source that starts like a string literal can be a note: Python is asked about those alone. */
const mayBeNote = (code: string): boolean => /^\s*(?:#[^\n]*\n\s*)*[rRuU]?["'(]/.test(code);

const noteValues = async (
	cells: readonly ContextCell[],
	host: Host | null,
	signal: AbortSignal,
): Promise<Map<string, string>> => {
	const candidates = cells.filter(({ code }) => mayBeNote(code));
	const notes = new Map<string, string>();
	if (!host || candidates.length === 0) return notes;
	try {
		const values = await host.noteValues(
			candidates.map(({ code }) => code),
			signal,
		);
		candidates.forEach(({ cellId }, index) => {
			const value = values[index];
			if (value != null) notes.set(cellId, value);
		});
	} catch {
		// A host that cannot say leaves the cells as code, which holds the same text.
	}
	return notes;
};

/** What a note names. */
type NoteRefs = { readonly refs: readonly FoundRef[]; readonly tools: readonly string[] };

const readNote = async (note: string): Promise<NoteRefs> => {
	const matter = await readFrontMatter(note);
	const brought = matter.kind === "fields" ? broughtBy(matter.fields) : null;
	const refs: Ref[] = [
		...(brought?.variables ?? []).map((expression) => ({ kind: "variable", expression }) as const),
		...(brought?.commands ?? []).map((command) => ({ kind: "shell", command }) as const),
	];
	return {
		refs: [...findRefs(note), ...refs.map((ref) => ({ ref, explicit: true }))],
		tools: [...findToolNames(note), ...(brought?.tools ?? [])],
	};
};

const foreignTools = (notes: readonly NoteRefs[]): string[] =>
	[...new Set(notes.flatMap(({ tools }) => tools))]
		.slice(0, maxRefs)
		.map(
			(name) =>
				`&\`${name}\` stands in a note that was not typed here, and is no tool: name it in the prompt.`,
		);

const resolve = async (
	text: string,
	typedNotes: readonly NoteRefs[],
	foreignNotes: readonly NoteRefs[],
	{ host, signal, effects }: TurnContextRequest,
): Promise<readonly ResolvedRef[]> => {
	// A call may have effects, and waits for the main shell.
	const isHarmless = (ref: Ref): boolean => ref.kind === "variable" && !ref.expression.includes("(");
	const typed = findRefs(text);
	const noted = typedNotes.flatMap((note) => note.refs);
	const unique = new Map(
		[...typed, ...noted.filter(({ ref }) => ref.kind === "variable")].map((each) => [keyOf(each.ref), each]),
	);
	const found = [...unique.values()].filter(({ ref }) => effects === "run" || isHarmless(ref));
	const wanted = found.slice(0, maxRefs);
	const later =
		effects === "run" ? [] : typed.filter(({ ref }) => !isHarmless(ref)).map(({ ref }) => whenSent(ref));
	const left = [
		...noted.filter(({ ref }) => ref.kind === "shell").map(({ ref }) => missing(ref, commandInNote)),
		...foreignNotes
			.flatMap((note) => note.refs)
			.filter(({ explicit }) => explicit)
			.map(({ ref }) => missing(ref, foreignNote)),
	]
		.filter(({ ref }) => !unique.has(keyOf(ref)))
		.slice(0, maxRefs);
	const first = found[maxRefs];
	if (first) left.push(missing(first.ref, tooMany(found.length - maxRefs - 1)));
	if (!host)
		return wanted
			.filter(({ explicit }) => explicit)
			.map(({ ref }) => missing(ref, "could not be looked up: the session has no live kernel"));
	const resolved =
		wanted.length === 0
			? []
			: await host.resolveRefs(
					wanted.map(({ ref }) => ref),
					signal,
				);
	return [
		...later,
		// A plain `$name` is a reference only when the name exists.
		...resolved.filter((each, index) => each.kind !== "missing" || wanted[index]!.explicit),
		...new Map(left.map((each) => [keyOf(each.ref), each])).values(),
	];
};

/** Nobody's own words are longer; a paste may be. */
const maxRefChars = 100_000;
/** So many are looked up for one prompt: each costs the live kernel a look. */
const maxRefs = 100;

const tooMany = (others: number): string =>
	`and ${others} more were not looked up: a prompt has room for ${maxRefs} references`;

const keyOf = (ref: Ref): string => JSON.stringify(ref);

const whenSent = (ref: Ref): ResolvedRef => {
	const text = "[found out when the prompt is sent]";
	return ref.kind === "shell"
		? { ...ref, stdout: text, stderr: "", exitCode: 0 }
		: { ...ref, type: "not known yet", text };
};

const missing = (ref: Ref, reason: string) => ({ kind: "missing", ref, reason }) as const;

/** A command in a note did not come from the person's hand now: it is not run. */
const commandInNote = "stands in a note, where commands are not run: name it in the prompt";
const foreignNote = "stands in a note that was not typed here, and is not looked up: name it in the prompt";
