/**
 * `npm run release -- [patch|minor|major|X.Y.Z] [--dry-run]`: packs a release from the committed files, installs the
 * package in an empty place and starts it there. Then writes the new version and changelog into this clone and leaves
 * the package beside them; what is published is for a person to publish. `--dry-run` writes nothing here.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bumpVersion } from "./release/bumpVersion.ts";
import { moveUnreleased } from "./release/changelog.ts";
import { packRelease, tryPackage } from "./release/pack.ts";

const root = join(import.meta.dirname, "..");
const dryRun = process.argv.includes("--dry-run");
const [step = "patch"] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));

const changed = execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
if (changed !== "" && !dryRun) {
	process.stderr.write(`Not released: there are changes that are not committed.\n${changed}`);
	process.exit(1);
}

const version = bumpVersion(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version, step);
const day = new Date().toISOString().slice(0, 10);
const written = {
	"package.json": withVersion("package.json"),
	"package-lock.json": withVersion("package-lock.json"),
	"CHANGELOG.md": moveUnreleased(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version, day),
};

const folder = mkdtempSync(join(tmpdir(), "ipyai-release-"));
try {
	const { path, name, files } = await packRelease(root, folder, written);
	process.stdout.write(`${name}: ${files.length} files\n`);
	tryPackage(path, folder, version);
	process.stdout.write(`Installed elsewhere, "ipyai --version" says ${version}.\n`);
	if (!dryRun) {
		for (const [file, text] of Object.entries(written)) writeFileSync(join(root, file), text);
		copyFileSync(path, join(root, name));
		process.stdout.write(
			`Next: git commit -am "release: ${version}" && git tag v${version} && npm publish ${name}\n`,
		);
	}
} catch (error) {
	process.stderr.write(`Not released: ${error instanceof Error ? error.message : error}\n`);
	process.exitCode = 1;
} finally {
	rmSync(folder, { recursive: true, force: true });
}

function withVersion(file: string): string {
	const content = JSON.parse(readFileSync(join(root, file), "utf8"));
	content.version = version;
	if (content.packages?.[""] !== undefined) content.packages[""].version = version;
	return `${JSON.stringify(content, null, "\t")}\n`;
}
