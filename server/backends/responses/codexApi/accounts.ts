/** The account to ask with, refreshed shortly before it expires. */
import type { Environment } from "../../backend.ts";
import { MissingKey, ReportedFailure } from "../../http/failure.ts";
import { fetchFor } from "../../http/fetch.ts";
import { readVariable } from "../../programs/environment.ts";
import { objectOf } from "../../programs/json.ts";
import { authFile, type CodexAccount, type NewTokens, readAccount, writeTokens } from "./authFile.ts";

/** The public client of the Codex login, which the refresh token is bound to. */
const clientId = "app_EMoamEEZ73f0CkXaXp7hrann";
const howToLogIn = "log in to ChatGPT with codex login";
const refreshBeforeMs = 60_000;
const refreshTimeoutMs = 30_000;

const tokenUrl = (environment: Environment): string =>
	readVariable(environment, "IPYAI_CODEX_TOKEN_URL") ?? "https://auth.openai.com/oauth/token";

export class CodexAccounts {
	readonly #now: () => number;
	/** Refreshes under way, by file: a refresh token serves once. */
	readonly #refreshing = new Map<string, Promise<CodexAccount>>();

	constructor(now: () => number = Date.now) {
		this.#now = now;
	}

	/** Throws `MissingKey` without a login, and when a needed refresh fails. */
	async current(environment: Environment): Promise<CodexAccount> {
		const account = readAccount(authFile(environment));
		if (account === null) throw new MissingKey(howToLogIn);
		const { expiresAt, refreshToken } = account;
		const isFresh = expiresAt === null || expiresAt - this.#now() > refreshBeforeMs;
		return isFresh || refreshToken === null ? account : this.#refresh(environment, account);
	}

	/** The account to try after `refused` was: what Codex has stored meanwhile, else a refreshed one. */
	async after(refused: CodexAccount, environment: Environment): Promise<CodexAccount | null> {
		const stored = readAccount(authFile(environment));
		if (stored === null) return null;
		if (stored.accessToken !== refused.accessToken) return stored;
		return stored.refreshToken === null ? null : this.#refresh(environment, stored);
	}

	#refresh(environment: Environment, account: CodexAccount): Promise<CodexAccount> {
		const file = authFile(environment);
		let refreshing = this.#refreshing.get(file);
		if (refreshing === undefined) {
			refreshing = refresh(environment, account, file, new Date(this.#now())).finally(() =>
				this.#refreshing.delete(file),
			);
			this.#refreshing.set(file, refreshing);
		}
		return refreshing;
	}
}

const refresh = async (
	environment: Environment,
	account: CodexAccount,
	file: string,
	now: Date,
): Promise<CodexAccount> => {
	const response = await fetchFor(environment)(tokenUrl(environment), {
		method: "POST",
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: new URLSearchParams({
			grant_type: "refresh_token",
			client_id: clientId,
			refresh_token: account.refreshToken ?? "",
		}).toString(),
		signal: AbortSignal.timeout(refreshTimeoutMs),
	});
	const tokens = toTokens(await response.text());
	if (!response.ok || tokens === null) {
		// Codex itself may have refreshed at the same moment: then the file holds the login that counts.
		const stored = readAccount(file);
		if (stored !== null && stored.accessToken !== account.accessToken) return stored;
		throw new ReportedFailure(
			`The login could not be refreshed (${response.status}): log in again with codex login.`,
			response.status >= 500 ? "server_error" : "authentication_error",
		);
	}
	writeTokens(file, tokens, now);
	const refreshed = readAccount(file);
	if (refreshed === null) throw new MissingKey(howToLogIn);
	return refreshed;
};

const toTokens = (text: string): NewTokens | null => {
	const told = objectOf(text);
	if (typeof told?.access_token !== "string") return null;
	const names = ["access_token", "refresh_token", "id_token"];
	return Object.fromEntries(
		Object.entries(told).filter(([name, value]) => names.includes(name) && typeof value === "string"),
	) as NewTokens;
};
