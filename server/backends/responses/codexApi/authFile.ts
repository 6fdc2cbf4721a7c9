/**
 * Codex's own `auth.json`: the login of a ChatGPT account. It is read where it lies and never copied; a refreshed
 * login is written back, so that Codex and we keep using the same one.
 */
import { join } from "node:path";
import { atomicWrite } from "../../../../ground/paths/atomicWrite.ts";
import type { Environment } from "../../backend.ts";
import { codexHome } from "../../programs/environment.ts";
import { isObject, type JsonObject, objectIn, objectOf } from "../../programs/json.ts";

export type CodexAccount = {
	readonly accessToken: string;
	readonly refreshToken: string | null;
	readonly accountId: string | null;
	/** Milliseconds since the epoch, `null` when the token does not say. */
	readonly expiresAt: number | null;
};

export type NewTokens = { readonly access_token: string } & Readonly<
	Partial<Record<"refresh_token" | "id_token", string>>
>;

export const authFile = (environment: Environment): string => join(codexHome(environment), "auth.json");

/** The account that is logged in; `null` without a file, or when the file holds no ChatGPT login. */
export const readAccount = (file: string): CodexAccount | null => {
	const tokens = objectIn(file)?.tokens;
	if (!isObject(tokens)) return null;
	const { access_token, refresh_token, account_id, id_token } = tokens;
	if (typeof access_token !== "string" || access_token === "") return null;
	const claims = claimsOf(access_token);
	return {
		accessToken: access_token,
		refreshToken: textOf(refresh_token),
		accountId: textOf(account_id) ?? accountOf(claims) ?? accountOf(claimsOf(textOf(id_token) ?? "")),
		expiresAt: typeof claims.exp === "number" ? claims.exp * 1000 : null,
	};
};

/**
 * Puts refreshed tokens into the file and leaves all else in it as it is now: in one step, readable by nobody else.
 */
export const writeTokens = (file: string, tokens: NewTokens, now: Date): void => {
	const stored = objectIn(file) ?? {};
	const before = isObject(stored.tokens) ? stored.tokens : {};
	const written = { ...stored, tokens: { ...before, ...tokens }, last_refresh: now.toISOString() };
	atomicWrite(file, JSON.stringify(written, null, 2), "private");
};

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** What a JSON web token says about itself; nothing when it is none. Its signature is the provider's to check. */
const claimsOf = (token: string): JsonObject =>
	objectOf(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) ?? {};

const accountOf = (claims: JsonObject): string | null => {
	const auth = claims["https://api.openai.com/auth"];
	return isObject(auth) ? textOf(auth.chatgpt_account_id) : null;
};
