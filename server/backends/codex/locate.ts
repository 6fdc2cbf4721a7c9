/** Where Codex is, and whose account or key it would use. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Login } from "../../../protocol/index.ts";
import type { Environment } from "../backend.ts";
import { codexHome, firstSet, readVariable } from "../programs/environment.ts";
import { findOnPath, isExecutable, packageFile } from "../programs/executables.ts";
import { objectIn } from "../programs/json.ts";

/** The command line before its arguments: a setting, else the installed package, else the path. */
export const findCodex = (environment: Environment): readonly string[] | null => {
	const chosen = readVariable(environment, "IPYAI_CODEX_CMD");
	if (chosen !== null) {
		const words = [...chosen.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
			([, double, single, plain]) => double ?? single ?? plain ?? "",
		);
		const program = words[0] ?? "";
		const path = program.includes("/") ? program : findOnPath(program, environment);
		return path !== null && isExecutable(path) ? [path, ...words.slice(1)] : null;
	}
	const packaged = packageFile(`@openai/codex-${process.platform}-${process.arch}/package.json`);
	const target = targets[`${process.platform}-${process.arch}`];
	if (packaged !== null && target !== undefined) {
		const program = join(dirname(packaged), "vendor", target, "bin", "codex");
		if (isExecutable(program)) return [program];
	}
	const onPath = findOnPath("codex", environment);
	return onPath === null ? null : [onPath];
};

const targets: Readonly<Record<string, string>> = {
	"linux-x64": "x86_64-unknown-linux-musl",
	"linux-arm64": "aarch64-unknown-linux-musl",
	"darwin-x64": "x86_64-apple-darwin",
	"darwin-arm64": "aarch64-apple-darwin",
};

export const codexLogin = (environment: Environment): Login => {
	if (findCodex(environment) === null) {
		const chosen = readVariable(environment, "IPYAI_CODEX_CMD");
		return {
			kind: "missing",
			hint:
				chosen === null
					? "Install Codex for ipyai with npm install -g @openai/codex."
					: `IPYAI_CODEX_CMD says ${chosen}, which is no program: correct or unset it.`,
		};
	}
	const home = codexHome(environment);
	const provider = ownProvider(readOr(join(home, "config.toml"), ""));
	if (provider !== null) {
		if (provider.keyName === null) return { kind: "notNeeded" };
		return readVariable(environment, provider.keyName) === null
			? { kind: "missing", hint: `Codex's config.toml wants a key in ${provider.keyName}: set it.` }
			: { kind: "environment", name: provider.keyName };
	}
	const stored = objectIn(join(home, "auth.json")) ?? {};
	if (stored.tokens) return { kind: "login", name: "ChatGPT account" };
	const key = firstSet(environment, ["CODEX_API_KEY", "CODEX_ACCESS_TOKEN"]);
	if (key !== null) return { kind: "environment", name: key.name };
	if (stored.OPENAI_API_KEY) return { kind: "storedKey", name: "Codex's auth.json" };
	return { kind: "missing", hint: "Log in with codex login." };
};

/** What reasoning is bound to: another provider or account cannot read it. */
export const codexEndpoint = (environment: Environment): string => {
	const home = codexHome(environment);
	return `${ownProvider(readOr(join(home, "config.toml"), ""))?.baseUrl ?? "openai"} of ${home}`;
};

/** The provider that the person's configuration chooses instead of OpenAI. */
const ownProvider = (toml: string): { keyName: string | null; baseUrl: string | null } | null => {
	const top = toml.split(/^\s*\[/m)[0] ?? "";
	const name = /^\s*model_provider\s*=\s*["']([^"']+)["']/m.exec(top)?.[1];
	if (name === undefined || name === "openai") return null;
	const section = toml.split(/^\s*\[model_providers\./m).find((part) => part.startsWith(`${name}]`)) ?? "";
	const own = section.split(/^\s*\[/m)[0] ?? "";
	const value = (key: string) =>
		new RegExp(`^\\s*${key}\\s*=\\s*["']([^"']+)["']`, "m").exec(own)?.[1] ?? null;
	return { keyName: value("env_key"), baseUrl: value("base_url") };
};

const readOr = (path: string, otherwise: string): string => {
	try {
		return readFileSync(path, "utf8");
	} catch {
		// Codex was never set up here.
		return otherwise;
	}
};
