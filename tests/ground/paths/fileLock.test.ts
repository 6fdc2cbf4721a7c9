import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isStale, withLock } from "../../../ground/paths/fileLock.mjs";
import { folderWith } from "../../support/folder.ts";

const never = () => {
	throw new Error("waited");
};
const endedPid = () => spawnSync("true").pid;

test("the second waits for the first, is told once who holds the lock, and leaves none behind", async () => {
	const path = join(folderWith(), "state/.lock");
	const order: string[] = [];
	let release = () => {};
	const first = withLock(path, never, async () => {
		order.push("first begins");
		await new Promise<void>((resolve) => {
			release = resolve;
		});
		order.push("first ends");
	});
	const second = withLock(
		path,
		(pid) => {
			order.push(`second waits for ${pid === process.pid ? "us" : pid}`);
			release();
		},
		async () => order.push("second"),
	);
	await Promise.all([first, second]);
	expect(order).toEqual(["first begins", "second waits for us", "first ends", "second"]);
	expect(existsSync(path)).toBe(false);
});

test("a failed holder lets go of the lock", async () => {
	const path = join(folderWith(), ".lock");
	await expect(withLock(path, never, async () => Promise.reject(new Error("no network")))).rejects.toThrow(
		"no network",
	);
	expect(await withLock(path, never, async () => "next")).toBe("next");
});

test("the lock of a process that has died is taken over", async () => {
	const path = join(folderWith(), ".lock");
	writeFileSync(path, `${endedPid()} ${hostname()}\n`);
	expect(await withLock(path, never, async () => "mine")).toBe("mine");
});

test("only a dead process here, or a silent one anywhere, is given up", () => {
	const holder = { pid: process.pid, host: hostname(), ageMs: 0 };
	expect(isStale(holder)).toBe(false);
	expect(isStale({ ...holder, pid: endedPid() })).toBe(true);
	expect(isStale({ ...holder, pid: endedPid(), host: "elsewhere" })).toBe(false);
	expect(isStale({ ...holder, host: "elsewhere", ageMs: 60_000 })).toBe(true);
});
