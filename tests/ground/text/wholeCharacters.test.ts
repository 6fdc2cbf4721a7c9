import { expect, test } from "vitest";
import { cutMiddle } from "../../../ground/text/cutMiddle.ts";
import { headOf, tailOf } from "../../../ground/text/wholeCharacters.ts";
import { SyncedDocument } from "../../../protocol/documentSync.ts";
import { sessionTable } from "../../../protocol/sessionList.ts";
import { toolLine } from "../../../protocol/toolLine.ts";
import { firstLine } from "../../../server/commands/tables.ts";
import { buildCompletionPrompt } from "../../../server/completions/prompt.ts";
import { promptText } from "../../../server/store/promptText.ts";
import { KeptText } from "../../../server/tools/commands/output.ts";

/** Each cuts a text of faces, beginning with so many letters: every place in a pair is tried. */
const cuts: Readonly<Record<string, (text: string) => string>> = {
	headOf: (text) => headOf(text, 11),
	tailOf: (text) => tailOf(text, 11),
	cutMiddle: (text) => cutMiddle(text, 21).text,
	firstLine: (text) => firstLine(text, 11),
	toolLine: (text) => toolLine("f", {}, { text, isError: false }),
	sessionTable: (title) =>
		sessionTable(
			[
				{
					sessionId: "s",
					title,
					cwd: "/",
					createdAt: 0,
					updatedAt: 0,
					cells: 1,
					turns: 0,
					lastPrompt: null,
					backend: null,
					historySession: null,
					historyFile: null,
					forkedFrom: null,
					state: "live",
				},
			],
			"none",
		),
	"what a program prints": (text) => {
		const kept = new KeptText(21);
		for (const byte of Buffer.from(text)) kept.add(Buffer.of(byte));
		return kept.text;
	},
	"what a document holds before the cursor": (text) =>
		SyncedDocument.open({ uri: "u", languageId: "python", text }, "utf-16")!.before(
			{ line: 0, character: text.length - 1 },
			11,
		),
	"what a model is told for a suggestion": (text) =>
		buildCompletionPrompt({
			prefix: text,
			suffix: text,
			redact: String,
			cells: [],
			variables: [],
			described: [],
			instead: [],
		}).user,
	"a prompt in the list": (text) => promptText([{ kind: "text", text }], 11),
};

test.each(Object.entries(cuts))("no cut splits a character: %s", (_, cut) => {
	for (const letters of ["", "a", "ab", "abc"]) {
		const text = letters + "\u{1f600}".repeat(20_000);
		const shown = cut(text);
		expect(shown.isWellFormed()).toBe(true);
		expect(shown).not.toContain("\ufffd");
		expect(shown.length).toBeLessThan(text.length);
	}
});
