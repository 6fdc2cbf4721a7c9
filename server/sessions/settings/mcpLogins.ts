/** Logins at MCP servers, one file each in a folder of the person's own that is closed to others (0600 in 0700). */
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite } from "../../../ground/paths/atomicWrite.ts";
import { ensureStateDir } from "../../../ground/paths/ownFolders.ts";
import { placeFacts } from "../../../ground/paths/placeFacts.ts";
import { ensurePrivateFolder } from "../../../ground/paths/privateFiles.mjs";
import { stateDir } from "../../../ground/paths/runtimeDir.ts";
import type { Environment } from "../../backends/backend.ts";
import type { LoginStore, StoredLogin } from "../../tools/mcp/login.ts";

export const mcpLogins = (environment: Environment): LoginStore => {
	const facts = placeFacts(environment);
	const folder = join(stateDir(facts), "mcp-logins");
	const file = (url: string): string =>
		join(folder, `${createHash("sha256").update(url).digest("hex").slice(0, 32)}.json`);
	return {
		read: (url) => {
			try {
				const kept = JSON.parse(readFileSync(file(url), "utf8")) as StoredLogin & { readonly url?: unknown };
				return kept.url === url ? kept : null;
			} catch {
				// Nobody has logged in there, or what is kept is broken: a login makes it anew.
				return null;
			}
		},
		write: (url, login) => {
			if (login === null) {
				rmSync(file(url), { force: true });
				return;
			}
			ensureStateDir(facts);
			ensurePrivateFolder(folder);
			atomicWrite(file(url), `${JSON.stringify({ ...login, url })}\n`, "private");
		},
	};
};
