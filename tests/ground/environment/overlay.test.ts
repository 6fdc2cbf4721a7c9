/** How the overlay is made: by a pip that is a script here, and notes what it was asked. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kernelPackages } from "../../../ground/environment/kernelPackages.mjs";
import { ensureOverlay, ensurePureOverlay, overlayFolders } from "../../../ground/environment/overlay.mjs";
import { createProgressLine, progressText } from "../../../ground/environment/progressLine.mjs";
import { fakePython } from "../../support/fakePython.ts";
import { until } from "../../support/kernel.ts";
import { repository } from "../../support/sources.ts";

const total = kernelPackages([3, 12]).pure.length + kernelPackages([3, 12]).compiled.length;

const fill = `mkdir -p "$target/bin" "$target/made"; for name in a b c; do echo "Downloading $name.whl (1 kB)"; done`;
const quiet = { onProgress: () => {} };

test("two folders, named by what is in them, of which nothing is made twice", async () => {
	const { facts, env, log } = fakePython(fill);
	const counts: string[] = [];
	const lines: string[] = [];
	const onCount = ({ done, total }: { done: number; total: number }) => counts.push(`${done} of ${total}`);
	const folders = await ensureOverlay(facts, { env, onCount, onProgress: (line) => lines.push(line) });
	expect(folders).toEqual(overlayFolders(facts, env));
	expect(folders.map((folder) => folder.replace(/.*overlay\//, ""))).toEqual([
		expect.stringMatching(/^cp312-test-[0-9a-f]{12}$/),
		expect.stringMatching(/^pure-[0-9a-f]{12}$/),
	]);
	// Programs that name the Python of the maker are left out.
	for (const folder of folders) expect(readdirSync(folder)).toEqual(["made"]);
	expect([counts[0], counts.at(-1)]).toEqual([`0 of ${total}`, `${total} of ${total}`]);
	expect(lines).toEqual(["Getting what a kernel needs (Python 3.12, once): done."]);
	await ensureOverlay(facts, { env, ...quiet });
	await ensurePureOverlay({ env, ...quiet });
	expect(log().map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
		"pip pure",
		"pip cp312",
		"tried",
	]);
});

test("pip is the person's: their index, but not where they let it install", async () => {
	const { facts, env, log } = fakePython(fill);
	const theirs = { PIP_INDEX_URL: "index-of-theirs", PIP_PREFIX: "/elsewhere", PIP_USER: "1" };
	await ensureOverlay(facts, { env: { ...env, ...theirs }, ...quiet });
	expect(log()[0]).toBe("pip pure index=index-of-theirs prefix= user=0");
});

test("broken off, it leaves nothing half made, and the next start goes on", async () => {
	const { folder, facts, env, log, left } = fakePython(
		`mkdir -p "$target/made"; case "$target" in *cp312*) [ -e "$folder/go" ] || { touch "$folder/waits"; exec sleep 600; } ;; esac`,
	);
	const stop = new AbortController();
	const making = ensureOverlay(facts, { env, ...quiet, signal: stop.signal });
	const broken = expect(making).rejects.toThrow("aborted");
	await until(() => existsSync(join(folder, "waits")));
	stop.abort();
	await broken;
	expect(left()).toEqual([expect.stringMatching(/^pure-/)]);
	writeFileSync(join(folder, "go"), "");
	await ensureOverlay(facts, { env, ...quiet });
	expect(log().map((line) => line.split(" ")[1])).toEqual(["pure", "cp312", "cp312", undefined]);
});

test("two starts at once make it once, and one takes over from another that was killed", async () => {
	const { folder, facts, env, log, left } = fakePython(
		`mkdir -p "$target/made"; [ -e "$folder/go" ] || { touch "$folder/waits"; while [ ! -e "$folder/go" ]; do sleep 0.05; done; }`,
	);
	const start = () =>
		spawn(
			process.execPath,
			[
				"--input-type=module",
				"-e",
				`import { ensureOverlay } from ${JSON.stringify(join(repository, "ground/environment/overlay.mjs"))};
				await ensureOverlay(${JSON.stringify(facts)}, { env: process.env, onProgress: (line) => console.log(line) });`,
			],
			{ env, stdio: ["ignore", "pipe", "inherit"] },
		);
	const killed = start();
	await until(() => existsSync(join(folder, "waits")));
	const others = [start(), start()];
	const said = others.map((child) => {
		let text = "";
		child.stdout.on("data", (chunk) => {
			text += chunk;
		});
		return () => text;
	});
	await until(() => said.every((text) => text().includes(`Waiting for process ${killed.pid}`)));
	killed.kill("SIGKILL");
	writeFileSync(join(folder, "go"), "");
	const codes = await Promise.all(
		others.map((child) => new Promise((resolve) => child.once("close", resolve))),
	);
	expect(codes).toEqual([0, 0]);
	expect(log().filter((line) => line.startsWith("pip cp312"))).toHaveLength(1);
	expect(left().filter((name) => !/^(pure|cp312-test)-[0-9a-f]{12}$/.test(name))).toEqual([]);
});

test("an older edition stays while a kernel may run from it, the one before goes", async () => {
	const { facts, env, left } = fakePython(fill);
	const folder = join(env.XDG_DATA_HOME, "ipyai/overlay");
	const older = ["pure-000000000001", "pure-000000000002"];
	await ensureOverlay(facts, { env, ...quiet });
	const [pure] = left().filter((name) => name.startsWith("pure-"));
	rmSync(join(folder, pure!), { recursive: true });
	for (const name of older) {
		writeFileSync(join(folder, "x"), "");
		await import("node:fs/promises").then(({ mkdir, utimes }) =>
			mkdir(join(folder, name)).then(() => utimes(join(folder, name), 1, Number(name.at(-1)))),
		);
	}
	await ensureOverlay(facts, { env, ...quiet });
	expect(left().filter((name) => name.startsWith("pure-"))).toEqual([older[1], pure].sort());
});

test.each([
	[
		"pip cannot reach its index",
		"echo 'ERROR: Failed to establish a new connection: refused'; exit 1",
		{},
		/^pip of Python 3\.12\.1 could not reach its package index: check the network or proxy, then start again\. What it said:\n {2}ERROR: Failed/,
	],
	[
		"pip fails",
		"echo 'ERROR: No space left on device'; exit 1",
		{},
		/^pip of Python 3\.12\.1 could not install what a kernel needs\. What it said:\n {2}ERROR: No space left/,
	],
	[
		"there is none",
		"exit 1",
		{ pip: null },
		/has no pip, and no other Python here has one: install it \(Debian/,
	],
	[
		"it is of long ago",
		"exit 1",
		{ pip: "9.0.1" },
		/has no pip, and no other Python here has one: install it/,
	],
])("%s: a sentence says what to do", async (_, pip, facts, sentence) => {
	const fake = fakePython(pip, { ...facts, threads: true });
	const work = { env: { ...fake.env, PATH: join(fake.folder, "bin") }, ...quiet };
	const pure = join(fake.env.XDG_DATA_HOME, "ipyai/overlay");
	await expect(ensureOverlay(fake.facts, work)).rejects.toThrow(sentence);
	expect(readdirSync(pure)).toEqual([]);
});

test("progress is one line that is written anew, or a line when a step begins where none can be", () => {
	const shown: string[] = [];
	const screen = (rewrites: boolean) =>
		createProgressLine({
			write: (line) => shown.push(line ?? "-"),
			tell: (line) => shown.push(`told: ${line}`),
			rewrites,
		});
	const onTerminal = screen(true);
	onTerminal.onCount({ what: "Getting it", done: 0, total: 4 });
	onTerminal.onCount({ what: "Getting it", done: 1, total: 4 });
	onTerminal.onProgress("Got it.");
	expect(shown.splice(0)).toEqual([
		"Getting it ░░░░░░░░░░░░░░░░ 0 of 4",
		"Getting it ████░░░░░░░░░░░░ 1 of 4",
		"-",
		"told: Got it.",
	]);
	const inPipe = screen(false);
	inPipe.onCount({ what: "Getting it", done: 0, total: 4 });
	inPipe.onCount({ what: "Getting it", done: 1, total: 4 });
	inPipe.end();
	expect(shown).toEqual(["told: Getting it (4 packages) ..."]);
	expect(progressText({ what: "x", done: 4, total: 4 }, 3)).toBe("x ████████████████ 4 of 4, 3 s");
});
