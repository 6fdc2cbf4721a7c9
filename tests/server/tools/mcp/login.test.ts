import { expect, test, vi } from "vitest";
import { Authorization } from "../../../support/mcp/authorization.ts";
import { startHttpServer } from "../../../support/mcp/httpServer.ts";
import { configured, openServers, textOf } from "../../../support/mcp/servers.ts";

const open = async () => {
	const authorization = new Authorization();
	const server = await startHttpServer(authorization);
	const opened = await openServers({ own: [configured("web", { url: server.url })] });
	return { ...opened, authorization, url: server.url, web: opened.servers.find("web")! };
};

test("a person logs in by a browser, and the tools are there; tokens that ran out are made anew", async () => {
	const { servers, web, call, told, authorization, logins, url } = await open();
	expect(web.state).toEqual({ kind: "needsLogin" });
	expect(told).toEqual(["The MCP server web wants a login: %ipyai mcp login web."]);
	const address = await servers.login(web);
	// The browser follows to the port of this machine.
	const page = await fetch(address!);
	expect(await page.text()).toContain("ipyai has what it needs");
	await vi.waitFor(() => expect(told.at(-1)).toBe("Logged in at the MCP server web."));
	expect(textOf(await call("mcp__web__echo", { text: "in" }))).toBe("in");
	authorization.tokens.clear();
	expect(textOf(await call("mcp__web__echo", { text: "still" }))).toBe("still");
	expect(authorization.grants).toEqual(["authorization_code", "refresh_token"]);
	expect(Object.keys(logins.get(url)!).sort()).toEqual(["client", "redirectUrl", "tokens"]);
	expect(web.forgetLogin()).toBe(true);
	await servers.restart("web");
	expect(web.state).toEqual({ kind: "needsLogin" });
});

test("an answer with another state is none; the address can be brought by hand", async () => {
	const { servers, web, told } = await open();
	const address = await servers.login(web);
	const { headers } = await fetch(address!, { redirect: "manual" });
	const back = new URL(headers.get("location")!);
	const forged = new URL(back);
	forged.searchParams.set("state", "guessed");
	expect((await fetch(forged)).status).toBe(404);
	expect(() => web.finishLogin(forged.href)).toThrow("that is not the address that this login ends at");
	web.finishLogin(back.href);
	await vi.waitFor(() => expect(told.at(-1)).toBe("Logged in at the MCP server web."));
	await expect(fetch(back)).rejects.toThrow("fetch failed");
});

test("a login that the server does not grant is told, and so is a server that has none", async () => {
	const { servers, web, told } = await open();
	const address = new URL((await servers.login(web))!);
	const back = new URL(address.searchParams.get("redirect_uri")!);
	back.searchParams.set("state", address.searchParams.get("state")!);
	back.searchParams.set("error", "access_denied");
	await fetch(back);
	await vi.waitFor(() =>
		expect(told.at(-1)).toBe("No login at the MCP server web: the server said access_denied."),
	);
	const bare = await startHttpServer("token");
	const other = await openServers({ own: [configured("bare", { url: bare.url })] });
	await expect(other.servers.login(other.servers.find("bare")!)).rejects.toThrow("HTTP 401");
});
