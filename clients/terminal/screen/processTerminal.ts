/** The process's own terminal: raw keys in, bytes out, and what it takes to lend it to another program. */
import { styled } from "../../../ground/text/screenText.ts";
import { createKeyDecoder } from "../editor/keyDecoder.ts";
import type { KeyEvent } from "../editor/keys.ts";
import { backgroundQuery } from "./background.ts";
import { detectTraits, type Terminal } from "./terminal.ts";

export type KeyboardTerminal = Terminal & {
	/** Keys go to the handler from here on. */
	start(onKey: (key: KeyEvent) => void): void;
	/** Gives the terminal back as it was found; keys stop. */
	stop(): void;
	/** The answer, if the terminal gives one, comes as a report among the keys. */
	askBackground(): void;
};

/** Bracketed paste, and distinct codes for keys such as Shift-Enter. Cursor shape and mouse stay the person's. */
const modesOn = styled`\x1b[?2004h\x1b[>4;1m`;
const modesOff = styled`\x1b[>4;0m\x1b[?2004l`;

export const createProcessTerminal = (): KeyboardTerminal => {
	const { stdin, stdout } = process;
	const traits = detectTraits(process.env);
	let onKey: (key: KeyEvent) => void = () => {};
	const decoder = createKeyDecoder((key) => onKey(key));
	const onData = (bytes: Buffer): void => decoder.feed(bytes);
	let started = false;
	return {
		write: (text) => void stdout.write(text),
		get columns() {
			return stdout.columns || 80;
		},
		get rows() {
			return stdout.rows || 24;
		},
		onResize(listener) {
			stdout.on("resize", listener);
			return () => void stdout.off("resize", listener);
		},
		traits,
		start(handler) {
			onKey = handler;
			if (started) return;
			started = true;
			stdin.setRawMode(true);
			stdin.on("data", onData);
			stdin.resume();
			if (traits.cursor) stdout.write(modesOn);
		},
		stop() {
			if (!started) return;
			started = false;
			decoder.flush();
			stdin.off("data", onData);
			stdin.pause();
			if (traits.cursor) stdout.write(modesOff);
			stdin.setRawMode(false);
		},
		askBackground() {
			// Linux's console takes the query for text.
			if (traits.cursor && process.env.TERM !== "linux") stdout.write(backgroundQuery);
		},
	};
};
