/** What servers really send, and how they are asked then: `tests/fixtures/quirks`, in the form of `support/quirks.ts`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { checkQuirk, readQuirks } from "../../../support/quirks.ts";
import { startRawServer } from "../../../support/rawServer.ts";
import { repository } from "../../../support/sources.ts";

const server = await startRawServer();
afterAll(() => server.close());

const folder = join(repository, "tests/fixtures/quirks");
for (const file of readdirSync(folder))
	describe(file.replace(".txt", ""), () => {
		const cases = readQuirks(readFileSync(join(folder, file), "utf8"));
		test.each(cases)("$wire: $title", (quirk) => checkQuirk(server, quirk));
	});
