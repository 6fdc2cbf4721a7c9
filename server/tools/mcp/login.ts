/**
 * Logging in at an MCP server, by OAuth 2.1 with PKCE, as MCP's specification asks: the person opens an address, and the
 * browser brings the code back to a port of this machine (RFC 8252, 7.3). What is kept is one person's and one address's.
 */
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { OAuthClientProvider, OAuthDiscoveryState } from "@modelcontextprotocol/sdk/client/auth.js";
import type {
	OAuthClientInformationMixed,
	OAuthClientMetadata,
	OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { boundedFetch, type Fetch } from "./boundedFetch.ts";

/** What is kept of a login. */
export type StoredLogin = {
	/** Where the browser was sent back to: a registered client is bound to it. */
	readonly redirectUrl: string;
	readonly client?: OAuthClientInformationMixed | undefined;
	readonly tokens?: OAuthTokens | undefined;
};

/** Logins by the server's address. */
export type LoginStore = {
	read(url: string): StoredLogin | null;
	/** `null`: forgets it. Throws where it cannot be kept. */
	write(url: string, login: StoredLogin | null): void;
};

/** How long a person has for it. */
const loginMs = 5 * 60_000;
const path = "/callback";

/** For a connection: refreshes tokens by itself, and never begins a login. `null` where nobody has logged in. */
export const storedLogin = (url: string, store: LoginStore): OAuthClientProvider | null =>
	store.read(url)?.tokens ? providerOf(url, store, store.read(url)!.redirectUrl) : null;

export type BegunLogin = {
	/** To be opened by the person; `null` where what is kept was enough. */
	readonly address: string | null;
	/** Resolves when tokens are there; rejects with a sentence. */
	readonly done: Promise<void>;
	/** The address that the browser ended at, where it could not reach this machine. */
	finish(address: string): void;
};

/** Rejects with a sentence where it cannot be begun. */
export const beginLogin = async (
	url: string,
	store: LoginStore,
	unbounded: Fetch,
	signal: AbortSignal,
): Promise<BegunLogin> => {
	const fetch = boundedFetch(unbounded, () => {});
	const { auth, extractWWWAuthenticateParams } = await import("@modelcontextprotocol/sdk/client/auth.js");
	const code = Promise.withResolvers<string>();
	code.promise.catch(() => {}); // it is told by `done`
	const state = randomBytes(24).toString("base64url");
	const take = (address: URL): boolean => {
		if (address.pathname !== path || address.searchParams.get("state") !== state) return false;
		const [given, error] = [address.searchParams.get("code"), address.searchParams.get("error")];
		if (given === null) code.reject(new Error(`the server said ${error?.slice(0, 100) || "nothing"}`));
		else code.resolve(given);
		return true;
	};
	const listener = await listen(portOf(store.read(url)?.redirectUrl), take);
	const redirectUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}${path}`;
	const end = () => {
		listener.close();
		listener.closeAllConnections();
	};
	try {
		// A registration is for the port that it was made with.
		const before = store.read(url);
		if (before && before.redirectUrl !== redirectUrl) store.write(url, null);
		const wanted: { address: URL | null } = { address: null };
		const provider = providerOf(url, store, redirectUrl, {
			state,
			redirect: (address) => {
				wanted.address = address;
			},
		});
		const asked = await fetch(url, { headers: { accept: "text/event-stream" }, signal });
		const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(asked);
		await asked.body?.cancel();
		const options = {
			serverUrl: url,
			fetchFn: fetch as never,
			...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
			...(scope === undefined ? {} : { scope }),
		};
		if ((await auth(provider, options)) === "AUTHORIZED") {
			end();
			return { address: null, done: Promise.resolve(), finish: () => {} };
		}
		const { address } = wanted;
		if (!address || !/^https?:$/.test(address.protocol)) throw new Error("it names no address to log in at");
		const timer = setTimeout(() => code.reject(new Error("nobody logged in within five minutes")), loginMs);
		const onAbort = () => code.reject(new Error("it was given up"));
		signal.addEventListener("abort", onAbort, { once: true });
		const done = code.promise
			.then(async (authorizationCode) => {
				await auth(provider, { ...options, authorizationCode });
			})
			.finally(() => {
				clearTimeout(timer);
				signal.removeEventListener("abort", onAbort);
				end();
			});
		return {
			address: address.href,
			done,
			finish: (ended) => {
				if (!URL.canParse(ended) || !take(new URL(ended)))
					throw new Error("that is not the address that this login ends at");
			},
		};
	} catch (error) {
		end();
		throw error;
	}
};

type Interactive = { readonly state: string; redirect(address: URL): void };

const providerOf = (
	url: string,
	store: LoginStore,
	redirectUrl: string,
	person: Interactive | null = null,
): OAuthClientProvider => {
	let verifier = "";
	let discovered: OAuthDiscoveryState | undefined;
	const keep = (more: Partial<StoredLogin>): void =>
		store.write(url, { redirectUrl, ...store.read(url), ...more });
	return {
		redirectUrl,
		clientMetadata: metadataFor(redirectUrl),
		clientInformation: () => store.read(url)?.client,
		tokens: () => store.read(url)?.tokens,
		saveTokens: (tokens) => keep({ tokens }),
		saveCodeVerifier: (made) => {
			verifier = made;
		},
		codeVerifier: () => verifier,
		redirectToAuthorization: (address) => person?.redirect(address),
		invalidateCredentials: (scope) => {
			if (scope === "all" || scope === "client") store.write(url, null);
			if (scope === "tokens") keep({ tokens: undefined });
			if (scope === "all" || scope === "discovery") discovered = undefined;
		},
		// The code is taken to where the person was sent from.
		saveDiscoveryState: (state) => {
			discovered = state;
		},
		discoveryState: () => discovered,
		...(person === null
			? {}
			: {
					state: () => person.state,
					saveClientInformation: (client: OAuthClientInformationMixed) => keep({ client }),
				}),
	};
};

const metadataFor = (redirectUrl: string): OAuthClientMetadata => ({
	client_name: "ipyai",
	redirect_uris: [redirectUrl],
	grant_types: ["authorization_code", "refresh_token"],
	response_types: ["code"],
	token_endpoint_auth_method: "none",
});

const portOf = (redirectUrl: string | undefined): number =>
	redirectUrl !== undefined && URL.canParse(redirectUrl) ? Number(new URL(redirectUrl).port) : 0;

/** On the port of the time before, where nobody else has it now. */
const listen = async (port: number, take: (address: URL) => boolean): Promise<Server> => {
	const server = createServer((request, response) => {
		const address = `http://127.0.0.1${request.url ?? "/"}`;
		const isTaken = request.method === "GET" && URL.canParse(address) && take(new URL(address));
		response.writeHead(isTaken ? 200 : 404, { "content-type": "text/plain; charset=utf-8" });
		response.end(
			isTaken ? "ipyai has what it needs: this page can be closed.\n" : "Nothing is expected here.\n",
		);
	});
	server.unref();
	const on = (wanted: number): Promise<void> =>
		new Promise((resolve, reject) => {
			server.once("error", reject);
			server.listen(wanted, "127.0.0.1", () => {
				server.off("error", reject);
				resolve();
			});
		});
	await on(port).catch(() => on(0));
	return server;
};
