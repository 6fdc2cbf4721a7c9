/** The extension for VS Code as a file to install. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packExtension } from "../../scripts/release/vsix.ts";
import { zip } from "../../scripts/release/zip.ts";
import { folderWith } from "../support/folder.ts";
import { testPython } from "../support/python.ts";
import { repository } from "../support/sources.ts";

/** Python's own reader of archives, which checks each file's sum. */
const unpacked = (content: Buffer): Record<string, string> => {
	const folder = folderWith({});
	const path = join(folder, "a.zip");
	writeFileSync(path, content);
	const code = `import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps({name: archive.read(name).decode("utf8", "replace") for name in archive.namelist()}))`;
	return JSON.parse(execFileSync(testPython(), ["-c", code, path], { encoding: "utf8", maxBuffer: 1e8 }));
};

test("an archive is read as it was written", () => {
	const files = { "a.txt": "one\n".repeat(1000), "folder/ä.txt": "", "b.bin": "\u0000\u0001" };
	const content = zip(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
	expect(unpacked(content)).toEqual(files);
	expect(content.length).toBeLessThan(600);
});

test("the extension is one file of code, with a manifest of its version, a licence, an icon and a page", async () => {
	const { name, content } = await packExtension(join(repository, "examples/vscode"), "4.5.6");
	expect(name).toBe("ipyai-4.5.6.vsix");
	const files = unpacked(content);
	expect(Object.keys(files).sort()).toEqual([
		"[Content_Types].xml",
		"extension.vsixmanifest",
		"extension/LICENSE.txt",
		"extension/extension.js",
		"extension/icon.png",
		"extension/package.json",
		"extension/readme.md",
	]);
	const manifest = JSON.parse(files["extension/package.json"]!);
	expect(manifest).toMatchObject({ version: "4.5.6", main: "./extension.js", icon: "icon.png" });
	expect(manifest).not.toHaveProperty("dependencies");
	expect(manifest).not.toHaveProperty("private");
	expect(files["extension.vsixmanifest"]).toContain(
		'<Identity Language="en-US" Id="ipyai" Version="4.5.6" Publisher="ipyai"/>',
	);
	// Beside Node's own modules it asks for the editor alone.
	const asked = [...files["extension/extension.js"]!.matchAll(/\brequire\("([^"]+)"\)/g)].map(
		([, id]) => id!,
	);
	const foreign = asked.filter(
		(id) => !id.startsWith("node:") && !(process.getBuiltinModule(id) !== undefined),
	);
	expect([...new Set(foreign)]).toEqual(["vscode"]);
});
