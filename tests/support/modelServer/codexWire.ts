/** ChatGPT's endpoint for Codex: Responses with a login instead of a key, and the renewal of that login. */
import type { IncomingHttpHeaders } from "node:http";
import { responsesWire } from "./responsesWire.ts";
import type { Body, Wire } from "./wire.ts";

export const codexPath = "/backend-api/codex/responses";
export const loopAccount = "account-1";

/** Takes what Codex sends and refuses what it never sends. */
export const codexWire: Wire = {
	...responsesWire,
	check(body: Body) {
		if (typeof body.instructions !== "string" || body.instructions === "") return "Instructions are required";
		if (body.store !== false) return "Store must be set to false";
		if (body.stream !== true) return "Stream must be set to true";
		for (const name of ["max_output_tokens", "temperature"])
			if (body[name] !== undefined) return `Unsupported parameter: ${name}`;
		return responsesWire.check(body);
	},
};

/** Why these headers are no login, `null` when they are. Tokens that end in `.expired` are. */
export const refuseCodex = (headers: IncomingHttpHeaders): string | null => {
	const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
	if (token === undefined || token.endsWith(".expired")) return "Your authentication token has expired.";
	return headers["chatgpt-account-id"] === loopAccount ? null : "The account does not belong to the token.";
};

/** A token as the login gives it: what it says, and a name where the signature would be. */
export const loopToken = (name: string, exp: number, claims: object = {}): string =>
	[{ alg: "none" }, { exp, ...claims }]
		.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
		.concat(name)
		.join(".");

/** The answer to a refresh. The refresh token `refresh-1` serves; any other was used before. */
export const grantTokens = (raw: string): { status: number; answer: object } => {
	const form = new URLSearchParams(raw);
	const isKnown = form.get("grant_type") === "refresh_token" && (form.get("client_id") ?? "") !== "";
	if (!isKnown || form.get("refresh_token") !== "refresh-1")
		return { status: 401, answer: { error: { code: "refresh_token_reused" } } };
	return {
		status: 200,
		answer: { access_token: loopToken("renewed", 4_000_000_000), refresh_token: "refresh-2" },
	};
};
