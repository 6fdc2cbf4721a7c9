import { existsSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pruneBlobs } from "../../../server/store/blobs.ts";
import { testFolder, testStore } from "../../support/store.ts";

test("reads a blob from any place, in characters", () => {
	const store = testStore();
	store.appendBlob("s", "b", "añ\ud83d");
	store.appendBlob("s", "b", "\ude00z");
	const read = (offset: number, maxChars: number) => store.readBlob("b", offset, maxChars);
	expect(read(0, 99)).toEqual({ text: "añ\u{1f600}z", offset: 0, totalChars: 5 });
	expect(read(1, 1)).toEqual({ text: "ñ", offset: 1, totalChars: 5 });
	expect(read(9, 1)).toEqual({ text: "", offset: 5, totalChars: 5 });
	expect(store.readBlob("none", 0, 1)).toBeNull();
});

test("a piece of a blob never splits a character, and pieces make the whole", () => {
	const store = testStore();
	const whole = `a${"\u{1f600}".repeat(7)}z\ud83d`;
	store.appendBlob("s", "b", whole);
	for (const maxChars of [1, 2, 3, 5, 99]) {
		let text = "";
		for (;;) {
			const piece = store.readBlob("b", text.length, maxChars)!;
			expect(piece.offset).toBe(text.length);
			if (piece.text === "") break;
			text += piece.text;
		}
		expect(text, `${maxChars} at a time`).toBe(whole);
	}
	expect(store.readBlob("b", 2, 3)).toMatchObject({ text: "\u{1f600}", offset: 1 });
});

test("keeps blobs in its own folder, closed to others", () => {
	const folder = testFolder();
	const store = testStore({ folder });
	store.appendBlob("s", "b", "x");
	expect(statSync(join(folder, "blobs")).mode & 0o777).toBe(0o700);
	expect(statSync(join(folder, "blobs/b")).mode & 0o777).toBe(0o600);
	for (const name of ["../b", "", "a/b", ".b", "-b"])
		expect(() => store.appendBlob("s", name, "x"), name).toThrow(/cannot name a blob/);
	writeFileSync(join(folder, "target"), "");
	symlinkSync(join(folder, "target"), join(folder, "blobs/link"));
	expect(() => store.appendBlob("s", "link", "x")).toThrow(/is a symbolic link/);
});

test("prunes the oldest blobs", () => {
	const folder = testFolder();
	for (const [name, time] of [
		["old", 100],
		["middle", 200],
		["new", 300],
	] as const) {
		writeFileSync(join(folder, name), "1234");
		utimesSync(join(folder, name), time, time);
	}
	expect(pruneBlobs(folder, { minTime: 150_000, maxBytes: 100 })).toBe(1);
	expect(existsSync(join(folder, "old"))).toBe(false);
	expect(pruneBlobs(folder, { minTime: 0, maxBytes: 4 })).toBe(1);
	expect(existsSync(join(folder, "new"))).toBe(true);
	expect(pruneBlobs(join(folder, "none"), { minTime: 0, maxBytes: 4 })).toBe(0);
});

test("output that nobody asked for in half a year goes, looked at once an hour", () => {
	const folder = testFolder();
	const hour = 60 * 60 * 1000;
	let now = 400 * 24 * hour;
	const store = testStore({ folder, now: () => now });
	store.appendBlob("s", "old", "x");
	store.appendBlob("s", "new", "x");
	const age = (name: string, days: number) => {
		const seconds = (now - days * 24 * hour) / 1000;
		utimesSync(join(folder, "blobs", name), seconds, seconds);
	};
	age("old", 184);
	age("new", 182);
	store.keepBlobsSmall();
	expect(readdirSync(join(folder, "blobs"))).toEqual(["new"]);
	age("new", 200);
	store.keepBlobsSmall();
	expect(readdirSync(join(folder, "blobs"))).toEqual(["new"]);
	now += hour;
	store.keepBlobsSmall();
	expect(readdirSync(join(folder, "blobs"))).toEqual([]);
});
