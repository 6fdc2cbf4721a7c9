/**
 * The process beside one Neovim: takes calls from Lua, holds the connection to the server and the session, and tells
 * Lua what happens. It ends with its standard input, that is with Neovim.
 */
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { attach } from "neovim";
import { createCalls } from "./calls.ts";
import { Editor } from "./editor.ts";

/** Leaving does not hold up Neovim's end for longer. */
const goodbyeMs = 400;

/** How long a signal waits for the end of the input. */
const lastWordsMs = 150;

/** What was read last is still being decoded when the input ends. */
const settleMs = 10;

/** Serves until `input` ends or the process is asked to; answers the exit code. */
export const runHost = async (input: Readable, output: Writable, env: NodeJS.ProcessEnv): Promise<number> => {
	const nvim = attach({ reader: input as never, writer: output as never, options: { logger: silent } });
	const editor = new Editor((code, args) => nvim.executeLua(code, args as never));
	const calls = createCalls(editor, env);
	nvim.on("notification", (method: string, args: unknown[]) => {
		if (method === "ipyai") void calls.take(args);
	});
	await new Promise<void>((resolve) => {
		for (const event of ["end", "close", "error"]) input.once(event, () => resolve());
		// Neovim ends its jobs while what it wrote last may still be on its way.
		for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const)
			process.once(signal, () => setTimeout(resolve, lastWordsMs));
		output.once("error", () => resolve());
	});
	await delay(settleMs);
	await Promise.race([calls.leave(), delay(goodbyeMs)]);
	return 0;
};

/** The package logs each call with its arguments; nothing of that is of use. */
const silent = {
	level: "error",
	info() {
		return silent;
	},
	warn() {
		return silent;
	},
	error() {
		return silent;
	},
	debug() {
		return silent;
	},
} as never;
