import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../../server/store/openStore.ts";
import { created, owner, testFolder, testStore } from "../../support/store.ts";

const program = join(import.meta.dirname, "../../support/storeProcess.ts");

const start = (file: string, args: readonly string[]): ChildProcess => {
	const child = spawn(process.execPath, [program, file, ...args], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	onTestFinished(() => void child.kill("SIGKILL"));
	return child;
};

const run = async (file: string, args: readonly string[]): Promise<string> => {
	const child = start(file, args);
	let told = "";
	for await (const chunk of child.stdout!) told += chunk;
	return told;
};

test("a killed process loses nothing that it acknowledged", async () => {
	const file = join(testFolder(), "db");
	const child = start(file, ["append", "s"]);
	const ended = new Promise((resolve) => child.once("exit", resolve));
	const lines: string[] = [];
	for await (const line of createInterface({ input: child.stdout! })) {
		lines.push(line);
		if (lines.length === 300) child.kill("SIGKILL");
	}
	await ended;
	// The last line may have been cut by the kill.
	const acknowledged = lines.slice(0, -1).map((line) => line.split(" ").map(Number) as [number, number]);
	expect(acknowledged.length).toBeGreaterThanOrEqual(299);

	const store = openStore(file);
	onTestFinished(() => store.close());
	const events = store.eventsAfter("s", 0, 1_000_000)!;
	expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
	for (const [seq, n] of acknowledged)
		expect(
			events.slice(seq - 1, seq + 2).map(({ event }) => ("cellId" in event ? event.cellId : "")),
		).toEqual([`c${n}`, `c${n}`, `c${n}`]);
	const before = store.transcript("s", null, 5000);
	store.rebuildFolds("s");
	expect(store.transcript("s", null, 5000)).toEqual(before);
});

test("two processes write to one session, each step whole", async () => {
	const folder = testFolder();
	const store = testStore({ folder });
	store.createSession("shared", "/work", owner, [created()]);
	const file = join(folder, "ipyai.sqlite");
	await Promise.all(["a", "b"].map((name) => run(file, ["share", name, "150"])));
	expect(store.session("shared")).toMatchObject({ cells: 300, headSeq: 901 });
	const cells = store
		.eventsAfter("shared", 1, 1000)!
		.map(({ event }) => ("cellId" in event ? event.cellId : ""));
	for (let at = 0; at < cells.length; at += 3) expect(new Set(cells.slice(at, at + 3)).size).toBe(1);
});

test("of many processes that claim a session exactly one gets it", async () => {
	const folder = testFolder();
	const store = testStore({ folder });
	store.createSession("shared", "/work", owner, [created()]);
	const names = ["a", "b", "c"];
	const answers = await Promise.all(names.map((name) => run(join(folder, "ipyai.sqlite"), ["claim", name])));
	expect(new Set(answers).size).toBe(1);
	expect(names).toContain(answers[0]!.trim());
});

test("processes that start together make one database", async () => {
	const file = join(testFolder(), "new/db");
	const answers = await Promise.all([1, 2, 3].map(() => run(file, ["open"])));
	expect(answers).toEqual(["written\n", "written\n", "written\n"]);
});

test("a database that cannot be written is reported by name", () => {
	const file = join(testFolder(), "db");
	openStore(file).close();
	chmodSync(file, 0o400);
	chmodSync(dirname(file), 0o500);
	onTestFinished(() => chmodSync(dirname(file), 0o700));
	expect(() => asPlainUser(() => openStore(file))).toThrow(
		expect.objectContaining({ name: "PrivatePathError", message: expect.stringContaining(dirname(file)) }),
	);
});

/** Root may write anywhere: it acts as nobody for a moment. */
const asPlainUser = (act: () => unknown): unknown => {
	if (process.getuid?.() !== 0) return act();
	process.seteuid!(65534);
	try {
		return act();
	} finally {
		process.seteuid!(0);
	}
};
