/** What Lua may call: one method each. A call is answered once, with a result or with a sentence on what failed. */

import { createProgressLine } from "../../ground/environment/progressLine.mjs";
import { workingFolderOr } from "../../ground/paths/workingFolder.ts";
import { plainText } from "../../ground/text/plainText.ts";
import { isPlain } from "../../ground/text/textPieces.ts";
import type { Decision, KernelLaunch, SessionSummary, SettingsPatch } from "../../protocol/index.ts";
import { preparePython } from "../common/kernel/preparePython.ts";
import { spawnKernel } from "../common/kernel/spawnKernel.ts";
import { askCompletions, askInputCompletions } from "../common/shell/lookups.ts";
import { type CompletionTarget, completeCommand, inNeovim } from "./commandWords.ts";
import { CurrentSession } from "./currentSession.ts";
import type { Editor } from "./editor.ts";
import { checkHealth } from "./health.ts";
import { CallError, exact, type Told } from "./messages.ts";
import { type Mark, Notebooks } from "./notebook/notebooks.ts";
import { OutputWindows } from "./outputWindows.ts";
import type { PictureOptions } from "./pictures.ts";
import { ServerLink } from "./serverLink.ts";
import { BufferSuggestions, type SuggestParams } from "./suggestions.ts";
import { saveViewable, ViewableFiles, viewablesOf } from "./viewables.ts";

export type Calls = {
	/** `[id, method, params]` as it came from Lua. Never fails: the answer says what did. */
	take(call: readonly unknown[]): Promise<void>;
	/** Neovim has ended: if it said so, an own session that nobody else is in ends too; else it is left as it is. */
	leave(): Promise<void>;
};

type StartParams = {
	readonly cwd: string;
	readonly python?: string;
	/** How wide Python may format its output. */
	readonly columns?: number;
	readonly settings?: SettingsPatch;
};

type ConfigureParams = {
	readonly maxLines: number;
	readonly pictures?: PictureOptions | null;
	readonly thinking: boolean;
};

type AnswerParams = { readonly approvalId: string; readonly decision: Decision; readonly message?: string };

type SaveParams = {
	readonly cellId: string;
	readonly index: number;
	readonly path: string;
	readonly force: boolean;
};

type WriteParams = {
	readonly buf: number;
	readonly path: string;
	readonly lines: readonly string[];
	readonly marks: readonly Mark[];
	readonly force: boolean;
	readonly copy: boolean;
};

export const createCalls = (editor: Editor, hostEnvironment: NodeJS.ProcessEnv): Calls => {
	const env = personEnvironment(hostEnvironment);
	let start: StartParams = { cwd: workingFolderOr("/") };
	const link = new ServerLink({ env, cwd: () => start.cwd });
	const session = new CurrentSession(editor, link.forSession);
	const notebooks = new Notebooks((cellId) => session.cells.ran(cellId), session.cells.pictures);
	const suggestions = new BufferSuggestions(link.connect);
	const windows = new OutputWindows();

	let preparing: AbortController | null = null;
	const files = new ViewableFiles();
	const viewables = (cellId: string) =>
		viewablesOf(session.cells.ran(cellId)?.outputs ?? notebooks.outputs(cellId) ?? []);

	/** What has to be made for its Python is shown while it is; `:IpyaiInterrupt` breaks it off. */
	const launch = async (): Promise<KernelLaunch> => {
		const { cwd, python = null, columns } = start;
		const line = createProgressLine({
			write: (text) => editor.post({ kind: "progress", text: plainText(text ?? "") }),
			tell: (text) => editor.post({ kind: "progress", text: plainText(text) }),
			rewrites: true,
		});
		const stop = new AbortController();
		preparing = stop;
		const naming = ":IpyaiStart PATH";
		try {
			const prepared = await preparePython({ python, env, cwd, naming, signal: stop.signal, ...line });
			for (const { level, text } of prepared.notices)
				editor.post({ kind: "notice", level, text: plainText(text) });
			return spawnKernel({
				python: prepared.python,
				label: prepared.label,
				overlay: prepared.overlay,
				cwd,
				env,
				...(columns !== undefined && { size: { columns, rows: 24 } }),
			}).launch;
		} finally {
			line.end();
			if (preparing === stop) preparing = null;
		}
	};

	const target = (): CompletionTarget => {
		const { live, view } = session;
		return { sessionId: view.sessionId, settings: view.settings, request: live.request.bind(live) };
	};

	let isLeaving = false;
	const methods = {
		leaving: () => {
			isLeaving = true;
		},

		configure: ({ maxLines, pictures = null, thinking }: ConfigureParams) => {
			session.cells.maxLines = maxLines;
			session.cells.pictures.options = pictures;
			session.turns.showsThinking = thinking;
		},

		/** What tells the terminal a picture. */
		picture: ({ id }: { id: number }) => session.cells.pictures.sequences(id),

		start: async (params: StartParams) => {
			start = params;
			// The kernel is the slowest to come up: it starts before a server is looked for.
			const kernel = Promise.resolve(await launch());
			const { cwd, settings = {} } = params;
			await session.open({ target: { kind: "new", kernel }, cwd, settings, startKernel: launch });
			return { sessionId: exact(session.view.sessionId) };
		},

		/** `session` is an id, the beginning of one, or IPython's number; a stored one without a kernel gets a new one; `own` makes it end with this Neovim. */
		join: async (params: StartParams & { session: string; own?: boolean }) => {
			start = params;
			const { session: name, cwd, own = false } = params;
			const ref = /^\d{1,9}$/.test(name) ? { historySession: Number(name), cwd } : { sessionId: name, cwd };
			await session.open({
				target: { kind: "join", ref, role: "controller" },
				cwd,
				settings: {},
				startKernel: launch,
				own,
			});
			return { sessionId: exact(session.view.sessionId) };
		},

		/** Sessions of a folder, or of all, newest first; `live` leaves out those without a kernel. */
		sessions: async ({ cwd, live = false }: { cwd?: string; live?: boolean }) => {
			const server = await link.connect();
			const { sessions } = await server.request("session/list", { limit: 100, ...(cwd && { cwd }) });
			return sessions.filter(({ state }) => !live || state === "live").map(toChoice);
		},

		/** Without `how` a session that others work in is not ended: the answer names them. */
		stop: async ({ how }: { how?: "keep" | "all" }) => {
			const { others } = session;
			if (how === undefined && others.length > 0) return { others };
			const done = await session.leave(how === "keep" ? "detach" : how === "all" ? "closeForAll" : "close");
			return { others: [], ended: done !== "detach" } as const;
		},

		interrupt: () => (preparing === null ? session.live.interrupt() : preparing.abort()),
		restart: () => session.shell.restart(),

		execute: ({ run, code }: { run: number; code: string }) =>
			session.submit(run, { kind: "cell", code, quoted: true }),
		prompt: ({ run, text, quoted }: { run: number; text: string; quoted?: string }) =>
			session.submit(run, {
				kind: "prompt",
				content: [
					{ kind: "text", text },
					...(quoted ? [{ kind: "text", text: quoted, quoted: true } as const] : []),
				],
				source: `.${text}`,
			}),
		cancel: () => session.live.request("session/cancel", { sessionId: session.view.sessionId }),

		answerPermission: ({ approvalId, decision, message }: AnswerParams) =>
			session.live.answerPermission(approvalId, decision, message),
		answerInput: ({ inputId, value }: { inputId: string; value: string }) =>
			session.shell.answerInput(inputId, value),

		/** Names that complete code at its end, and how many bytes of it each replaces. */
		names: async ({ code }: { code: string }) => {
			const found = await askCompletions(session.shell, code, code.length);
			if (found === null) return [];
			const replace = Buffer.byteLength(code.slice(found.start));
			return found.matches.flatMap(({ text, type, signature }) =>
				isPlain(text) ? [{ text, replace, type: orNull(type), signature: orNull(signature) }] : [],
			);
		},

		/** Lines that may stand in place of one that answers Python: Tab in a debugger. */
		completeInput: async ({ inputId, before, after }: { inputId: string; before: string; after: string }) => {
			const found = await askInputCompletions(session.shell, inputId, before + after, before.length);
			if (found === null) return [];
			return found.matches
				.map(({ text }) => before.slice(0, found.start) + text)
				.filter((line) => isPlain(line) && !line.includes("\n"))
				.map(plainText);
		},

		/** Runs the words after `:Ipyai`. */
		command: ({ words }: { words: string }) => session.command(words),

		complete: async ({ words }: { words: string }) =>
			(await completeCommand(session.isOpen ? target() : null, words)).filter(isPlain),

		/** What completes a reference that is begun at the end of the line; `start` counts its bytes. None without a session. */
		completeReference: async ({ line }: { line: string }) => {
			if (!session.isOpen) return { start: 0, matches: [] };
			const { live, view } = session;
			const asked = { sessionId: view.sessionId, code: line, cursor: line.length };
			const { start, matches } = await live.request("kernel/complete", asked);
			const texts = matches.map(({ text }) => text).filter(isPlain);
			return { start: Buffer.byteLength(line.slice(0, start)), matches: texts };
		},

		/** Everything a cell showed; `again`: what differs from the last answer about it. */
		cellLines: ({ cellId, again = false }: { cellId: string; again?: boolean }) =>
			windows.lines(cellId, session.cells.lines(cellId) ?? notebooks.lines(cellId) ?? [], again),
		cellLinesClosed: ({ cellId }: { cellId: string }) => windows.close(cellId),

		/** What of a cell's output another program can show, the newest first. */
		viewables: ({ cellId }: { cellId: string }) => viewables(cellId).map(({ label }) => label),
		/** One of them as a file of this process's. */
		viewableFile: ({ cellId, index }: { cellId: string; index: number }) =>
			files.write(viewables(cellId)[index]!),
		saveViewable: ({ cellId, index, path, force }: SaveParams) =>
			saveViewable(viewables(cellId)[index]!, path, force),

		readNotebook: ({ buf, path }: { buf: number; path: string }) =>
			notebooks.read(buf, path, session.cells.maxLines),
		writeNotebook: ({ buf, path, lines, marks, force, copy }: WriteParams) =>
			notebooks.write(buf, path, lines, marks, force, copy),
		closeNotebook: ({ buf }: { buf: number }) => notebooks.close(buf),

		suggest: (params: SuggestParams) => suggestions.suggest(params),
		suggestCancel: () => suggestions.cancel(),
		suggestShown: ({ id }: { id: number }) => suggestions.shown(id),
		suggestAccepted: ({ id, text }: { id: number; text: string }) => suggestions.accepted(id, text),
		documentClosed: ({ uri }: { uri: string }) => suggestions.close(uri),

		health: async ({ cwd, python = null }: { cwd: string; python?: string | null }) =>
			(await checkHealth({ env, cwd, python, connect: link.connect })).map(({ level, text }) => ({
				level,
				text: plainText(text),
			})),
	} as const;
	const told: Telling<typeof methods> = methods;

	return {
		async take([id, method, params]) {
			const call = (told as Readonly<Record<string, (params: never) => unknown>>)[method as string];
			try {
				if (!call) throw new CallError(`There is no call ${method}.`);
				// An empty table of Lua's is an array here.
				const result = await call((Array.isArray(params) ? {} : (params ?? {})) as never);
				editor.post({ kind: "answer", id: id as number, result });
			} catch (error) {
				const said = plainText(inNeovim((error as Error).message));
				editor.post({ kind: "answer", id: id as number, error: said });
			}
		},
		async leave() {
			files.dispose();
			if (!isLeaving) return;
			await session.leave("end").catch(() => {}); // a lost server ends or keeps it by itself
			await link.close();
		},
	};
};

/** What Lua is told in answer to a call, too, is safe to show or taken as it is. */
type Telling<Methods> = {
	readonly [Name in keyof Methods]: Methods[Name] extends (params: never) => infer Result
		? (params: never) => Told<Awaited<Result>> | Promise<Told<Awaited<Result>>>
		: never;
};

/** Neovim's own variables would mislead programs that the kernel starts. */
const personEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
	const own = ["VIM", "VIMRUNTIME", "MYVIMRC", "NVIM_LOG_FILE", "IPYAI_PROGRAM"];
	return Object.fromEntries(Object.entries(env).filter(([name]) => !own.includes(name)));
};

const orNull = (text: string | null) => (text === null ? null : plainText(text));

const toChoice = (session: SessionSummary) => ({
	sessionId: exact(session.sessionId),
	title: plainText(session.title ?? session.lastPrompt ?? ""),
	cwd: plainText(session.cwd),
	state: session.state,
	cells: session.cells,
	turns: session.turns,
	updatedAt: Math.floor(session.updatedAt / 1000),
	number: session.historySession,
});
