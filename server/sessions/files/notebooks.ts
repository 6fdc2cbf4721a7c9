/**
 * Notebook files as part of a session. What is loaded becomes ordinary events, so that every participant sees it and
 * every backend is seeded with it.
 */
import { basename } from "node:path";
import { setImmediate as pause } from "node:timers/promises";
import { noteValue } from "../../../ground/python/noteLiteral.ts";
import { textOf } from "../../../ground/text/contentText.ts";
import type { CellStatus, Content, LoadNotebookParams, LoadNotebookResult } from "../../../protocol/index.ts";
import { defaultLimits } from "../../context/limits.ts";
import { renderTurn } from "../../context/renderTurn.ts";
import { answerText } from "../../notebooks/answerText.ts";
import { checkFormat, fromNotebookCell, fromStartupEvents } from "../../notebooks/fromNotebook.ts";
import { NotebookError } from "../../notebooks/nbformat.ts";
import type { NotebookItem, NotebookPrompt } from "../../notebooks/notebookItem.ts";
import type { Store } from "../../store/store.ts";
import { RequestError } from "../errors.ts";
import { newId } from "../ids.ts";
import type { SessionLog } from "../log.ts";
import { tellWorking } from "../progress.ts";
import type { Session } from "../session.ts";
import { rewrittenPrompt } from "../turns/promptHistory.ts";
import { importCell, importTurn } from "./imports.ts";
import { type ReadNotebook, readNotebook } from "./notebookFiles.ts";

const pageItems = 50;

/** Whether this machine wrote exactly this content, or was told to trust it. */
export const isOurs = (store: Store, hash: string): boolean => store.getFact(`notebook/${hash}`) !== null;

export const rememberOurs = (store: Store, hash: string, path: string): void =>
	store.setFact(`notebook/${hash}`, path);

const loading = new WeakSet<Session>();

/**
 * Loads a file. Everything in it is read and checked before anything is run. An abort stops the running cell and
 * what comes after it; what is in stays.
 */
export const loadNotebook = async (
	session: Session,
	params: Pick<LoadNotebookParams, "run" | "from" | "trust">,
	path: string,
	by: string | null,
	signal: AbortSignal,
): Promise<LoadNotebookResult> => {
	if (loading.has(session))
		throw new RequestError("limitReached", "A notebook is being loaded already: wait for it, or cancel it.");
	loading.add(session);
	const working = tellWorking(session.log);
	try {
		const file = await readNotebook(path, signal, (share) => working.say(`reading ${basename(path)}`, share));
		const { store } = session.log;
		if (params.trust) rememberOurs(store, file.hash, path);
		const run = params.run === "ifOurs" ? isOurs(store, file.hash) : params.run;
		return await enterNotebook(session, file, path, { run, from: params.from ?? 1, by, signal });
	} finally {
		loading.delete(session);
		working.done();
	}
};

/** Takes a file in that was read before, so that what was looked at is what runs. */
export const enterNotebook = async (
	session: Session,
	file: ReadNotebook,
	path: string,
	options: TakeOptions,
): Promise<LoadNotebookResult> => {
	const items = await toItems(file, path);
	if (options.run) session.hosting.requireHost();
	const working = tellWorking(session.log);
	try {
		const told = await takeItems(session, items, options, (number) =>
			working.say(
				`loading ${basename(path)}, cell ${number} of ${items.length}`,
				(number - 1) / items.length,
			),
		);
		const ours = isOurs(session.log.store, file.hash);
		return { path, ours, ran: options.run, total: items.length, ...told };
	} finally {
		working.done();
	}
};

const toItems = async ({ cells, head }: ReadNotebook, path: string): Promise<(NotebookItem | null)[]> => {
	try {
		const events = fromStartupEvents(head);
		if (events) return events;
		checkFormat(head);
		const items: (NotebookItem | null)[] = [];
		for (const [index, cell] of cells.entries()) {
			items.push(fromNotebookCell(cell, index + 1));
			if (index % pageItems === 0) await pause();
		}
		return items;
	} catch (error) {
		if (!(error instanceof NotebookError)) throw error;
		throw new RequestError("invalidParams", `${path} could not be loaded: ${error.message}.`, {
			cause: error,
		});
	}
};

type Taken = Pick<LoadNotebookResult, "cells" | "prompts" | "skipped" | "stopped">;
type TakeOptions = {
	readonly run: boolean;
	readonly from: number;
	readonly by: string | null;
	/** The person's cells wait for it. */
	readonly isPreparation?: boolean;
	readonly signal: AbortSignal;
};

const takeItems = async (
	session: Session,
	items: readonly (NotebookItem | null)[],
	{ run, from, by, isPreparation = false, signal }: TakeOptions,
	onCell: (number: number) => void,
): Promise<Taken> => {
	const { log, hosting, sessionId } = session;
	const row = log.store.session(sessionId);
	// In a session with a past the file's numbers would stand for two things.
	const keepsNumbers =
		!run && row !== null && row.cells + row.turns === 0 && hosting.nextExecutionCount === 1;
	let cells = 0;
	let prompts = 0;
	let skipped = 0;
	let highest = 0;
	for (const [index, item] of items.entries()) {
		if (index + 1 < from) continue;
		signal.throwIfAborted();
		onCell(index + 1);
		if (item === null) {
			skipped++;
			continue;
		}
		const id = item.id !== null && !log.store.hasItem(sessionId, item.id) ? item.id : newId();
		const executionCount = keepsNumbers ? item.executionCount : null;
		highest = Math.max(highest, executionCount ?? 0);
		if (item.kind === "prompt") {
			await takePrompt(session, { ...item, id, executionCount }, run, by);
			prompts++;
		} else {
			cells++;
			if (run) {
				const status = await runCell(session, item.code, id, by, isPreparation, signal);
				if (status !== "ok")
					return { cells, prompts, skipped, stopped: { cell: index + 1, cellId: id, status } };
			} else importCell(log, { ...item, id, executionCount }, by);
		}
		await pause();
	}
	if (highest > 0) await hosting.skipTo(highest + 1);
	return { cells, prompts, skipped, stopped: null };
};

/** Runs a cell to its end. An abort interrupts it. */
const runCell = async (
	{ log, hosting }: Session,
	code: string,
	cellId: string,
	by: string | null,
	isPreparation: boolean,
	signal: AbortSignal,
): Promise<CellStatus> => {
	const { promise, resolve } = Promise.withResolvers<CellStatus>();
	const watching = log.subscribe({
		onEvent: ({ event }) => {
			if (event.kind === "cellFinished" && event.cellId === cellId) resolve(event.status);
		},
		onHint: () => {},
	});
	const interrupt = () => void hosting.interrupt().catch(() => {}); // the kernel went, and the cell ends as lost
	signal.addEventListener("abort", interrupt, { once: true });
	try {
		hosting.execute({ code, by, cellId, quoted: true, isPreparation });
		return await promise;
	} finally {
		signal.removeEventListener("abort", interrupt);
		watching[Symbol.dispose]();
	}
};

/** Enters a prompt: it takes an input number and a row in IPython's history where the cells around it do too. */
const takePrompt = async (
	session: Session,
	prompt: NotebookPrompt & { id: string },
	run: boolean,
	by: string | null,
): Promise<void> => {
	const { log, hosting, sessionId, settings } = session;
	const text = textOf(prompt.content);
	const source = `.${text}`;
	const executionCount = run
		? await hosting.numberPrompt(source, rewrittenPrompt(text))
		: prompt.executionCount;
	const row = log.store.session(sessionId);
	const sent = prompt.fullPrompt ?? renderNow(log, text);
	const rendered: Content[] = [
		{ kind: "text", text: sent },
		...prompt.content.filter((part) => part.kind === "image"),
	];
	importTurn(
		log,
		{
			...prompt,
			executionCount,
			rendered,
			backend: prompt.backend ?? settings.backend ?? "none",
			model: prompt.model ?? settings.model ?? "none",
			parentId: row?.lastTurn ?? null,
		},
		by,
	);
	session.turns.forgetTranscript();
	if (executionCount !== null)
		hosting.host?.mirrorPrompt({
			source,
			prompt: text,
			fullPrompt: sent,
			response: answerText(prompt),
			historyLine: executionCount - 1,
		});
};

/** For files that do not say what was sent: the cells before the prompt, as they are in the session now. */
export const renderNow = ({ store, sessionId, headSeq }: SessionLog, text: string): string => {
	const row = store.session(sessionId);
	const afterSeq = Math.max(row?.renderPoint ?? 0, row?.resetSeq ?? 0);
	const cells = store.contextCells(sessionId, afterSeq, headSeq, defaultLimits.cells);
	const notes = new Map(
		cells.flatMap(({ cellId, code }) => {
			const note = noteValue(code);
			return note === null ? [] : [[cellId, note] as const];
		}),
	);
	const request = [{ kind: "text" as const, text }];
	return textOf(renderTurn({ cells, notes, refs: [], request, supportsImages: false }).content);
};
