/**
 * Cells of ours, of the predecessors and of any nbformat 4 notebook as items of a session. Nothing is run and
 * nothing is trusted: metadata that does not fit is as good as absent.
 */
import { z } from "zod";
import { noteLiteral, noteValue } from "../../ground/python/noteLiteral.ts";
import { type Content, Content as ContentSchema, StopReason, TurnChanges } from "../../protocol/index.ts";
import { fromNotebookOutputs, toText } from "../../protocol/notebookOutputs.ts";
import { answerText, parseAnswer } from "./answerText.ts";
import { fromDialogCell } from "./dialogCell.ts";
import { NotebookError, RawCell } from "./nbformat.ts";
import type { NotebookItem, NotebookPrompt } from "./notebookItem.ts";
import type { NotebookHead } from "./notebookReader.ts";
import { separator } from "./toNotebook.ts";

/** Throws `NotebookError` for a format that is not read. */
export const checkFormat = (head: NotebookHead): void => {
	const { nbformat, nbformat_minor: minor } = head;
	if (nbformat === 4) return;
	if (nbformat === undefined)
		throw new NotebookError("it is no notebook: it does not say which nbformat it has");
	throw new NotebookError(
		`it has nbformat ${String(nbformat)}.${String(minor ?? 0)}, and 4 is read here: convert it with "jupyter nbconvert --to notebook"`,
	);
};

/** The item of cell `number`, counted from 1; `null` when it holds nothing for a session. */
export const fromNotebookCell = (raw: unknown, number: number): NotebookItem | null => {
	const parsed = RawCell.safeParse(raw);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		throw new NotebookError(`cell ${number} is broken: ${issue?.path.join(".")} ${issue?.message}`);
	}
	const cell = parsed.data;
	const own = ownMetadata(cell);
	const id = cell.id !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(cell.id) ? cell.id : null;
	const dialog = own === null ? fromDialogCell(cell) : null;
	if (dialog) {
		const { prompt, ...answer } = dialog;
		return { ...promptDefaults, ...answer, id, content: [{ kind: "text", text: prompt }, ...attached(cell)] };
	}
	if (own?.kind === "prompt" || cell.metadata.solveit_ai === true) return toPrompt(cell, id, own);
	if (cell.source.trim() === "") return null;
	if (cell.cell_type === "code")
		return {
			kind: "code",
			id,
			code: cell.source,
			executionCount: cell.execution_count,
			outputs: fromNotebookOutputs(cell.outputs, cell.execution_count),
			isNote: noteValue(cell.source) !== null,
		};
	if (cell.cell_type !== "markdown") return null;
	const code = own?.source !== undefined && noteValue(own.source) === cell.source ? own.source : null;
	return {
		kind: "code",
		id,
		code: code ?? noteLiteral(cell.source),
		executionCount: own?.line ?? null,
		outputs: [],
		isNote: true,
	};
};

/** Older start-up files: `{version, events}` in place of cells. `null` when the file is no such thing. */
export const fromStartupEvents = (head: NotebookHead): (NotebookItem | null)[] | null => {
	const parsed = StartupEvents.safeParse(head);
	if (!parsed.success) return null;
	const place = (event: StartupEvent) =>
		event.kind === "code" ? event.line : (event.history_line ?? event.line - 1) + 1;
	return [...parsed.data.events]
		.sort((a, b) => place(a) - place(b) || Number(a.kind !== "code") - Number(b.kind !== "code"))
		.map((event): NotebookItem | null => {
			if (event.kind === "prompt")
				return {
					...promptDefaults,
					content: [{ kind: "text", text: event.prompt }],
					executionCount: place(event) > 0 ? place(event) : null,
					fullPrompt: event.full_prompt ?? null,
					...parseAnswer(event.response),
				};
			if (event.source.trim() === "") return null;
			return {
				kind: "code",
				id: null,
				code: event.source,
				executionCount: event.line > 0 ? event.line : null,
				outputs: [],
				isNote: noteValue(event.source) !== null,
			};
		});
};

const Part = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("text"), text: z.string() }),
	z.object({ kind: z.literal("thinking"), text: z.string() }),
	z.object({
		kind: z.literal("toolCall"),
		name: z.string(),
		args: z.record(z.string(), z.unknown()),
		executor: z.enum(["server", "provider"]),
		result: z.object({ content: z.array(ContentSchema), isError: z.boolean() }).nullable(),
	}),
	z.object({ kind: z.literal("steer"), content: z.array(ContentSchema) }),
	z.object({ kind: z.literal("changes"), changes: TurnChanges }),
]);

const OwnMetadata = z.object({
	kind: z.string().optional().catch(undefined),
	line: z.int().min(0).optional().catch(undefined),
	source: z.string().optional().catch(undefined),
	history_line: z.int().min(0).optional().catch(undefined),
	prompt: z.string().optional().catch(undefined),
	full_prompt: z.string().optional().catch(undefined),
	backend: z.string().optional().catch(undefined),
	model: z.string().optional().catch(undefined),
	parts: z.array(Part).optional().catch(undefined),
	stop_reason: StopReason.optional().catch(undefined),
	error: z.string().nullable().optional().catch(undefined),
	hidden: z.boolean().optional().catch(undefined),
});
type OwnMetadata = z.infer<typeof OwnMetadata>;

const ownMetadata = ({ metadata }: RawCell): OwnMetadata | null =>
	OwnMetadata.safeParse(metadata.ipyai ?? metadata.ipycodex).data ?? null;

const StartupEvent = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("code"), line: z.int().default(0), source: z.string() }),
	z.object({
		kind: z.literal("prompt"),
		line: z.int().default(0),
		history_line: z.int().optional(),
		prompt: z.string(),
		full_prompt: z.string().optional(),
		response: z.string(),
	}),
]);
type StartupEvent = z.infer<typeof StartupEvent>;
const StartupEvents = z.looseObject({ version: z.unknown(), events: z.array(StartupEvent) });

const promptDefaults = {
	kind: "prompt",
	id: null,
	executionCount: null,
	fullPrompt: null,
	backend: null,
	model: null,
	hidden: false,
} as const satisfies Partial<NotebookPrompt>;

const toPrompt = (cell: RawCell, id: string | null, own: OwnMetadata | null): NotebookPrompt => {
	const { prompt, answer } = splitPrompt(cell, own);
	const line = own?.history_line === undefined ? own?.line : own.history_line + 1;
	const read = parseAnswer(answer);
	const told = {
		parts: own?.parts ?? read.parts,
		stopReason: own?.stop_reason ?? read.stopReason,
		error: own?.error === undefined ? read.error : own.error,
	};
	return {
		...promptDefaults,
		id,
		content: [{ kind: "text", text: prompt }, ...attached(cell)],
		executionCount: line ?? null,
		fullPrompt: own?.full_prompt ?? null,
		backend: own?.backend ?? null,
		model: own?.model ?? null,
		hidden: own?.hidden ?? false,
		// A person may have changed the text: then the text counts.
		...(answerText(told) === answer ? told : read),
	};
};

const attached = ({ attachments }: RawCell): Content[] =>
	Object.values(attachments).flatMap((bundle) =>
		Object.entries(bundle).map(
			([mimeType, data]): Content => ({ kind: "image", mimeType, data: toText(data) }),
		),
	);

/** Older files hold the answer alone in the cell, and the prompt in the metadata. */
const splitPrompt = ({ source }: RawCell, own: OwnMetadata | null): { prompt: string; answer: string } => {
	const named = own?.prompt;
	if (named !== undefined && source.startsWith(named + separator))
		return { prompt: named, answer: source.slice(named.length + separator.length) };
	const at = source.indexOf(separator);
	if (at >= 0) return { prompt: named ?? source.slice(0, at), answer: source.slice(at + separator.length) };
	return named === undefined ? { prompt: source, answer: "" } : { prompt: named, answer: source };
};
