/** The rules about tools: the person's, and those of their project, which only narrow. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../backends/backend.ts";
import { parseRules, type Rule } from "../../tools/rules.ts";
import { loadConfig, parseConfig } from "./config.ts";

/** In a project, beside what else it brings. */
const projectFile = (project: string): string => join(project, ".ipyai", "config.json");
/** What others bring is short, so that each call is decided at once. */
const maxChars = 16 * 1024;

/** Read anew for each call: a file is changed by hand. Never throws. */
export const permissionRules = (environment: Environment, project: string): readonly Rule[] => [
	...parseRules(loadConfig(environment).config.rules ?? {}, "person"),
	...parseRules(projectConfig(project), "project"),
];

const projectConfig = (project: string) => {
	try {
		const path = projectFile(project);
		const text = readFileSync(path, "utf8");
		return text.length > maxChars ? {} : (parseConfig(text, path).config.rules ?? {});
	} catch {
		// Most projects bring none.
		return {};
	}
};
