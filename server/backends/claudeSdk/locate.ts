/** Where Claude Code is, and whose account or key it would use. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Login } from "../../../protocol/index.ts";
import type { Environment } from "../backend.ts";
import { firstSet, homeOf, readVariable } from "../programs/environment.ts";
import { findOnPath, isExecutable, packageFile } from "../programs/executables.ts";
import { isObject, objectIn } from "../programs/json.ts";

const sdk = "@anthropic-ai/claude-agent-sdk";

/** The program: a setting, else the package beside the SDK, else the path. `null` without program or SDK. */
export const findClaude = (environment: Environment): string | null => {
	if (packageFile(sdk) === null) return null;
	const chosen = readVariable(environment, "IPYAI_CLAUDE_PATH");
	if (chosen !== null) return isExecutable(chosen) ? chosen : null;
	for (const variant of ["", "-musl"]) {
		const packaged = packageFile(`${sdk}-${process.platform}-${process.arch}${variant}/claude`);
		if (packaged !== null && isExecutable(packaged)) return packaged;
	}
	return findOnPath("claude", environment);
};

export const claudeLogin = (environment: Environment): Login => {
	if (findClaude(environment) === null) {
		const chosen = readVariable(environment, "IPYAI_CLAUDE_PATH");
		return {
			kind: "missing",
			hint:
				chosen !== null && packageFile(sdk) !== null
					? `IPYAI_CLAUDE_PATH names ${chosen}, which is no program: correct or unset it.`
					: `Install Claude Code for ipyai with npm install -g ${sdk}.`,
		};
	}
	return accountLogin(environment);
};

/** Whom Claude Code asks as, where there is one. */
export const accountLogin = (environment: Environment): Login => {
	const key = firstSet(environment, ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"]);
	// A base URL of one's own is asked with the key that goes with it, not with an account.
	if (key !== null && readVariable(environment, "ANTHROPIC_BASE_URL") !== null)
		return { kind: "environment", name: key.name };
	const account = accountOf(environment);
	if (account !== null) return { kind: "login", name: account };
	const cloud = firstSet(environment, ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX"]);
	if (cloud !== null) return { kind: "environment", name: cloud.name };
	if (key !== null) return { kind: "environment", name: key.name };
	return { kind: "missing", hint: "Log in by running claude once, or set ANTHROPIC_API_KEY." };
};

/** The person's account with Claude, `null` without a login. */
const accountOf = (environment: Environment): string | null => {
	if (readVariable(environment, "CLAUDE_CODE_OAUTH_TOKEN") !== null) return "CLAUDE_CODE_OAUTH_TOKEN";
	const home = homeOf(environment);
	const config = readVariable(environment, "CLAUDE_CONFIG_DIR");
	if (existsSync(join(config ?? join(home, ".claude"), ".credentials.json"))) return "Claude account";
	// On macOS the secret is in the keychain; this file says that there is one.
	const state = process.platform === "darwin" ? objectIn(join(config ?? home, ".claude.json")) : null;
	return isObject(state?.oauthAccount) ? "Claude account" : null;
};
