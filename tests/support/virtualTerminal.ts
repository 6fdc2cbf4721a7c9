import { Terminal as Xterm } from "@xterm/headless";
import type { Terminal, TerminalTraits } from "../../clients/terminal/screen/terminal.ts";
import { graphemeWidth } from "../../ground/text/textWidth.ts";

/** A terminal in memory that shows what was written, scrollback included. */
export type VirtualTerminal = Omit<Terminal, "write"> & {
	write(text: string): void;
	readonly xterm: Xterm;
	/** Everything written so far. */
	readonly written: string;
	resize(columns: number, rows: number): Promise<void>;
	/** Waits until what was written is shown. */
	settled(): Promise<void>;
	/** Rows from the first of the scrollback to the last that holds text, joined where the terminal wrapped them. */
	lines(): Promise<string[]>;
	/** The rows on the screen, without blank ends. */
	screen(): Promise<string[]>;
	dispose(): void;
};

export const createVirtualTerminal = (
	columns = 80,
	rows = 24,
	reflow: TerminalTraits["reflow"] = "xtermJs",
): VirtualTerminal => {
	const xterm = new Xterm({
		cols: columns,
		rows,
		scrollback: 100_000,
		allowProposedApi: true,
	});
	useOurWidths(xterm);
	const listeners = new Set<() => void>();
	let written = "";
	const settled = (): Promise<void> => new Promise((resolve) => xterm.write("", resolve));
	const row = (index: number): string => xterm.buffer.active.getLine(index)!.translateToString(true);
	return {
		xterm,
		traits: { reflow, cursor: true },
		write(bytes) {
			written += bytes;
			xterm.write(bytes);
		},
		get columns() {
			return xterm.cols;
		},
		get rows() {
			return xterm.rows;
		},
		get written() {
			return written;
		},
		onResize(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		async resize(newColumns, newRows) {
			await settled();
			xterm.resize(newColumns, newRows);
			for (const listener of listeners) listener();
		},
		settled,
		async lines() {
			await settled();
			const result: string[] = [];
			for (let index = 0; index < xterm.buffer.active.length; index++) {
				const line = xterm.buffer.active.getLine(index)!;
				// A row that continues in the next keeps its blanks.
				const next = xterm.buffer.active.getLine(index + 1);
				let text = line.translateToString(!next?.isWrapped);
				// A wide character that did not fit leaves a cell that nobody wrote.
				const last = line.getCell(xterm.cols - 1);
				if (next?.isWrapped && last?.getChars() === "" && last.getWidth() === 1) text = text.slice(0, -1);
				if (line.isWrapped && result.length > 0) result[result.length - 1] += text;
				else result.push(text);
			}
			while (result.at(-1)?.trim() === "") result.pop();
			return result;
		},
		async screen() {
			await settled();
			const top = xterm.buffer.active.baseY;
			const result = Array.from({ length: xterm.rows }, (_, index) => row(top + index));
			while (result.at(-1) === "") result.pop();
			return result;
		},
		dispose: () => xterm.dispose(),
	};
};

/** The table that xterm.js has by default is of the year 2010, without wide emoji. */
const useOurWidths = (xterm: Xterm): void => {
	const width = (point: number): 0 | 1 | 2 => graphemeWidth(String.fromCodePoint(point)) as 0 | 1 | 2;
	xterm.unicode.register({
		version: "ipyai",
		wcwidth: width,
		charProperties(point: number, preceding: number) {
			const cells = width(point);
			const joins = cells === 0 && preceding !== 0;
			const before = (preceding >> 1) & 3;
			return ((joins ? before : cells) << 1) | (joins ? 1 : 0);
		},
	} as Parameters<Xterm["unicode"]["register"]>[0]);
	xterm.unicode.activeVersion = "ipyai";
};
