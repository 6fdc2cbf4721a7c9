/** Reads one skill from the disk. What stands there came from anybody: it is looked at before it is opened, and bounded. */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { headOf } from "../../ground/text/wholeCharacters.ts";
import { type Brought, broughtBy, readFrontMatter } from "../context/frontMatter.ts";
import { findRefs, findToolNames } from "../context/refs.ts";
import { evalBlocks } from "./evalBlocks.ts";
import type { Root } from "./roots.ts";
import type { PassedOver, Skill } from "./skill.ts";

/** It goes to the model whole. */
const maxBytes = 128 * 1024;
/** Longer ones are cut: each stands at the head of every request. */
const maxDescription = 1024;
const nameForm = /^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,63}$/u;
const maxBlocks = 20;
const maxWords = 50;

/** The skill in a folder of a root; `null` where the folder is none. Never rejects. */
export const readSkill = async (folder: string, root: Root): Promise<Skill | PassedOver | null> => {
	const path = join(folder, "SKILL.md");
	const passedOver = (reason: string): PassedOver => ({ path, reason });
	try {
		const [realFolder, file] = await Promise.all([realpath(folder), realpath(path)]);
		if (!file.startsWith(realFolder + sep)) return passedOver("is a link that leads out of its folder");
		const { within } = root;
		if (within !== null && !realFolder.startsWith(within.endsWith(sep) ? within : within + sep))
			return passedOver(`lies behind a link that leads out of ${within}`);
		const read = await readText(file);
		if ("reason" in read) return passedOver(read.reason);
		const matter = await readFrontMatter(read.text);
		if (matter.kind === "none") return passedOver("has no front matter, which would name it");
		if (matter.kind === "broken") return passedOver(matter.reason);
		const { name, description = "" } = matter.fields;
		if (typeof name !== "string" || !nameForm.test(name))
			return passedOver("has no name of up to 64 letters, digits, dots and dashes");
		if (typeof description !== "string") return passedOver("has a description that is no text");
		const blocks = evalBlocks(matter.body);
		if (blocks.length > maxBlocks) return passedOver(`has more than ${maxBlocks} blocks to be run`);
		return {
			name: root.plugin === null ? name : `${root.plugin}:${name}`,
			description: headOf(description.replace(/\s+/g, " ").trim(), maxDescription),
			folder: realFolder,
			origin: root.origin,
			text: read.text,
			hash: createHash("sha256").update(read.text).digest("hex"),
			blocks,
			brought: brought(matter.fields, matter.body),
		};
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		return code === "ENOENT" || code === "ENOTDIR"
			? null
			: passedOver(`cannot be read (${code ?? "unknown error"})`);
	}
};

/** What its head lists and its text refers to. */
const brought = (fields: Readonly<Record<string, unknown>>, body: string): Brought => {
	const { tools, variables, commands } = broughtBy(fields);
	const refs = findRefs(body).flatMap(({ ref, explicit }) => (explicit ? [ref] : []));
	const kept = (...texts: readonly string[]): string[] => [...new Set(texts)].slice(0, maxWords);
	return {
		tools: kept(...tools, ...findToolNames(body)).filter((tool) => isFunctionName(tool)),
		variables: kept(
			...variables,
			...refs.flatMap((ref) => (ref.kind === "variable" ? [ref.expression] : [])),
		),
		commands: kept(...commands, ...refs.flatMap((ref) => (ref.kind === "shell" ? [ref.command] : []))),
	};
};

/** Claude Code's skills name its own tools in `allowed-tools`: what these may do is decided elsewhere. */
const claudesTools =
	/^(Agent|Bash|BashOutput|Edit|ExitPlanMode|Glob|Grep|KillShell|LS|MultiEdit|Notebook(Edit|Read)|Read|Skill|SlashCommand|Task|TodoWrite|Web(Fetch|Search)|Write|mcp__\w+)$/;

const isFunctionName = (name: string): boolean =>
	/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !claudesTools.test(name);

/** Nothing that waits (a pipe, a device) is read, and nothing that another person could exchange. */
const readText = async (path: string): Promise<{ text: string } | { reason: string }> => {
	const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
	try {
		const stats = await file.stat();
		if (!stats.isFile()) return { reason: "is no regular file" };
		const uid = process.getuid?.() ?? 0;
		if (stats.uid !== uid && stats.uid !== 0) return { reason: "belongs to another user" };
		if ((stats.mode & 0o002) !== 0) return { reason: "can be written by everybody" };
		if (stats.size > maxBytes) return { reason: `is longer than ${maxBytes / 1024} KB` };
		const buffer = Buffer.alloc(maxBytes + 1);
		const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
		if (bytesRead > maxBytes) return { reason: `is longer than ${maxBytes / 1024} KB` };
		return { text: new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, bytesRead)) };
	} catch (error) {
		if (error instanceof TypeError) return { reason: "is no UTF-8" };
		throw error;
	} finally {
		await file.close();
	}
};
