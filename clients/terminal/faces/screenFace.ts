import type { Start } from "../commandLine/start.ts";
import { createProcessTerminal } from "../programs/processTerminal.ts";
import { ScreenShell } from "./screenShell.ts";

/** The shell on a terminal: a live input below what has happened. */
export const screenFace = (start: Start): Promise<number> => {
	const { stdin, stdout, env } = process;
	return new ScreenShell(start, createProcessTerminal(stdin, stdout, env), env).run();
};
