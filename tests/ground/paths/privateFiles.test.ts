import { execFileSync } from "node:child_process";
import {
	chmodSync,
	chownSync,
	closeSync,
	constants,
	existsSync,
	mkdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
	ensureOwnFile,
	ensurePrivateFolder,
	isOwnSocket,
	makeFolder,
	openOwnFile,
} from "../../../ground/paths/privateFiles.mjs";
import { connectPrivately } from "../../../ground/paths/privateSocket.ts";
import { checkWay } from "../../../ground/paths/privateWay.mjs";
import { folderWith } from "../../support/folder.ts";
import { isRoot, listenAsOther, otherUid } from "../../support/otherUser.ts";

const { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } = constants;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const fifo = (path: string): string => {
	execFileSync("mkfifo", [path]);
	return path;
};
const withUmask = <Result>(umask: number, work: () => Result): Result => {
	const before = process.umask(umask);
	try {
		return work();
	} finally {
		process.umask(before);
	}
};

test.each([0o000, 0o002, 0o022, 0o077, 0o277, 0o777])("umask %o: folders 700, files 600", (umask) => {
	const root = folderWith();
	withUmask(umask, () => {
		ensurePrivateFolder(join(root, "a/b/c"));
		ensureOwnFile(join(root, "a/b/c/file"));
		closeSync(openOwnFile(join(root, "a/b/c/log"), O_APPEND | O_CREAT | O_WRONLY));
	});
	expect(["a", "a/b", "a/b/c"].map((path) => modeOf(join(root, path)))).toEqual(["700", "700", "700"]);
	expect([modeOf(join(root, "a/b/c/file")), modeOf(join(root, "a/b/c/log"))]).toEqual(["600", "600"]);
});

test("a folder of ours that others may enter is closed to them; what is above stays as it is", () => {
	const root = folderWith({ "above/mine/file": "" });
	chmodSync(join(root, "above"), 0o755);
	chmodSync(join(root, "above/mine"), 0o777);
	ensurePrivateFolder(join(root, "above/mine"));
	expect([modeOf(join(root, "above")), modeOf(join(root, "above/mine"))]).toEqual(["755", "700"]);
});

test("links, pipes, sockets and files in a folder's or a file's place are refused, and nothing waits", () => {
	const root = folderWith({ "elsewhere/file": "kept", file: "" });
	symlinkSync(join(root, "elsewhere"), join(root, "link"));
	symlinkSync(join(root, "elsewhere/file"), join(root, "fileLink"));
	symlinkSync(join(root, "nowhere"), join(root, "dangling"));
	fifo(join(root, "pipe"));
	expect(() => ensurePrivateFolder(join(root, "link"))).toThrow("is a symbolic link");
	expect(() => ensurePrivateFolder(join(root, "dangling"))).toThrow("is a symbolic link");
	expect(() => ensurePrivateFolder(join(root, "file"))).toThrow("is not a folder: move it away");
	for (const flags of [O_RDONLY, O_CREAT | O_APPEND | O_WRONLY, O_CREAT | O_RDONLY]) {
		for (const name of ["fileLink", "dangling"])
			expect(() => openOwnFile(join(root, name), flags)).toThrow("is a symbolic link");
		expect(() => openOwnFile(join(root, "pipe"), flags)).toThrow("is not a file: move it away");
		expect(() => openOwnFile(join(root, "elsewhere"), flags)).toThrow("is not a file: move it away");
	}
	expect(() => ensureOwnFile(join(root, "pipe"))).toThrow("is not a file");
	expect(() => isOwnSocket(join(root, "file"))).toThrow("is not a socket");
	expect(readFileSync(join(root, "elsewhere/file"), "utf8")).toBe("kept");
	expect(existsSync(join(root, "nowhere"))).toBe(false);
});

test("a way that others can change is refused, with what to do", () => {
	const root = folderWith({ "open/real/x": "", "shared/x": "" });
	chmodSync(join(root, "open"), 0o777);
	chmodSync(join(root, "shared"), 0o1777);
	symlinkSync(join(root, "open/real"), join(root, "link"));
	symlinkSync("link", join(root, "linkToLink"));
	const cure = `chmod go-w '${join(root, "open")}'`;
	expect(() => ensurePrivateFolder(join(root, "open/mine"))).toThrow(cure);
	expect(existsSync(join(root, "open/mine"))).toBe(false);
	expect(() => ensurePrivateFolder(join(root, "open/real/mine")), "further up").toThrow(cure);
	expect(() => ensurePrivateFolder(join(root, "link/mine")), "behind a link").toThrow(cure);
	expect(() => ensurePrivateFolder(join(root, "linkToLink/mine")), "behind two").toThrow(cure);
	// As /tmp is: others add to it and move nothing of ours.
	ensurePrivateFolder(join(root, "shared/mine"));
	chmodSync(join(root, "open"), 0o755);
	ensurePrivateFolder(join(root, "linkToLink/mine"));
	expect(existsSync(join(root, "open/real/mine"))).toBe(true);
});

test("a link to itself ends", () => {
	const root = folderWith();
	symlinkSync("round", join(root, "round"));
	expect(() => checkWay(join(root, "round/x"))).toThrow("too many links");
});

test("a folder that cannot be made is told in words, and at once", () => {
	expect(() => makeFolder("/proc/nohome/.local/state/ipyai")).toThrow(
		"/proc/nohome could not be made: no such file or directory (ENOENT).",
	);
	const root = folderWith({ file: "" });
	expect(() => ensurePrivateFolder(join(root, "file/below"), "Set X.")).toThrow(/not a directory.* Set X\.$/);
});

test.runIf(isRoot)(
	"what belongs to another user is refused: folder, file, socket, link, the way",
	async () => {
		const root = folderWith({ "theirs/x": "", "file.txt": "secret", "way/mine/x": "" });
		const theirs = (path: string) => chownSync(join(root, path), otherUid, otherUid);
		theirs("theirs");
		theirs("file.txt");
		theirs("way");
		mkdirSync(join(root, "sticky"));
		chmodSync(join(root, "sticky"), 0o1777);
		execFileSync("ln", ["-s", root, join(root, "sticky/link")]);
		execFileSync("chown", ["-h", String(otherUid), join(root, "sticky/link")]);
		const refusal = `belongs to user ${otherUid}`;
		expect(() => ensurePrivateFolder(join(root, "theirs"))).toThrow(`${refusal}, not to you (0)`);
		expect(() => openOwnFile(join(root, "file.txt"), O_RDONLY)).toThrow(refusal);
		expect(() => ensureOwnFile(join(root, "file.txt"))).toThrow(refusal);
		expect(() => ensurePrivateFolder(join(root, "way/mine"))).toThrow(`${refusal}, who could exchange`);
		expect(() => ensurePrivateFolder(join(root, "sticky/link/new"))).toThrow(
			`${refusal}, who could exchange`,
		);
		// Root may; nothing was changed on the way to the refusal.
		expect([statSync(join(root, "theirs")).uid, existsSync(join(root, "new"))]).toEqual([otherUid, false]);
	},
);

test("nobody but this person is connected to", async () => {
	const root = folderWith();
	const path = join(root, "s.sock");
	expect(await connectPrivately(path)).toBe(null);
	const server = createServer((socket) => socket.end()).listen(path);
	onTestFinished(() => void server.close());
	await new Promise((resolve) => server.once("listening", resolve));
	chmodSync(path, 0o777);
	const socket = await connectPrivately(path);
	socket?.destroy();
	expect([socket === null, modeOf(path)]).toEqual([false, "700"]);
	symlinkSync(path, join(root, "link.sock"));
	await expect(connectPrivately(join(root, "link.sock"))).rejects.toThrow("is a symbolic link");
	writeFileSync(join(root, "file.sock"), "");
	await expect(connectPrivately(join(root, "file.sock"))).rejects.toThrow("is not a socket");
	chmodSync(root, 0o777);
	await expect(connectPrivately(path)).rejects.toThrow("can be written by others");
});

test.runIf(isRoot)("a socket that another user listens on is left alone", async () => {
	const root = folderWith();
	chmodSync(root, 0o777);
	const path = join(root, "s.sock");
	await listenAsOther(path);
	chmodSync(root, 0o700);
	await expect(connectPrivately(path)).rejects.toThrow(`belongs to user ${otherUid}`);
});
