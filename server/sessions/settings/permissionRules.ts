/** The rules about tools: the person's, and those of their project, which only narrow. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../backends/backend.ts";
import { parseRules, type Rule, type RuleTexts } from "../../tools/rules.ts";
import { loadConfig, parseConfig } from "./config.ts";

/** In a project, beside what else it brings. */
const projectFile = (project: string): string => join(project, ".ipyai", "config.json");
/** What others bring is short, so that each call is decided at once. */
const maxBytes = 64 * 1024;

/** Read anew for each call: a file is changed by hand. Never throws. */
export const permissionRules = (environment: Environment, project: string): readonly Rule[] => [
	...parseRules(loadConfig(environment).config.rules ?? {}, "person"),
	...parseRules(projectConfig(project), "project"),
];

/** A file that is there and cannot be understood may deny anything: then everything is asked about. */
const unknownRules: RuleTexts = { ask: ["*"] };

const projectConfig = (project: string): RuleTexts => {
	const path = projectFile(project);
	try {
		const stats = statSync(path, { throwIfNoEntry: false });
		if (!stats) return {};
		if (!stats.isFile() || stats.size > maxBytes) return unknownRules;
		const { config, problems } = parseConfig(readFileSync(path, "utf8"), path);
		return problems.length > 0
			? { ...config.rules, ask: [...(config.rules?.ask ?? []), "*"] }
			: (config.rules ?? {});
	} catch (error) {
		// No folder of this name, or a file in its place: the project brings no rules.
		return (error as NodeJS.ErrnoException).code === "ENOTDIR" ? {} : unknownRules;
	}
};
