/** Programs that take the whole terminal for a while: editors, pagers, `!vim`. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ScreenText } from "../../../ground/text/screenText.ts";

type ProgramOptions = { readonly cwd?: string; readonly args?: readonly string[] };

/**
 * Runs a shell command on our own terminal, with `args` as its last words. The caller has taken its screen away.
 * Answers the exit code, or `null` when a signal ended it or it could not start.
 */
export const runProgram = (
	command: string,
	{ cwd, args = [] }: ProgramOptions = {},
): Promise<number | null> =>
	new Promise((resolve) => {
		const child = spawn("/bin/sh", ["-c", `${command} "$@"`, "sh", ...args], {
			stdio: "inherit",
			...(cwd !== undefined && { cwd }),
		});
		// Ctrl-C belongs to the program, not to us.
		const ignore = (): void => {};
		process.on("SIGINT", ignore);
		const end = (code: number | null): void => {
			process.off("SIGINT", ignore);
			resolve(code);
		};
		child.once("error", () => end(null));
		child.once("exit", end);
	});

/** Shows text in `$PAGER`, or `less`. */
export const runPager = async (text: ScreenText, env: NodeJS.ProcessEnv): Promise<void> => {
	const folder = await mkdtemp(join(tmpdir(), "ipyai-page-"));
	try {
		const file = join(folder, "page.txt");
		await writeFile(file, text, { mode: 0o600 });
		const pager = env.PAGER?.trim() || "less -R";
		// `less` leaves colours alone only when told.
		await runProgram(/^(\S*\/)?less$/.test(pager) ? `${pager} -R` : pager, { args: [file] });
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
};

/** Opens a file in `$VISUAL` or `$EDITOR`. Answers the editor's exit code. */
export const runEditor = (file: string, line: number, env: NodeJS.ProcessEnv): Promise<number | null> => {
	const editor = env.VISUAL?.trim() || env.EDITOR?.trim() || "vi";
	const atLine = line > 1 && /\b(vi|vim|nvim|nano|emacs|micro|hx|helix)\b/.test(editor) ? [`+${line}`] : [];
	return runProgram(editor, { args: [...atLine, file] });
};
