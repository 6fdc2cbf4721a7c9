import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { fetchThroughProxy } from "../../../server/backends/proxyFetch.ts";

test("requests go through the proxy of the given environment, except where it says not to", async () => {
	const seen: string[] = [];
	const server = createServer((request, response) => {
		seen.push(request.url ?? "");
		response.end("through");
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const proxied = fetchThroughProxy({ HTTP_PROXY: at, NO_PROXY: "127.0.0.1" });
	const answer = await proxied("http://model.invalid/v1?a=1", { method: "POST", body: "{}" });
	expect([answer.status, await answer.text()]).toEqual([200, "through"]);
	await (await proxied(`${at}/direct`)).text();
	expect(seen).toEqual(["http://model.invalid/v1?a=1", "/direct"]);
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

test("without a proxy it is fetch itself", () => expect(fetchThroughProxy({ NO_PROXY: "*" })).toBe(fetch));
