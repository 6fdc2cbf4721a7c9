/** What a person sees: Neovim on a real terminal, output below a cell and ghost text at the cursor. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import * as pty from "@lydell/node-pty";
import { Terminal as Xterm } from "@xterm/headless";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { startModelServer } from "../../support/modelServer/modelServer.ts";
import { hostCommand, neovimOf, neovimPath, pluginFolder } from "../../support/neovim.ts";
import { newPerson } from "../../support/person.ts";
import { testPython } from "../../support/python.ts";

type OnTerminal = {
	readonly environment?: Record<string, string>;
	readonly neovim?: string;
	/** What the terminal says of a cell's width and height in pixels. */
	readonly cell?: readonly [number, number];
};

/** Runs a command once it has told the terminal its size. */
const resized = `import fcntl, os, struct, sys, termios
fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", *map(int, sys.argv[1:5])))
os.execv(sys.argv[5], sys.argv[5:])`;

/** Neovim with the plugin on a terminal of 70 by 16, with a file of this text. */
const startOnTerminal = async (
	text: string,
	{ environment, neovim = neovimPath(), cell = [0, 0] }: OnTerminal = {},
) => {
	const model = await startModelServer();
	const person = newPerson({
		...model.environment,
		IPYAI_PYTHON: testPython(),
		IPYAI_BACKEND: "claude-api",
		TERM: "xterm-256color",
		...environment,
	});
	onTestFinished(() => model.close());
	writeFileSync(join(person.folder, "vimrc.vim"), vimrc);
	writeFileSync(join(person.folder, "a.py"), text);
	const size = [16, 70, 70 * cell[0], 16 * cell[1]].map(String);
	const xterm = new Xterm({ cols: 70, rows: 16, allowProposedApi: true });
	const child = pty.spawn(
		testPython(),
		["-c", resized, ...size, neovim, "--clean", "-n", "-u", "vimrc.vim", "a.py"],
		{
			cols: 70,
			rows: 16,
			cwd: person.folder,
			env: person.environment as Record<string, string>,
		},
	);
	const exited = new Promise<void>((resolve) => child.onExit(() => resolve()));
	let bytes = "";
	child.onData((data) => {
		bytes += data;
		xterm.write(data);
	});
	xterm.onData((data) => child.write(data));
	const quit = async (): Promise<void> => {
		child.write("\x1b\x1b:qa!\r");
		await exited;
	};
	onTestFinished(quit);
	const deadline = Date.now() + 20_000;
	const rows = (): string[] =>
		Array.from({ length: 16 }, (_, row) =>
			xterm.buffer.active.getLine(xterm.buffer.active.baseY + row)!.translateToString(true),
		);
	const shows = (pattern: RegExp): Promise<void> =>
		until(() => {
			if (Date.now() > deadline) throw new Error(`Did not show ${pattern}:\n${rows().join("\n")}`);
			return rows().some((row) => pattern.test(row));
		});
	return { xterm, child, rows, shows, quit, bytes: () => bytes };
};

const vimrc = `
set rtp+=${pluginFolder}
let g:loaded_python3_provider = 0
lua vim.g.maplocalleader = ","
lua require("ipyai").setup({ first_use = "start", command = vim.json.decode([==[${JSON.stringify(hostCommand)}]==]) })
`;

test("output stands below its cell in its colours, a suggestion in grey at the cursor", async () => {
	const { xterm, child, rows, shows } = await startOnTerminal(
		'# @@say upby("day")@@\n# %%\nprint("\\x1b[31mred\\x1b[0m and plain")\n',
	);
	await shows(/red.* and plain/);

	child.write("G,c");
	await shows(/▎ red and plain/);
	await shows(/\[1\] ✓/);
	const output = rows().findIndex((row) => row.includes("▎ red"));
	const at = rows()[output]!.indexOf("red");
	expect(xterm.buffer.active.getLine(output)!.getCell(at)!.getFgColor()).toBe(1);
	expect(
		xterm.buffer.active
			.getLine(output)!
			.getCell(at + 5)!
			.isFgDefault(),
	).toBe(true);
	expect(rows()[output - 1]).toMatch(/print.*\[1\] ✓ \d\.\d s$/);

	child.write("Godf.gro\x1b.");
	await shows(/df\.groupby\("day"\)/);
	const ghost = rows().findIndex((row) => row.includes("df.gro"));
	const line = xterm.buffer.active.getLine(ghost)!;
	const column = rows()[ghost]!.indexOf("df.gro");
	expect(line.getCell(column + 6)!.getFgColor()).not.toBe(line.getCell(column)!.getFgColor());
	// The cursor stays before it.
	expect([xterm.buffer.active.cursorX, xterm.buffer.active.cursorY]).toEqual([column + 6, ghost]);
	child.write("\x1bl\x1b:w\r");
	await shows(/written/);
});

const kitty = { environment: { KITTY_WINDOW_ID: "1" } };
const placeholder = "\u{10eeee}";

/** A PNG whose bytes are all different from their neighbours. */
const png = (width: number, height: number): string => {
	const chunk = (type: string, content: Buffer): Buffer => {
		const body = Buffer.concat([Buffer.from(type), content]);
		const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
		size.writeUInt32BE(content.length);
		sum.writeUInt32BE(crc32(body));
		return Buffer.concat([size, body, sum]);
	};
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 0], 8);
	const rows = Buffer.from(
		Array.from({ length: height * (width + 1) }, (_, n) => n % (width + 1) && (n * 7) % 251),
	);
	const pixels = deflateSync(rows, { level: 0 });
	return Buffer.concat([
		Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
		chunk("IHDR", header),
		chunk("IDAT", pixels),
		chunk("IEND", Buffer.alloc(0)),
	]).toString("base64");
};

/** A cell that shows the picture; its data are too long for an environment variable. */
const showing = (picture: string): string => {
	const folder = mkdtempSync(join(tmpdir(), "ipyai-picture-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	writeFileSync(join(folder, "a.png"), Buffer.from(picture, "base64"));
	return `import IPython.display as d\nd.Image(${JSON.stringify(join(folder, "a.png"))})\n`;
};

/** The graphics commands that reached the terminal: keys and data. */
const graphics = (bytes: string): { keys: string; data: string }[] =>
	[...bytes.matchAll(/\x1b_G([^;]*);([^\x1b]*)\x1b\\/g)].map(([, keys, data]) => ({
		keys: keys!,
		data: data!,
	}));

const neovims = { "0.11": neovimPath(), "0.12": neovimOf("0.12") };

for (const [version, neovim] of Object.entries(neovims))
	test.runIf(neovim !== null)(
		`a picture larger than what a terminal takes at once reaches it whole from Neovim ${version}`,
		async () => {
			const picture = png(600, 400);
			const { child, shows, bytes } = await startOnTerminal(showing(picture), {
				...kitty,
				neovim: neovim!,
			});
			await shows(/IPython.display/);
			child.write("gg,c");
			await until(() => graphics(bytes()).at(-1)?.keys === "m=0");
			const data = graphics(bytes()).map((sent) => sent.data);
			expect(data.join("")).toBe(picture);
			await shows(new RegExp(placeholder));
		},
	);

test("a picture takes as many cells as it has pixels, where the terminal tells a cell's size", async () => {
	const { child, shows, bytes } = await startOnTerminal(showing(png(80, 64)), { ...kitty, cell: [20, 40] });
	await shows(/IPython.display/);
	child.write("gg,c");
	await shows(new RegExp(placeholder));
	await until(() => graphics(bytes()).length > 0);
	expect(graphics(bytes())[0]!.keys).toContain(",c=4,r=2,");
});

test("in kitty a picture goes to the terminal once, and placeholders in its colour stand below the cell", async () => {
	const picture = png(80, 64);
	const { xterm, child, rows, shows, quit, bytes } = await startOnTerminal(showing(picture), kitty);
	await shows(/IPython.display/);
	child.write("gg,c");
	await shows(new RegExp(placeholder));
	await until(() => graphics(bytes()).at(-1)?.keys === "m=0");
	const sent = graphics(bytes());
	expect(sent[0]!.keys).toMatch(/^a=T,U=1,f=100,i=\d+,c=10,r=4,q=2,m=1$/);
	expect(sent.map(({ data }) => data).join("")).toBe(picture);
	const id = Number(/i=(\d+)/.exec(sent[0]!.keys)![1]);

	const drawn = rows().flatMap((row, index) => (row.includes(placeholder) ? [index] : []));
	expect(drawn).toHaveLength(4);
	const cellsOf = (row: number) => {
		const line = xterm.buffer.active.getLine(row)!;
		return Array.from({ length: 70 }, (_, column) => line.getCell(column)!).filter((cell) =>
			cell.getChars().startsWith(placeholder),
		);
	};
	expect(drawn.map((row) => cellsOf(row).length)).toEqual([10, 10, 10, 10]);
	expect(cellsOf(drawn[1]!)[2]!.getChars()).toBe(`${placeholder}\u030d\u030e`);
	const color = cellsOf(drawn[0]!)[0]!.getFgColor();
	expect(color).toBe(id);
	const before = bytes().length;
	await quit();
	expect(bytes().slice(before)).toContain(`\x1b_Ga=d,d=I,i=${id},q=2\x1b\\`);
});

test("output below the last line of a window scrolls into view", async () => {
	const lines = Array.from({ length: 20 }, (_, n) => `# line ${n}`).join("\n");
	const { child, shows, rows } = await startOnTerminal(
		`${lines}\n# %%\nfor n in range(5): print("row", n)\n`,
	);
	await shows(/# line 0/);
	child.write("G,c");
	await shows(/▎ row 4/);
	expect(rows().findIndex((row) => row.includes("for n in"))).toBeLessThan(9);
	child.write("gg");
	await shows(/# line 0/);
});

test("output of a cell that ends below the window scrolls into view as far as the cursor stays in it", async () => {
	const lines = Array.from({ length: 14 }, (_, n) => `# line ${n}`).join("\n");
	const { child, shows } = await startOnTerminal(
		`${lines}\n# %%\nx = 1\ny = 2\nz = 3\nprint("out" + "put")\n`,
	);
	await shows(/# line 0/);
	child.write("gg12j3j,c");
	await shows(/▎ output/);
	await shows(/# %%/);
});

test("the end of a paragraph longer than the window is seen, and a question of one's own always", async () => {
	const { child, shows } = await startOnTerminal("x = 1\n");
	await shows(/x = 1/);
	child.write(":IpyaiPrompt @@long 1500@@\r");
	await shows(/│word\d+ word\d+/);
	await shows(/chat .* Bot/);
	await shows(/│word19\d/);
	child.write("\x17lgg\x17h");
	await shows(/## You/);
	child.write(":IpyaiPrompt another\r");
	await shows(/You said: another/);
});

test("a long message takes no keys: it stands in a float, and in :messages", async () => {
	const { child, shows } = await startOnTerminal("import os; os._exit(3)\n");
	await shows(/os._exit/);
	child.write(",c");
	await shows(/│The kernel died/);
	await shows(/ :IpyaiRestart starts|│:IpyaiRestart starts/);
	// A key does what it is for.
	child.write("x");
	await shows(/^mport os|^\S? +mport os/);
	child.write(":messages\r");
	await shows(/^The kernel died/);
	child.write("\r");
});

test("a notebook that is not written says why, as a message and not as an error of an autocommand", async () => {
	const { child, rows, shows } = await startOnTerminal("x = 1\n");
	await shows(/x = 1/);
	child.write(":edit a.ipynb\r");
	await shows(/a\.ipynb/);
	child.write(":call writefile(['{}'], 'a.ipynb')\r");
	child.write(":write\r");
	await shows(/a.ipynb exists \(add ! to write anyway\)|has changed since/);
	expect(rows().join("\n")).not.toMatch(/Error|BufWriteCmd/);
	child.write("\r:messages\r");
	await shows(/has changed since|exists/);
	expect(rows().join("\n")).not.toMatch(/BufWriteCmd/);
	child.write("\r");
});

test("in other terminals a picture is made of half blocks in its colours, or named where none are wanted", async () => {
	const drawn = await startOnTerminal(
		`import base64, IPython.display as d\nd.Image(base64.b64decode("${png(16, 16)}"))\n`,
	);
	await drawn.shows(/IPython.display/);
	drawn.child.write(",c");
	await drawn.shows(/▎ ▀▀\s*$/);
	expect(drawn.bytes()).not.toContain("\x1b_G");
	drawn.child.write(":lua require('ipyai.config').options.output.pictures = false\r");
	drawn.child.write(":doautocmd VimResized\r,c");
	await drawn.shows(/\[image\/png, 16×16\]/);
});
