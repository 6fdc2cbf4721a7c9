import { execFileSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	linkSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import {
	type Access,
	atomicWrite,
	atomicWritePieces,
	WriteError,
} from "../../../ground/paths/atomicWrite.ts";
import { folderWith } from "../../support/folder.ts";
import { isRoot, otherUid } from "../../support/otherUser.ts";

const pieces = async function* (...texts: string[]) {
	yield* texts;
};

/** Both ways to write, which keep one set of rules. */
const ways = [
	[
		"at once",
		async (path: string, text: string, access: Access = "shared") => atomicWrite(path, text, access),
	],
	[
		"in pieces",
		(path: string, text: string, access: Access = "shared") =>
			atomicWritePieces(path, pieces(text.slice(0, 3), text.slice(3)), access),
	],
] as const;

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);
const read = (path: string) => readFileSync(path, "utf8");

test.each(ways)(
	"%s: a new file follows the umask, or is private; one that is there keeps its mode",
	async (_, write) => {
		const folder = folderWith({ kept: "old", closed: "old" });
		chmodSync(join(folder, "kept"), 0o754);
		chmodSync(join(folder, "closed"), 0o644);
		await write(join(folder, "new"), "a new text");
		await write(join(folder, "private"), "a new text", "private");
		await write(join(folder, "kept"), "a new text");
		await write(join(folder, "closed"), "a new text", "private");
		expect(["new", "private", "kept", "closed"].map((name) => [name, modeOf(join(folder, name))])).toEqual([
			["new", (0o666 & ~process.umask()).toString(8)],
			["private", "600"],
			["kept", "754"],
			["closed", "600"],
		]);
		expect(read(join(folder, "kept"))).toBe("a new text");
		expect(readdirSync(folder).sort()).toEqual(["closed", "kept", "new", "private"]);
	},
);

test.each(ways)(
	"%s: links stay links, also those to what is not there yet; a long name fits",
	async (_, write) => {
		const long = "n".repeat(250);
		const folder = folderWith({ real: "old", [long]: "old" });
		symlinkSync("real", join(folder, "one"));
		symlinkSync("one", join(folder, "two"));
		symlinkSync("later", join(folder, "dangling"));
		symlinkSync("round", join(folder, "round"));
		for (const name of ["two", "dangling", long]) await write(join(folder, name), "a new text");
		expect([readlinkSync(join(folder, "two")), readlinkSync(join(folder, "dangling"))]).toEqual([
			"one",
			"later",
		]);
		expect(["real", "later", long].map((name) => read(join(folder, name)))).toEqual(
			Array(3).fill("a new text"),
		);
		await expect(write(join(folder, "round"), "x")).rejects.toThrow(
			"round could not be written: it leads through",
		);
	},
);

test.each(ways)(
	"%s: a file with other names is written in its place, longer or shorter",
	async (_, write) => {
		const folder = folderWith({ a: "an old text that is longer" });
		linkSync(join(folder, "a"), join(folder, "b"));
		await write(join(folder, "a"), "a new text");
		expect([read(join(folder, "b")), statSync(join(folder, "a")).nlink]).toEqual(["a new text", 2]);
		await write(join(folder, "b"), "a new text ".repeat(20_000));
		expect(read(join(folder, "a"))).toBe("a new text ".repeat(20_000));
		expect(readdirSync(folder)).toEqual(["a", "b"]);
	},
);

test.each(ways)(
	"%s: what cannot be written is told by name and reason, and is as it was",
	async (_, write) => {
		const folder = folderWith({ file: "old", "full/x": "" });
		execFileSync("mkfifo", [join(folder, "pipe")]);
		for (const [path, reason] of [
			[join(folder, "no/file"), "no such file or directory (ENOENT)"],
			[join(folder, "file/below"), "not a directory (ENOTDIR)"],
			[join(folder, "full"), "it is not a regular file"],
			[join(folder, "pipe"), "it is not a regular file"],
			["/dev/null", "it is not a regular file"],
			[join(folder, "n".repeat(300)), "name too long (ENAMETOOLONG)"],
			[join(folder, "a\0b"), "a path cannot hold a NUL character"],
		] as const)
			await expect(write(path, "text")).rejects.toThrow(
				new WriteError(`${path} could not be written: ${reason}.`),
			);
		expect([read(join(folder, "file")), readdirSync(folder).sort()]).toEqual([
			"old",
			["file", "full", "pipe"],
		]);
	},
);

test("pieces that break off leave the file as it was, and their own error", async () => {
	const folder = folderWith({ file: "old" });
	const broken = async function* () {
		yield "half of it";
		throw new RangeError("no more");
	};
	await expect(atomicWritePieces(join(folder, "file"), broken(), "shared")).rejects.toThrow(
		new RangeError("no more"),
	);
	expect([read(join(folder, "file")), readdirSync(folder)]).toEqual(["old", ["file"]]);
});

/** As another user: their files in places where root has made it hard. */
const asOther = async (work: () => Promise<void>): Promise<void> => {
	process.seteuid!(otherUid);
	try {
		await work();
	} finally {
		process.seteuid!(0);
	}
};

test.runIf(isRoot).each(ways)(
	"%s: a folder that takes no new files, or another's file in it",
	async (_, write) => {
		const folder = folderWith({
			"closed/mine": "old",
			"open/roots": "old",
			"open/readonly": "old",
			"tmp/x": "",
		});
		vi.stubEnv("TMPDIR", join(folder, "tmp"));
		onTestFinished(() => void vi.unstubAllEnvs());
		chmodSync(join(folder, "tmp"), 0o777);
		for (const path of ["", "closed"]) chmodSync(join(folder, path), 0o755);
		chmodSync(join(folder, "open"), 0o1777);
		chownSync(join(folder, "closed/mine"), otherUid, otherUid);
		chmodSync(join(folder, "open/roots"), 0o666);
		await asOther(async () => {
			await write(join(folder, "closed/mine"), "a new text");
			await write(join(folder, "open/roots"), "a new text");
			await expect(write(join(folder, "open/readonly"), "x")).rejects.toThrow("permission denied (EACCES)");
			await expect(write(join(folder, "closed/new"), "x")).rejects.toThrow("permission denied (EACCES)");
		});
		expect([read(join(folder, "closed/mine")), read(join(folder, "open/roots"))]).toEqual([
			"a new text",
			"a new text",
		]);
		expect([statSync(join(folder, "open/roots")).uid, read(join(folder, "open/readonly"))]).toEqual([
			0,
			"old",
		]);
		// Root writes a person's file, which stays theirs.
		await write(join(folder, "closed/mine"), "newer");
		expect([statSync(join(folder, "closed/mine")).uid, readdirSync(join(folder, "closed"))]).toEqual([
			otherUid,
			["mine"],
		]);
		expect(readdirSync(join(folder, "tmp"))).toEqual(["x"]);
	},
);

test.runIf(isRoot)(
	"a full disk leaves the file as it was, and a file that is mounted by itself is written",
	async () => {
		const folder = folderWith({ mounted: "old", source: "old" });
		mkdirSync(join(folder, "small"));
		const run = (file: string, ...args: string[]) => execFileSync(file, args, { stdio: "pipe" });
		try {
			run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", join(folder, "small"));
		} catch {
			return; // a container that mounts nothing
		}
		try {
			writeFileSync(join(folder, "small/file"), "old");
			for (const [, write] of ways)
				await expect(write(join(folder, "small/file"), "x".repeat(100_000))).rejects.toThrow(
					"no space left on device (ENOSPC)",
				);
			expect([read(join(folder, "small/file")), readdirSync(join(folder, "small"))]).toEqual([
				"old",
				["file"],
			]);
			run("mount", "--bind", join(folder, "source"), join(folder, "mounted"));
			for (const [name, write] of ways) {
				await write(join(folder, "mounted"), name);
				expect(read(join(folder, "source"))).toBe(name);
			}
			// Its content is somewhere when the last step fails.
			linkSync(join(folder, "small/file"), join(folder, "small/again"));
			const message = await ways[0][1](join(folder, "small/file"), "x".repeat(100_000)).catch(
				(error: Error) => error.message,
			);
			const kept = /all that was to be written is in (\S+)\./.exec(String(message))?.[1] ?? "";
			expect(read(kept)).toBe("x".repeat(100_000));
			execFileSync("rm", [kept]);
			expect(basename(kept)).toMatch(/^\.ipyai-/);
		} finally {
			execFileSync("umount", [join(folder, "small")]);
			execFileSync("sh", ["-c", `umount '${join(folder, "mounted")}' || true`], { stdio: "pipe" });
		}
	},
);
