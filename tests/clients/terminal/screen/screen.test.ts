import { afterEach, describe, expect, test } from "vitest";
import { createScreen, type Screen, type TailCursor } from "../../../../clients/terminal/screen/screen.ts";
import { cutLine, stripStyles } from "../../../../clients/terminal/screen/styledText.ts";
import type { TerminalTraits } from "../../../../clients/terminal/screen/terminal.ts";
import { seededRandom } from "../../../support/random.ts";
import { row } from "../../../support/screenText.ts";
import { createVirtualTerminal, type VirtualTerminal } from "../../../support/virtualTerminal.ts";

const open: (() => void)[] = [];
afterEach(() => {
	for (const close of open.splice(0)) close();
});

const start = (columns = 20, rows = 8, reflow: TerminalTraits["reflow"] = "xtermJs") => {
	const terminal = createVirtualTerminal(columns, rows, reflow);
	const screen = fed(createScreen(terminal, { frameMs: 1e6 }));
	open.push(() => {
		screen.dispose();
		terminal.dispose();
	});
	return { terminal, screen };
};

/** The screen as it takes texts of these tests. */
type FedScreen = Omit<Screen, "commit" | "setTail"> & {
	commit(lines: readonly string[]): void;
	setTail(lines: readonly string[], cursor: TailCursor | null): void;
};
const fed = (screen: Screen): FedScreen => screen;

const cursor = (terminal: VirtualTerminal) => [
	terminal.xterm.buffer.active.cursorX,
	terminal.xterm.buffer.active.cursorY,
];

describe("tail", () => {
	test("stands below what was committed, with the cursor where it belongs", async () => {
		const { terminal, screen } = start();
		terminal.write("before us\r\n");
		screen.commit(["one", "two"]);
		screen.setTail(["In [1]: x", "status"], { line: 0, column: 9 });
		screen.flush();
		expect(await terminal.lines()).toEqual(["before us", "one", "two", "In [1]: x", "status"]);
		expect(cursor(terminal)).toEqual([9, 3]);
	});

	test("grows, shrinks and goes without a trace", async () => {
		const { terminal, screen } = start();
		screen.commit(["kept"]);
		for (const tail of [["a"], ["a", "b", "c"], ["x", "b"], ["longer line", ""], []]) {
			screen.setTail(tail, null);
			screen.flush();
			expect(await terminal.lines()).toEqual(["kept", ...tail.filter((line) => line !== "")]);
		}
	});

	test("shows its end when it is taller than the screen, and scrolls nothing away", async () => {
		const { terminal, screen } = start(20, 4);
		for (let count = 1; count <= 30; count++) {
			screen.setTail(
				Array.from({ length: count }, (_, index) => `line ${index}`),
				null,
			);
			screen.flush();
		}
		expect(await terminal.lines()).toEqual(["line 26", "line 27", "line 28", "line 29"]);
	});

	test("cuts lines at the width, wide characters whole", async () => {
		const { terminal, screen } = start(7, 5);
		screen.setTail(
			["漢字漢字漢字", "0123456789", "🎉🎉🎉🎉", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"],
			null,
		);
		screen.flush();
		expect(await terminal.lines()).toEqual([
			"漢字漢",
			"0123456",
			"🎉🎉🎉",
			"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301",
		]);
	});

	test("writes only what was added to a row", () => {
		const { terminal, screen } = start(40);
		screen.setTail(["status", "\x1b[32mhello\x1b[0m"], null);
		screen.flush();
		const before = terminal.written.length;
		screen.setTail(["status", "\x1b[32mhello you\x1b[0m"], null);
		screen.flush();
		const bytes = terminal.written.slice(before);
		expect(bytes).toContain(" you");
		expect(bytes).not.toContain("hello");
		expect(bytes).not.toContain("status");
	});

	test("an unchanged tail writes nothing", () => {
		const { terminal, screen } = start();
		screen.setTail(["same"], { line: 0, column: 2 });
		screen.flush();
		const before = terminal.written.length;
		screen.setTail(["same"], { line: 0, column: 2 });
		screen.flush();
		expect(terminal.written.length).toBe(before);
	});
});

describe("resize", () => {
	test("keeps the scrollback in a storm", async () => {
		const { terminal, screen } = start(40, 12);
		const committed = [
			"a line that is longer than the narrow screens of this test by far",
			"short",
			"",
			"end",
		];
		screen.commit(committed);
		screen.setTail(["In [1]: some text", "   ...: and some more text", "status"], { line: 1, column: 26 });
		screen.flush();
		for (const [columns, rows] of [
			[17, 12],
			[60, 9],
			[23, 12],
			[19, 7],
			[80, 24],
			[18, 12],
		] as const) {
			await terminal.resize(columns, rows);
			screen.flush();
		}
		await terminal.resize(80, 24);
		screen.flush();
		expect(await terminal.lines()).toEqual([
			...committed,
			"In [1]: some text",
			"   ...: and some more text",
			"status",
		]);
		expect(terminal.written).not.toMatch(/\x1b\[[23]J/);
	});

	test("tells the owner, who renders anew before the next frame", async () => {
		const { terminal, screen } = start(20, 8);
		const draw = () => screen.setTail(["=".repeat(screen.columns)], null);
		screen.onResize(draw);
		draw();
		screen.flush();
		await terminal.resize(9, 8);
		screen.flush();
		expect(await terminal.lines()).toEqual(["========="]);
	});
});

test("suspend takes the tail away and resume brings it back, with what was committed meanwhile", async () => {
	const { terminal, screen } = start();
	screen.commit(["one"]);
	screen.setTail(["tail"], { line: 0, column: 4 });
	screen.suspend();
	expect(await terminal.lines()).toEqual(["one"]);
	terminal.write("the pager's output\r\n");
	screen.commit(["two"]);
	screen.setTail(["tail 2"], { line: 0, column: 4 });
	screen.flush();
	expect(await terminal.lines()).toEqual(["one", "the pager's output"]);
	screen.resume();
	expect(await terminal.lines()).toEqual(["one", "the pager's output", "two", "tail 2"]);
});

test("dispose leaves the cursor on the line below, visible", async () => {
	const { terminal, screen } = start();
	screen.setTail(["a", "b", "c"], null);
	screen.dispose();
	await terminal.settled();
	expect(cursor(terminal)).toEqual([0, 3]);
	expect(terminal.written.lastIndexOf("\x1b[?25h")).toBeGreaterThan(
		terminal.written.lastIndexOf("\x1b[?25l"),
	);
});

test("clear moves everything up and loses nothing", async () => {
	const { terminal, screen } = start(20, 6);
	screen.commit(["one", "two"]);
	screen.setTail(["tail"], { line: 0, column: 0 });
	screen.flush();
	screen.clear();
	screen.flush();
	expect(await terminal.screen()).toEqual(["tail"]);
	expect((await terminal.lines()).filter((line) => line !== "")).toEqual(["one", "two", "tail"]);
});

test("a burst of changes makes few bytes", () => {
	const { terminal, screen } = start(80, 24);
	let text = "";
	for (let count = 0; count < 10_000; count++) {
		text += "word ";
		screen.setTail([text.slice(-75)], null);
	}
	screen.flush();
	expect(terminal.written.length).toBeLessThan(300);
});

test("a terminal that can not move its cursor gets the finished lines as plain text", () => {
	let written = "";
	const screen = fed(
		createScreen({
			write: (bytes) => {
				written += bytes;
			},
			columns: 80,
			rows: 24,
			onResize: () => () => {},
			traits: { reflow: "none", cursor: false },
		}),
	);
	screen.setTail(["tail"], null);
	screen.commit(["\x1b[31mred\x1b[0m"]);
	screen.dispose();
	expect(written).toBe("red\r\n");
});

describe("any order of commits, tails and resizes", () => {
	const scale = Number(process.env.IPYAI_TEST_SCALE ?? 1);
	const seeds = Array.from({ length: Math.ceil(20 * scale) }, (_, index) => index + 1);

	const run = async (
		seed: number,
		before: number,
		resize: (terminal: VirtualTerminal, pick: Pick) => Promise<void>,
	) => {
		const random = seededRandom(seed);
		const pick: Pick = (count) => Math.floor(random() * count);
		const { terminal, screen } = start(30 + pick(50), 14 + pick(10));
		const words = ["plain", "漢字", "🎉", "e\u0301", "\x1b[31mred\x1b[0m", "x".repeat(45)];
		const line = (most: number) =>
			Array.from({ length: pick(most) }, () => words[pick(words.length)]!).join(" ");
		const committed = Array.from({ length: before }, (_, index) => `line ${index}`);
		screen.commit(committed);
		for (let step = 0; step < 60; step++) {
			const action = pick(4);
			if (action === 0) {
				const lines = Array.from({ length: pick(4) }, () => `${committed.length}:${line(12)}`);
				screen.commit(lines);
				committed.push(...lines);
			} else if (action === 1) {
				const tail = Array.from({ length: pick(4) }, () => cutLine(row(line(5)), 28));
				const at = pick(tail.length);
				screen.setTail(tail, pick(2) === 0 && tail.length > 0 ? { line: at, column: pick(28) } : null);
			} else {
				screen.flush();
				if (action === 2) await resize(terminal, pick);
			}
		}
		screen.setTail([], null);
		screen.flush();
		return {
			lines: await terminal.lines(),
			committed: committed.map((text) => stripStyles(row(text)).trimEnd()),
		};
	};

	test.each(seeds)("leaves exactly what was committed (seed %i)", async (seed) => {
		const { lines, committed } = await run(seed, 100, (terminal, pick) =>
			pick(2) === 0
				? terminal.resize(20 + pick(70), terminal.rows)
				: terminal.resize(terminal.columns, 14 + pick(10)),
		);
		expect(lines).toEqual(committed);
	});

	test.each(seeds)(
		"loses nothing, whatever the terminal does in its first screenful (seed %i)",
		async (seed) => {
			const { lines, committed } = await run(seed, 0, (terminal, pick) =>
				terminal.resize(20 + pick(70), 14 + pick(10)),
			);
			let at = 0;
			for (const line of lines) if (line === committed[at]) at++;
			expect(committed.slice(at)).toEqual([]);
		},
	);
});

type Pick = (count: number) => number;
