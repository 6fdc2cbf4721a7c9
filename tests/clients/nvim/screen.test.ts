/** What a person sees: Neovim on a real terminal, output below a cell and ghost text at the cursor. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pty from "@lydell/node-pty";
import { Terminal as Xterm } from "@xterm/headless";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../../support/kernel.ts";
import { startModelServer } from "../../support/modelServer/modelServer.ts";
import { hostCommand, neovimPath, pluginFolder } from "../../support/neovim.ts";
import { newPerson } from "../../support/person.ts";
import { testPython } from "../../support/python.ts";

const vimrc = `
set rtp+=${pluginFolder}
let g:loaded_python3_provider = 0
lua vim.g.maplocalleader = ","
lua require("ipyai").setup({ first_use = "start", command = vim.json.decode([==[${JSON.stringify(hostCommand)}]==]) })
`;

test("output stands below its cell in its colours, a suggestion in grey at the cursor", async () => {
	const model = await startModelServer();
	const person = newPerson({
		...model.environment,
		IPYAI_PYTHON: testPython(),
		IPYAI_BACKEND: "claude-api",
		TERM: "xterm-256color",
	});
	onTestFinished(() => model.close());
	writeFileSync(join(person.folder, "vimrc.vim"), vimrc);
	writeFileSync(
		join(person.folder, "a.py"),
		'# @@say upby("day")@@\nprint("\\x1b[31mred\\x1b[0m and plain")\n',
	);
	const xterm = new Xterm({ cols: 70, rows: 16, allowProposedApi: true });
	const child = pty.spawn(neovimPath(), ["--clean", "-n", "-u", "vimrc.vim", "a.py"], {
		cols: 70,
		rows: 16,
		cwd: person.folder,
		env: person.environment as Record<string, string>,
	});
	const exited = new Promise<void>((resolve) => child.onExit(() => resolve()));
	child.onData((data) => xterm.write(data));
	xterm.onData((data) => child.write(data));
	onTestFinished(async () => {
		child.write("\x1b\x1b:qa!\r");
		await exited;
	});
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
	await shows(/red.* and plain/);

	child.write(",c");
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
