import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RingBuffer } from "../../../../server/tools/commands/ringBuffer.ts";
import { Terminals } from "../../../../server/tools/commands/terminals.ts";
import { placeOf } from "../../../../server/tools/places.ts";
import { closeTerminal, startTerminal, writeTerminal } from "../../../../server/tools/sources/terminals.ts";
import type { Tool } from "../../../../server/tools/tool.ts";
import { isRunning, until } from "../../../support/kernel.ts";

let folder: string;
let terminals: Terminals;
let tools: { start: Tool; write: Tool; close: Tool };
beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "ipyai-terminals-")));
	mkdirSync(join(folder, "sub"));
	terminals = new Terminals(() => {});
	const options = {
		place: async () => placeOf(folder, folder, { HOME: folder }),
		environment: () => ({ HOME: folder, PATH: process.env.PATH ?? "" }),
	};
	tools = {
		start: startTerminal(options, terminals),
		write: writeTerminal(options, terminals),
		close: closeTerminal(terminals),
	};
});
afterEach(async () => {
	await terminals.dispose();
	rmSync(folder, { recursive: true, force: true });
});

const { signal } = new AbortController();
const prepare = (tool: Tool, args: Record<string, unknown>) => tool.prepare(args, signal);
const run = async (tool: Tool, args: Record<string, unknown>, abort = signal) => {
	const prepared = await tool.prepare(args, abort);
	if ("problem" in prepared) throw new Error(prepared.problem);
	const { content, isError } = await prepared.run({ signal: abort, onWaiting: () => {}, onOutput: () => {} });
	const [part] = content;
	const text = part?.kind === "text" ? part.text : "";
	return { isError, said: text, ...(text.startsWith("{") ? JSON.parse(text) : {}) };
};
/** Reads on, from what a call has read, until the text is there. */
const readUntil = async (sid: number, wanted: RegExp, before: { text?: string } = {}): Promise<string> => {
	let text = before.text ?? "";
	if (wanted.test(text)) return text;
	await until(async () => {
		const poll = await run(tools.write, { sid, yield_time_ms: 2000 });
		text += poll.text;
		return wanted.test(text);
	});
	return text;
};

test("several shells at once, typed into and read, each with what it was told", async () => {
	const one = await run(tools.start, {});
	const two = await run(tools.start, { cwd: "sub" });
	expect([one.sid, two.sid]).toEqual([1, 2]);
	const type = (sid: number, chars: string) => run(tools.write, { sid, chars });
	await type(1, "x=41\n");
	await readUntil(1, /42-/, await type(1, "echo $((x + 1))-; pwd\n"));
	expect(await readUntil(2, /sub\n/, await type(2, "echo $x-; pwd\n"))).toMatch(/\n-\n[^\n]*sub\n/);
	expect((await run(tools.close, { sid: 1 })).said).toBe("Terminal 1 is closed.");
	expect(await prepare(tools.write, { sid: 1 })).toEqual({
		problem: "There is no terminal 1. There are: 2 (bash).",
	});
});

test("a program that ends says how, and what it said stays to be read", async () => {
	const first = await run(tools.start, { cmd: "printf 'abc\\n'; exit 3", yield_time_ms: 0 });
	let text: string = first.text;
	let last = first;
	await until(async () => {
		last = await run(tools.write, { sid: 1, yield_time_ms: 1000 });
		text += last.text;
		return !last.running;
	});
	expect(text).toBe("abc\n");
	expect(last).toMatchObject({ running: false, exit_code: 3, remaining_bytes: 0 });
	expect(await run(tools.write, { sid: 1, chars: "more\n" })).toMatchObject({
		isError: true,
		error: "the program has ended: nothing was typed",
	});
});

test("a real terminal: programs that ask are answered, Ctrl-C and Ctrl-D mean what they do", async () => {
	const cmd = "read -p 'name? ' n; echo hello $n; test -t 0 && echo tty; cat; echo over; exec sleep 1000";
	const type = (chars: string) => run(tools.write, { sid: 1, chars });
	await readUntil(1, /name\? /, await run(tools.start, { cmd, yield_time_ms: 0 }));
	expect(await readUntil(1, /tty/, await type("Ada\n"))).toContain("hello Ada");
	await readUntil(1, /typed\ntyped\nover/, await type("typed\n\u0004"));
	await run(tools.write, { sid: 1, chars: "\u0003" });
	await until(async () => !(await run(tools.write, { sid: 1, yield_time_ms: 500 })).running);
});

test("offsets tell what was read, what is left and what is gone", async () => {
	await run(tools.start, { cmd: "seq 1 20000; echo end; sleep 1000", yield_time_ms: 0 });
	await until(async () => terminals.find(1) !== null && (await peek()) > 100_000);
	const part = await run(tools.write, { sid: 1, max_output_bytes: 10 });
	expect(part).toMatchObject({ bytes_returned: 10, dropped_bytes: 0 });
	expect(part.end_offset - part.start_offset).toBe(10);
	const next = await run(tools.write, { sid: 1, max_output_bytes: 10 });
	expect(next.start_offset).toBe(part.end_offset);
	expect(next.remaining_bytes).toBe(next.buffer_end_offset - next.end_offset);
});

/** How much has come. */
const peek = async (): Promise<number> =>
	(await run(tools.write, { sid: 1, max_output_bytes: 1 })).buffer_end_offset;

test("a buffer that is full drops its oldest bytes", () => {
	const buffer = new RingBuffer(5);
	for (const text of ["ab", "cd", "efg"]) buffer.add(Buffer.from(text));
	expect([buffer.start, buffer.end]).toEqual([2, 7]);
	expect(buffer.read(0, 100).toString()).toBe("cdefg");
	expect(buffer.read(3, 2).toString()).toBe("de");
	buffer.add(Buffer.from("0123456789"));
	expect(buffer.read(0, 100).toString()).toBe("56789");
	expect(buffer.start).toBe(12);
});

test("waiting is for output, and a cancel ends it", async () => {
	await run(tools.start, { cmd: "sleep 1000", yield_time_ms: 0 });
	const abort = new AbortController();
	const pending = run(tools.write, { sid: 1, yield_time_ms: 60_000 }, abort.signal);
	abort.abort();
	await expect(pending).rejects.toMatchObject({ name: "AbortError" });
});

test("none outlives its session, with all that it began, however it holds on", async () => {
	await run(tools.start, {
		cmd: "trap '' HUP TERM; sleep 1000 & echo $! > one; wait; sleep 1000",
		yield_time_ms: 0,
	});
	const path = join(folder, "one");
	await until(() => {
		try {
			return readFileSync(path, "utf8").endsWith("\n");
		} catch {
			return false;
		}
	});
	await terminals.dispose();
	await until(() => !isRunning(Number(readFileSync(path, "utf8"))));
	await expect(run(tools.start, {})).resolves.toMatchObject({ isError: true });
});

test("there are not more than eight, and one that has ended makes room", async () => {
	for (let at = 0; at < 8; at++)
		await run(tools.start, { cmd: at === 0 ? "true" : "sleep 1000", yield_time_ms: 0 });
	await until(() => !terminals.find(1)!.terminal.isRunning);
	expect((await run(tools.start, { cmd: "sleep 1000", yield_time_ms: 0 })).sid).toBe(9);
	expect((await run(tools.start, { cmd: "sleep 1000", yield_time_ms: 0 })).said).toContain(
		"there are 8 terminals already",
	);
});

test("what is typed is asked about, what is read is not; colours and secrets are taken out", async () => {
	expect(await prepare(tools.start, { cmd: "ls" })).toMatchObject({ check: "open", grant: null });
	expect(await prepare(tools.start, { cmd: "echo x > .git/config" })).toMatchObject({ check: "guarded" });
	const first = await run(tools.start, {
		cmd: "printf '\\033[31mred\\033[0m hunter2\\n'; sleep 1000",
		yield_time_ms: 0,
	});
	expect(await prepare(tools.write, { sid: 1 })).toMatchObject({ effect: "looks", check: "looks" });
	expect(await prepare(tools.write, { sid: 1, chars: "\u0003" })).toMatchObject({ check: "looks" });
	expect(await prepare(tools.write, { sid: 1, chars: "ls\n" })).toMatchObject({
		effect: "runsCommands",
		check: "open",
		card: { text: "ls\n" },
	});
	expect(await prepare(tools.write, { sid: 1, chars: "echo x >> ~/.bashrc\n" })).toMatchObject({
		check: "guarded",
	});
	expect(await readUntil(1, /\n/, first)).toBe("red hunter2\n");
});

test.each([
	["start", { cmd: 1 }, '"cmd" and "cwd" are texts.'],
	["start", { cmd: "a\0" }, "A command line has no NUL in it."],
	["start", { yield_time_ms: -1 }, '"yield_time_ms" is a number up to 60000.'],
	["write", {}, "There is no terminal undefined. None is open: start_bgterm opens one."],
	["write", { sid: "1" }, 'There is no terminal "1". None is open: start_bgterm opens one.'],
	["write", { sid: 1, chars: 2 }, '"chars" is a text of up to 65536 characters.'],
	["write", { sid: 1, max_output_bytes: 0 }, '"max_output_bytes" is a number of bytes.'],
	["close", { sid: null }, "There is no terminal null. None is open: start_bgterm opens one."],
])("%s(%j): %s", async (name, args, problem) =>
	expect(await prepare(tools[name as "start" | "write" | "close"], args)).toEqual({ problem }),
);

test("a number that is not there any more closes nothing, and a folder that is not there is told", async () => {
	expect((await run(tools.close, { sid: 77 })).isError).toBe(false);
	writeFileSync(join(folder, "file"), "");
	expect((await run(tools.start, { cmd: "ls", cwd: "none" })).running).not.toBe(true);
});
