import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildBundles, programs } from "../build/bundle.ts";
import { outsideOfNpm } from "../setup/packages.mjs";
import { findFaults } from "./packageFiles.ts";

type Package = {
	readonly path: string;
	readonly name: string;
	readonly files: readonly string[];
	/** Where the files lie unpacked, among others. */
	readonly folder: string;
};

/**
 * Packs the files that git knows, with `written` in place of theirs, and bundles made from them alone. Works in
 * `folder`; the clone and its dist/ stay as they are. Fails when a file is missing or does not belong.
 */
export const packRelease = async (
	root: string,
	folder: string,
	written: Readonly<Record<string, string>>,
): Promise<Package> => {
	const staging = join(folder, "package");
	for (const path of execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0")) {
		if (path === "" || !existsSync(join(root, path))) continue;
		mkdirSync(dirname(join(staging, path)), { recursive: true });
		cpSync(join(root, path), join(staging, path));
	}
	for (const [path, text] of Object.entries(written)) writeFileSync(join(staging, path), text);
	symlinkSync(join(root, "node_modules"), join(staging, "node_modules"));
	await buildBundles(staging, programs, { clean: true });

	const [packed] = JSON.parse(
		npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], staging),
	);
	const files = (packed.files as { path: string }[]).map(({ path }) => path);
	const faults = findFaults(files);
	if (faults.length > 0) throw new Error(`the package is wrong.\n${faults.join("\n")}`);
	return { path: join(folder, packed.filename), name: packed.filename, files, folder: staging };
};

/** Installs the package as a person would, in an empty place, and asks it for its version. */
export const tryPackage = (path: string, folder: string, version: string): void => {
	const prefix = join(folder, "prefix");
	npm(["install", "--global", "--prefix", prefix, "--no-audit", "--no-fund", path], folder);
	for (const name of ["ipyai", "ipyclaude", "ipycodex"]) {
		const said = execFileSync(join(prefix, "bin", name), ["--version"], { encoding: "utf8", cwd: folder });
		if (!said.includes(version))
			throw new Error(`the installed ${name} says "${said.trim()}", not ${version}.`);
	}
};

export const npm = (args: readonly string[], cwd: string): string =>
	execFileSync("npm", args, {
		cwd,
		encoding: "utf8",
		env: outsideOfNpm(process.env),
		stdio: ["ignore", "pipe", "inherit"],
	});
