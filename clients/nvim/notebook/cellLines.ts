/**
 * Cells as lines of one buffer: each begins with a `# %%` line, text is commented out, and an empty line stands before
 * the next cell. Reading the lines gives the same cells.
 */

export type CellKind = "code" | "markdown" | "raw";

export type CellText = {
	readonly kind: CellKind;
	readonly source: string;
	/** What stands behind the marker. */
	readonly title: string | null;
};

/** A cell with the rows it takes, from 0, the marker included. */
export type PlacedCell = CellText & { readonly first: number; readonly last: number };

export const toLines = (cells: readonly CellText[]): { lines: string[]; placed: PlacedCell[] } => {
	const lines: string[] = [];
	const placed = cells.map((cell, index): PlacedCell => {
		const first = lines.length;
		lines.push(marker(cell));
		if (cell.source !== "")
			for (const line of cell.source.split("\n"))
				lines.push(cell.kind === "code" ? guarded(line) : commented(line));
		const last = lines.length - 1;
		if (index < cells.length - 1) lines.push("");
		return { ...cell, first, last };
	});
	return { lines, placed };
};

export const fromLines = (lines: readonly string[]): PlacedCell[] => {
	const cells: PlacedCell[] = [];
	let head: Omit<CellText, "source"> & { first: number } = { kind: "code", title: null, first: -1 };
	const end = (next: number): void => {
		const body = lines.slice(head.first + 1, next);
		if (next < lines.length && body.at(-1) === "") body.pop();
		const source = body
			.map((line) => (head.kind === "code" ? unguarded(line) : uncommented(line)))
			.join("\n");
		// Lines before the first marker are a cell when something is there.
		if (head.first < 0 && source.trim() === "") return;
		cells.push({ ...head, first: Math.max(0, head.first), last: Math.max(0, next - 1), source });
	};
	for (const [row, line] of lines.entries()) {
		const match = /^#\s?%%(.*)$/.exec(line);
		if (!match) continue;
		end(row);
		const [, title = "", kind] = /^(.*?)\s*(\[markdown\]|\[md\]|\[raw\])?\s*$/.exec(match[1]!)!;
		head = {
			kind: kind === undefined ? "code" : kind === "[raw]" ? "raw" : "markdown",
			title: title.trim() || null,
			first: row,
		};
	}
	end(lines.length);
	return cells;
};

const marker = ({ kind, title }: CellText): string =>
	["# %%", ...(title ? [title] : []), ...(kind === "code" ? [] : [`[${kind}]`])].join(" ");

/** A line of code that looks like a marker gets one more `# `. */
const guarded = (line: string): string => (/^(# )*#\s?%%/.test(line) ? `# ${line}` : line);
const unguarded = (line: string): string => (/^# (# )*#\s?%%/.test(line) ? line.slice(2) : line);

const commented = (line: string): string => (line === "" ? "#" : `# ${line}`);
const uncommented = (line: string): string => line.replace(/^# ?/, "");
