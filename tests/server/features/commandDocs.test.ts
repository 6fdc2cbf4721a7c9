/** The table in docs/commands.md is that of the code: this test makes it anew. `UPDATE_DOCS=1` writes it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandHelp } from "../../../server/commands/runCommand.ts";

const path = join(import.meta.dirname, "../../../docs/commands.md");

test("docs/commands.md lists every command", () => {
	const before = readFileSync(path, "utf8");
	const rows = commandHelp().map(
		({ usage, summary }) => `| \`${usage.replaceAll("|", "\\|")}\` | ${summary.replaceAll("|", "\\|")} |`,
	);
	const table = ["| `%ipyai` … | |", "| --- | --- |", ...rows].join("\n");
	const after = before.replace(
		/(<!-- The table .* -->\n)[\s\S]*?(<!-- end -->)/,
		(_, start, end) => `${start}\n${table}\n\n${end}`,
	);
	if (process.env.UPDATE_DOCS) writeFileSync(path, after);
	else expect(before).toBe(after);
});
