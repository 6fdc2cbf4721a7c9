/** `npm run vsix`: packs the extension for VS Code into this folder. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packExtension } from "./release/vsix.ts";

const root = join(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { name, content } = await packExtension(join(root, "examples/vscode"), version);
writeFileSync(join(root, name), content);
process.stdout.write(`${name}: code --install-extension ${name}\n`);
