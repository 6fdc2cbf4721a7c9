import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export const repository = join(import.meta.dirname, "../..");

/** Files that git tracks, or would: paths from the repository's root. */
export const trackedFiles = (): string[] =>
	execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
		cwd: repository,
		encoding: "utf8",
		maxBuffer: 1 << 26,
	})
		.split("\0")
		.filter((path) => path !== "" && existsSync(join(repository, path)))
		.sort();

export const readSource = (path: string): string => readFileSync(join(repository, path), "utf8");

/** `to` is a path in the repository, a package name, or a module of Node (`node:fs`). */
export type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

const declaration = /^(?:import|export)\s+(type\s+)?(?:[\w$*\s{},]+?\sfrom\s+)?"([^"\n]+)"/gm;
const expression = /(typeof\s+)?\bimport\(\s*"([^"\n]+)"\s*\)(\.[A-Z])?/g;

/** What a module imports, as far as it is written in the usual form. */
export const importsOf = (from: string, text: string): Import[] => {
	const found: Import[] = [];
	for (const [, type, specifier = ""] of text.matchAll(declaration))
		found.push({ from, to: resolve(from, specifier), typeOnly: type !== undefined });
	for (const [, isTypeof, specifier = "", member] of text.matchAll(expression))
		found.push({ from, to: resolve(from, specifier), typeOnly: (isTypeof ?? member) !== undefined });
	return found;
};

/** `@scope/name` or `name`, without the path inside of the package. */
export const packageName = (specifier: string): string =>
	specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

const resolve = (from: string, specifier: string): string =>
	specifier.startsWith(".") ? normalize(join(dirname(from), specifier)) : specifier;
