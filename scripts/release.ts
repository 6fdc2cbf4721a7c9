/**
 * `npm run release -- [patch|minor|major|X.Y.Z] [--dry-run]`: packs a release from the committed files, installs the
 * package in an empty place and starts it there, makes and tries the Python packages (`release/wheel.ts`), and packs the
 * extension for VS Code (`release/vsix.ts`). Then writes the new version and changelog into this clone and leaves
 * the packages beside them; what is published is for a person to publish. `--dry-run` writes nothing here.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { bumpVersion } from "./release/bumpVersion.ts";
import { moveUnreleased } from "./release/changelog.ts";
import { packRelease, tryPackage } from "./release/pack.ts";
import { packExtension } from "./release/vsix.ts";
import { makeWheel, tryWheel, wheelPlatforms } from "./release/wheel.ts";

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
	const { path, name, files, folder: unpacked } = await packRelease(root, folder, written);
	process.stdout.write(`${name}: ${files.length} files\n`);
	tryPackage(path, folder, version);
	process.stdout.write(`Installed elsewhere, "ipyai --version" says ${version}.\n`);
	const python = join(root, ".python/bin/python");
	const wheels = wheelPlatforms.map((platform) =>
		makeWheel({ root, packed: { folder: unpacked, files }, version, folder, python }, platform),
	);
	for (const wheel of wheels)
		process.stdout.write(`${basename(wheel)}: ${(statSync(wheel).size / 1e6).toFixed(1)} MB\n`);
	const own = wheelPlatforms.findIndex((each) => each.name === `${process.platform}-${process.arch}`);
	if (own !== -1) {
		tryWheel(wheels[own]!, folder, version, python);
		process.stdout.write("Installed by pip where there is no Node, it runs a cell.\n");
	}
	const extension = await packExtension(join(root, "examples/vscode"), version);
	process.stdout.write(`${extension.name}: ${Math.round(extension.content.length / 1024)} KB\n`);
	if (!dryRun) {
		writeFileSync(join(root, extension.name), extension.content);
		for (const [file, text] of Object.entries(written)) writeFileSync(join(root, file), text);
		for (const made of [path, ...wheels]) copyFileSync(made, join(root, basename(made)));
		process.stdout.write(
			`Next: git commit -am "release: ${version}" && git tag v${version} && npm publish ${name} && twine upload ipyai-${version}-*.whl\n` +
				`The extension: code --install-extension ${extension.name}, or vsce publish --packagePath ${extension.name}\n`,
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
