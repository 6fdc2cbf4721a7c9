/**
 * IPython's own history database, read for what the Python predecessors left there: sessions, inputs, outputs, and
 * prompts with their answers. IPython may lose rows when somebody holds this file open: it is opened read-only, read
 * in a few milliseconds and closed at once.
 */
import { existsSync } from "node:fs";
import SQLite from "better-sqlite3";
import { StoreError } from "./store.ts";

/** A session that one of the predecessors wrote. */
export type PythonSession = {
	/** IPython's number. */
	readonly session: number;
	readonly startedAt: number;
	readonly cwd: string | null;
	/** The backend in the predecessor's word. */
	readonly backend: string | null;
	readonly inputs: number;
	readonly prompts: number;
	readonly lastPrompt: string | null;
};

export type PythonInput = {
	readonly line: number;
	/** As typed. */
	readonly source: string;
	/** Everything it printed, in one piece; `null` when none was kept. */
	readonly output: string | null;
	/** True for the row of a prompt. */
	readonly isPrompt: boolean;
};

export type PythonPrompt = {
	readonly prompt: string;
	/** What the model was sent; `null` where that was not kept. */
	readonly fullPrompt: string | null;
	readonly response: string;
	/** The input number at which it was asked, as far as it can be told. */
	readonly line: number | null;
	/** The last input before it, or its own, as the predecessor counted. */
	readonly historyLine: number;
};

export type PythonConversation = PythonSession & {
	readonly items: readonly (PythonInput | PythonPrompt)[];
	readonly lastLine: number;
	/** The person's functions that ipycodex gave the model as tools. */
	readonly tools: readonly string[];
};

const busyTimeoutMs = 250;

export type PythonSessionFilter = {
	readonly cwd?: string;
	readonly session?: number;
	/** Text in prompts. */
	readonly search?: string;
	/** Numbers to leave out. */
	readonly except?: ReadonlySet<number>;
};

/** Newest first. Empty when the file is absent or holds none with prompts. */
export const listPythonSessions = (
	file: string,
	filter: PythonSessionFilter,
	limit: number,
): PythonSession[] => withHistory(file, (db) => readSessions(db, filter, limit)) ?? [];

/** A whole session, inputs and prompts in their order; `null` when it has no prompts. */
export const readPythonSession = (file: string, session: number): PythonConversation | null =>
	withHistory(file, (db) => {
		const [found] = readSessions(db, { session }, 1);
		if (!found) return null;
		const inputs = readInputs(db, session);
		const prompts = readPrompts(db, session, inputs);
		return {
			...found,
			items: inOrder(inputs, prompts),
			lastLine: Math.max(0, ...inputs.map(({ line }) => line)),
			tools: readTools(db, session),
		};
	});

const withHistory = <T>(file: string, read: (db: SQLite.Database) => T): T | null => {
	if (!existsSync(file)) return null;
	let db: SQLite.Database | undefined;
	try {
		db = new SQLite(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
		return read(db);
	} catch (cause) {
		if (!(cause instanceof SQLite.SqliteError)) throw cause;
		throw new StoreError(`IPython's history ${file} could not be read: ${cause.message}. Try again.`, {
			cause,
		});
	} finally {
		db?.close();
	}
};

/** Tables of prompts, as the predecessors named them over time. */
const promptTables = ["claude_prompts", "codex_prompts", "ai_prompts"] as const;

const tablesOf = (db: SQLite.Database): string[] =>
	promptTables.filter((table) => {
		const columns = columnsOf(db, table);
		return ["session", "prompt", "response", "history_line"].every((name) => columns.includes(name));
	});

const columnsOf = (db: SQLite.Database, table: string): string[] =>
	(db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);

type SessionLine = { session: number; start: string | null; remark: string | null };

const readSessions = (
	db: SQLite.Database,
	{ cwd: folder, session: number, search, except }: PythonSessionFilter,
	limit: number,
): PythonSession[] => {
	const tables = tablesOf(db);
	if (tables.length === 0 || columnsOf(db, "sessions").length === 0) return [];
	const remark = columnsOf(db, "sessions").includes("remark") ? "remark" : "NULL AS remark";
	const pattern = `%${(search ?? "").replace(/[\\%_]/g, "\\$&")}%`;
	const withPrompts = tables
		.map((table) => `SELECT session FROM ${table} WHERE prompt LIKE @pattern ESCAPE '\\'`)
		.join(" UNION ");
	const rows = db
		.prepare(
			`SELECT session, start, ${remark} FROM sessions WHERE session IN (${withPrompts}) AND session = coalesce(@number, session) ORDER BY session DESC`,
		)
		.all({ pattern, number: number ?? null }) as SessionLine[];
	return rows
		.filter((row) => !except?.has(row.session))
		.map((row) => ({ ...row, ...parseRemark(row.remark) }))
		.filter((row) => folder === undefined || row.cwd === folder)
		.slice(0, limit)
		.map(({ session, start, cwd, backend }) => ({
			session,
			startedAt: toTime(start),
			cwd,
			backend,
			inputs: count(db, "history", session),
			prompts: tables.reduce((sum, table) => sum + count(db, table, session), 0),
			lastPrompt: lastPrompt(db, tables, session),
		}));
};

const count = (db: SQLite.Database, table: string, session: number): number =>
	(db.prepare(`SELECT count(*) AS n FROM ${table} WHERE session = ?`).get(session) as { n: number }).n;

const lastPrompt = (db: SQLite.Database, tables: readonly string[], session: number): string | null => {
	for (const table of tables) {
		const row = db
			.prepare(`SELECT prompt FROM ${table} WHERE session = ? ORDER BY id DESC LIMIT 1`)
			.get(session) as { prompt: string } | undefined;
		if (row) return row.prompt;
	}
	return null;
};

/** A JSON object of later versions, or the folder alone. */
const parseRemark = (remark: string | null): { cwd: string | null; backend: string | null } => {
	if (!remark) return { cwd: null, backend: null };
	try {
		const value: unknown = JSON.parse(remark);
		if (typeof value !== "object" || value === null) return { cwd: null, backend: null };
		const { cwd, backend, provider } = value as Record<string, unknown>;
		const text = (one: unknown) => (typeof one === "string" ? one : null);
		return { cwd: text(cwd), backend: text(backend) ?? text(provider) };
	} catch {
		return { cwd: remark.startsWith("/") ? remark : null, backend: null };
	}
};

/** IPython writes local time without a zone, newer versions with one. */
const toTime = (start: string | null): number => {
	const time = start === null ? Number.NaN : Date.parse(start.replace(" ", "T"));
	return Number.isNaN(time) ? 0 : time;
};

const readInputs = (db: SQLite.Database, session: number): PythonInput[] => {
	const outputs = new Map<number, string>();
	if (columnsOf(db, "output_history").length > 0)
		for (const { line, output } of db
			.prepare("SELECT line, output FROM output_history WHERE session = ? ORDER BY line")
			.all(session) as { line: number; output: string | null }[])
			if (output !== null) outputs.set(line, `${outputs.get(line) ?? ""}${output}`);
	const rows = db
		.prepare("SELECT line, source, source_raw FROM history WHERE session = ? ORDER BY line")
		.all(session) as { line: number; source: string; source_raw: string }[];
	return rows.map(({ line, source, source_raw }) => ({
		line,
		source: source_raw,
		output: outputs.get(line) ?? null,
		isPrompt: /^(?:await\s+)?get_ipython\(\)\.run_cell_magic\('(?:ipyai|ipycodex)'/.test(source),
	}));
};

const readPrompts = (
	db: SQLite.Database,
	session: number,
	inputs: readonly PythonInput[],
): PythonPrompt[] => {
	const free = new Set(inputs.filter(({ isPrompt }) => isPrompt).map(({ line }) => line));
	return tablesOf(db).flatMap((table) => {
		const full = columnsOf(db, table).includes("full_prompt") ? "full_prompt" : "NULL AS full_prompt";
		const rows = db
			.prepare(`SELECT prompt, ${full}, response, history_line FROM ${table} WHERE session = ? ORDER BY id`)
			.all(session) as {
			prompt: string;
			full_prompt: string | null;
			response: string;
			history_line: number;
		}[];
		return rows.map(({ prompt, full_prompt, response, history_line: historyLine }) => {
			// Newer versions of IPython count before a cell runs, older ones after it.
			const line = [historyLine, historyLine + 1].find((each) => free.has(each)) ?? null;
			if (line !== null) free.delete(line);
			return { prompt, fullPrompt: full_prompt, response, line, historyLine };
		});
	});
};

const readTools = (db: SQLite.Database, session: number): string[] => {
	if (!["session", "toolname"].every((name) => columnsOf(db, "codex_tools").includes(name))) return [];
	const rows = db
		.prepare("SELECT toolname FROM codex_tools WHERE session = ? ORDER BY toolname")
		.all(session) as { toolname: string }[];
	return rows.map(({ toolname }) => toolname).filter((name) => !standardTools.has(name));
};

/** Those that the predecessor gave in any case. */
const standardTools = new Set(["pyrun", "bash"]);

/** Inputs and prompts by their lines; the rows of prompts are the prompts' own. */
const inOrder = (
	inputs: readonly PythonInput[],
	prompts: readonly PythonPrompt[],
): (PythonInput | PythonPrompt)[] => {
	const place = (item: PythonInput | PythonPrompt): number =>
		"response" in item ? (item.line ?? item.historyLine + 0.5) : item.line;
	return [...inputs.filter(({ isPrompt }) => !isPrompt), ...prompts].sort((a, b) => place(a) - place(b));
};
