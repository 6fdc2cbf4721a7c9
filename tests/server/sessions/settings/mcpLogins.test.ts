import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { mcpLogins } from "../../../../server/sessions/settings/mcpLogins.ts";

test("a login is kept by its address, closed to others, and forgotten", () => {
	const state = mkdtempSync(join(tmpdir(), "ipyai-logins-"));
	onTestFinished(() => rmSync(state, { recursive: true, force: true }));
	const logins = mcpLogins({ HOME: state, XDG_STATE_HOME: state });
	const tokens = { access_token: "a", token_type: "Bearer" };
	logins.write("https://x/mcp", { redirectUrl: "http://127.0.0.1:1/callback", tokens });
	expect(logins.read("https://x/mcp")).toMatchObject({ tokens });
	expect(logins.read("https://y/mcp")).toBe(null);
	const folder = join(state, "ipyai/mcp-logins");
	const [file] = readdirSync(folder);
	expect([statSync(folder).mode & 0o777, statSync(join(folder, file!)).mode & 0o777]).toEqual([0o700, 0o600]);
	writeFileSync(join(folder, file!), "{");
	expect(logins.read("https://x/mcp")).toBe(null);
	logins.write("https://x/mcp", null);
	expect(readdirSync(folder)).toEqual([]);
});
