/**
 * A session gets a kernel, and in it what a person wants in every session: `startup.py` runs in each kernel of ours,
 * `startup.ipynb` begins a fresh session. The notebook counts only when this machine wrote exactly this content, or was
 * told to trust it.
 */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { placeFacts } from "../../../ground/paths/placeFacts.ts";
import { makeFolder } from "../../../ground/paths/privateFiles.mjs";
import { configDir } from "../../../ground/paths/runtimeDir.ts";
import { textOf } from "../../../ground/text/contentText.ts";
import type { KernelLaunch } from "../../../protocol/index.ts";
import type { Environment } from "../../backends/backend.ts";
import { readNotebook } from "../files/notebookFiles.ts";
import { enterNotebook, isOurs } from "../files/notebooks.ts";
import type { Session } from "../session.ts";

/** Gives a session the kernel that a client launched; entries wait until what comes first has run. */
export const adoptKernel = (session: Session, launch: KernelLaunch): void => {
	const { sessionId, environment } = session;
	const { store } = session.log;
	const row = store.session(sessionId);
	const isNew = row !== null && row.cells + row.turns === 0;
	const isFirst = isNew && store.kernels({ sessionId }).length === 0;
	store.markOpen(sessionId);
	session.hosting.adopt(launch);
	// A kernel that somebody else started is as they want it.
	if (launch.kind !== "started") return;
	const { script, notebook } = startupFiles(configDir(placeFacts(environment)));
	const files = { script, notebook: isFirst ? notebook : null };
	if (files.script ?? files.notebook) session.hosting.prepare(startUp(session, files));
};

type StartupFiles = { readonly script: string | null; readonly notebook: string | null };

/** Those that exist in the configuration's folder. */
const startupFiles = (folder: string): StartupFiles => {
	const found = (name: string) => {
		const path = join(folder, name);
		return existsSync(path) ? path : null;
	};
	return { script: found("startup.py"), notebook: found("startup.ipynb") };
};

/** Where `startup.ipynb` is written, in a folder that is there. */
export const startupNotebook = (environment: Environment): string => {
	const folder = configDir(placeFacts(environment));
	makeFolder(folder);
	return join(folder, "startup.ipynb");
};

/** Never rejects: what goes wrong is told by name, and the session begins without it. */
const startUp = async (session: Session, files: StartupFiles): Promise<void> => {
	for (const [path, run] of [
		[files.script, runScript],
		[files.notebook, runNotebook],
	] as const) {
		if (path === null) continue;
		try {
			await run(session, path);
		} catch (error) {
			tell(session, "error", `${path} failed: ${(error as Error).message}`);
		}
	}
};

const runScript = async (session: Session, path: string): Promise<void> => {
	const { host } = session.hosting;
	if (!host) return;
	const { signal } = new AbortController();
	const { content, isError } = await host.python.runScript(path, {
		signal,
		onWaiting: () => {},
		onOutput: () => {},
	});
	const text = textOf(content).trim();
	if (isError) tell(session, "error", `${path} failed:\n${text}`);
	else if (text !== "") tell(session, "info", `${path}: ${text}`);
};

const runNotebook = async (session: Session, path: string): Promise<void> => {
	const { signal } = new AbortController();
	// One of the predecessors makes an empty file.
	if ((await stat(path)).size === 0) return;
	const file = await readNotebook(path, signal);
	if (!isOurs(session.log.store, file.hash)) {
		tell(
			session,
			"warning",
			`${path} was not written by ipyai on this machine, so it was left out. Look into it; %ipyai load ${path} --run runs it, and %ipyai save ${path} makes it yours.`,
		);
		return;
	}
	const { stopped, total } = await enterNotebook(session, file, path, {
		run: true,
		from: 1,
		by: null,
		isPreparation: true,
		signal,
	});
	if (stopped)
		tell(
			session,
			"error",
			`${path} stopped at cell ${stopped.cell} of ${total}, which ended with ${stopped.status}.`,
		);
};

const tell = (session: Session, level: "info" | "warning" | "error", text: string): void =>
	session.log.hint({ kind: "notice", level, text });
