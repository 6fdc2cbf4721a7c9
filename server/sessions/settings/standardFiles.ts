/**
 * The files that a person finds in the configuration's folder after the first start, to be edited: settings that
 * hide nothing (no model, so that the environment and new defaults count) and the standard instructions.
 */
import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../../ground/paths/privateFiles.mjs";
import { standardTemplate } from "../../context/systemPrompt.ts";

const config = {
	permissions: "ask",
	code_theme: "auto",
	log_exact: false,
	log_redact: true,
	prompt_mode: false,
};

/** Writes what is absent. A folder that cannot be written is left: defaults hold without files. */
export const writeStandardFiles = (folder: string): void => {
	try {
		makeFolder(folder);
		writeNew(join(folder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
		writeNew(join(folder, "sysp.txt"), `${mark(standardTemplate())}\n${standardTemplate()}\n`);
	} catch {
		// Read-only homes are usual in containers.
	}
};

const writeNew = (path: string, text: string): void => {
	if (!existsSync(path)) writeFileSync(path, text, { mode: 0o600, flag: "wx" });
};

/** The first line of the file as we write it. It tells whether anybody has changed what follows. */
const mark = (text: string): string =>
	`<!-- ipyai ${shortHash(text)}: the standard instructions. Edit them and they are yours; unedited they follow updates. -->`;

const shortHash = (text: string): string =>
	createHash("sha256").update(text.trim()).digest("hex").slice(0, 12);

/** What a person wrote in `sysp.txt`, without our line; `null` when they have left it as we wrote it. */
export const ownText = (text: string): string | null => {
	const match = /^<!-- ipyai ([0-9a-f]{12}): [^\n]*-->\n/.exec(text);
	if (!match) return text;
	const rest = text.slice(match[0].length);
	return shortHash(rest) === match[1] ? null : rest;
};
