import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../../support/folder.ts";
import { isRoot, otherUid } from "../../support/otherUser.ts";
import { repository } from "../../support/sources.ts";

/** Where the cache is, of a program that was started with everybody allowed everything; empty where it is off. */
const cacheOf = (XDG_CACHE_HOME: string): string => {
	const path = join(repository, "ground/paths/compileCache.mjs");
	const code = `import module from "node:module";
		process.umask(0);
		(await import(${JSON.stringify(path)})).useCompileCache();
		console.log(module.getCompileCacheDir() ?? "");
		process.exit();`;
	const args = ["--input-type=module", "-e", code];
	return execFileSync(process.execPath, args, {
		encoding: "utf8",
		env: { PATH: process.env.PATH, XDG_CACHE_HOME },
	}).trim();
};

test("compiled code lies where nobody else can write, whatever was there before", () => {
	const cache = folderWith({ "ipyai/compile/x": "" });
	for (const path of ["ipyai", "ipyai/compile"]) chmodSync(join(cache, path), 0o777);
	expect(cacheOf(cache)).toContain(join(cache, "ipyai/compile"));
	const modes = ["ipyai", "ipyai/compile"].map((path) => statSync(join(cache, path)).mode & 0o777);
	expect(modes).toEqual([0o700, 0o700]);
});

test("without such a place nothing is cached", () => {
	const open = folderWith();
	chmodSync(open, 0o777);
	expect([cacheOf(open), existsSync(join(open, "ipyai"))]).toEqual(["", false]);
	const linked = folderWith({ "elsewhere/x": "" });
	symlinkSync(join(linked, "elsewhere"), join(linked, "ipyai"));
	expect(cacheOf(linked)).toBe("");
	expect(cacheOf("/proc/none")).toBe("");
});

test.runIf(isRoot)("code that another user may have compiled is not run", () => {
	const cache = folderWith({ "ipyai/compile/x": "" });
	chownSync(join(cache, "ipyai/compile"), otherUid, otherUid);
	expect(cacheOf(cache)).toBe("");
});
