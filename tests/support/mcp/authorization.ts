/** An OAuth server beside the MCP server that it is for, on loopback, with PKCE: what it does not check fails a test. */
import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export class Authorization {
	/** Tokens that are taken now. */
	readonly tokens = new Set<string>();
	readonly #refresh = new Set<string>();
	readonly #codes = new Map<string, { challenge: string; redirect: string }>();
	readonly #clients = new Map<string, string[]>();
	/** What the token endpoint was asked, in order. */
	readonly grants: string[] = [];

	/** True when it has answered. */
	async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
		const base = `http://${request.headers.host}`;
		const url = new URL(request.url ?? "/", base);
		const json = (body: object, status = 200): true => {
			response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
			return true;
		};
		switch (url.pathname) {
			case "/.well-known/oauth-protected-resource/mcp":
				return json({ resource: `${base}/mcp`, authorization_servers: [base] });
			case "/.well-known/oauth-authorization-server":
				return json({
					issuer: base,
					authorization_endpoint: `${base}/authorize`,
					token_endpoint: `${base}/token`,
					registration_endpoint: `${base}/register`,
					response_types_supported: ["code"],
					code_challenge_methods_supported: ["S256"],
					token_endpoint_auth_methods_supported: ["none"],
				});
			case "/register": {
				const metadata = JSON.parse(await text(request));
				const client_id = randomUUID();
				this.#clients.set(client_id, metadata.redirect_uris);
				return json({ ...metadata, client_id }, 201);
			}
			case "/authorize": {
				const asked = url.searchParams;
				const redirect = asked.get("redirect_uri") ?? "";
				const isKnown = this.#clients.get(asked.get("client_id") ?? "")?.includes(redirect);
				if (!isKnown || asked.get("code_challenge_method") !== "S256") return json({}, 400);
				const code = randomUUID();
				this.#codes.set(code, { challenge: asked.get("code_challenge") ?? "", redirect });
				const back = new URL(redirect);
				back.searchParams.set("code", code);
				back.searchParams.set("state", asked.get("state") ?? "");
				response.writeHead(302, { location: back.href }).end();
				return true;
			}
			case "/token": {
				const asked = new URLSearchParams(await text(request));
				this.grants.push(asked.get("grant_type") ?? "");
				return this.#isGranted(asked) ? json(this.#grant()) : json({ error: "invalid_grant" }, 400);
			}
			default:
				return false;
		}
	}

	#isGranted(asked: URLSearchParams): boolean {
		if (asked.get("grant_type") === "refresh_token")
			return this.#refresh.delete(asked.get("refresh_token") ?? "");
		const code = this.#codes.get(asked.get("code") ?? "");
		this.#codes.delete(asked.get("code") ?? "");
		const challenge = createHash("sha256")
			.update(asked.get("code_verifier") ?? "")
			.digest("base64url");
		return code?.challenge === challenge && code.redirect === asked.get("redirect_uri");
	}

	#grant(): object {
		const [access_token, refresh_token] = [randomUUID(), randomUUID()];
		this.tokens.add(access_token);
		this.#refresh.add(refresh_token);
		return { access_token, refresh_token, token_type: "Bearer", expires_in: 3600 };
	}
}
