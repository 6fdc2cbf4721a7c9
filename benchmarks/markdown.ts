/**
 * What drawing an answer costs: 10,000 Markdown deltas, a thousand a second by a clock of its own, against rich.Live
 * as the seeds drive it. Rich draws a sample of the deltas: all of them take it an hour.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createMarkdownStream } from "../clients/terminal/render/markdownStream.ts";
import { createTheme } from "../clients/terminal/render/terminalTheme.ts";
import { createScreen } from "../clients/terminal/screen/screen.ts";
import { ms, printRow } from "./row.ts";

const deltas = 10_000;
const deltaMs = 1;
const frameMs = 16;
const columns = 100;
const rows = 30;

/** A long answer with a bit of everything, cut as models send it. */
const answer = (count: number): string[] => {
	const section = (index: number): string =>
		`## Part ${index}\n\nThe *mean* of column \`x${index}\` is **${index}.5**, see [the guide](https://example.org/${index}).\n\n` +
		`- one item\n- another with \`code\`\n  - nested\n\n\`\`\`python\ndef part_${index}(df):\n    return df["x${index}"].mean()  # fast\n\`\`\`\n\n` +
		`| name | value |\n|---|--:|\n| a | ${index} |\n| b | ${index * 2} |\n\n`;
	const pieces: string[] = [];
	for (let index = 0; pieces.length < count; index++)
		pieces.push(...section(index).match(/\s*\S{1,6}|\s+/g)!);
	return pieces.slice(0, count);
};

const measureOurs = (pieces: readonly string[]) => {
	let bytes = 0;
	let frames = 0;
	let clock = 0;
	const terminal = {
		write: (text: string) => {
			bytes += Buffer.byteLength(text);
			frames++;
		},
		columns,
		rows,
		onResize: () => () => {},
		traits: { reflow: "all" as const, cursor: true },
	};
	const screen = createScreen(terminal, { frameMs: 1e9, now: () => clock });
	const stream = createMarkdownStream({ width: columns, theme: createTheme({ TERM: "xterm-256color" }) });
	let longest = 0;
	let total = 0;
	let nextFrame = 0;
	for (const piece of pieces) {
		const before = performance.now();
		screen.commit(stream.append(piece));
		clock += deltaMs;
		if (clock >= nextFrame) {
			screen.setTail(stream.live(), null);
			screen.flush();
			nextFrame = clock + frameMs;
		}
		const took = performance.now() - before;
		longest = Math.max(longest, took);
		total += took;
	}
	screen.commit(stream.end());
	screen.setTail([], null);
	screen.dispose();
	return { bytes, frames, longestFrameMs: longest, totalMs: total };
};

const measureRich = (pieces: readonly string[]) => {
	const python = join(import.meta.dirname, "../.python/bin/python");
	const script = join(import.meta.dirname, "markdown_rich.py");
	const input = JSON.stringify({ pieces, columns, rows, every: 250 });
	const run = spawnSync(python, [script], { input, encoding: "utf8", maxBuffer: 1e8 });
	if (run.status !== 0) throw new Error(`${python} ${script} failed: ${run.error ?? run.stderr}`);
	return JSON.parse(run.stdout) as { bytes: number; frames: number; longestFrameMs: number; totalMs: number };
};

const pieces = answer(deltas);
measureOurs(pieces.slice(0, 500));
const ours = measureOurs(pieces);
const rich = measureRich(pieces);
const kilobytes = (bytes: number): string => `${Math.round(bytes / 1024).toLocaleString("en")} kB`;
printRow({
	what: "10,000 Markdown deltas: bytes written",
	ours: `${kilobytes(ours.bytes)}, ${ours.frames} frames`,
	peer: `${kilobytes(rich.bytes)}, ${rich.frames} frames`,
	peerName: "rich.Live, sampled",
	ratio: `${Math.round(rich.bytes / ours.bytes).toLocaleString("en")}× fewer`,
	target: "≥ 100× fewer",
});
printRow({
	what: "the same, longest frame",
	ours: ms(ours.longestFrameMs),
	peer: ms(rich.longestFrameMs),
	peerName: "rich.Live, sampled",
	ratio: `${(ours.longestFrameMs / rich.longestFrameMs).toFixed(3)}×`,
	target: "≤ 16 ms",
});
