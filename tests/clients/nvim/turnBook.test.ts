/** A turn's Markdown as Lua puts it together from what it is told. */
import { setImmediate as nextTick } from "node:timers/promises";
import { expect, test } from "vitest";
import { Editor } from "../../../clients/nvim/editor.ts";
import type { Message } from "../../../clients/nvim/messages.ts";
import { type TurnAction, TurnBook } from "../../../clients/nvim/turnBook.ts";
import type { SessionUpdateParams } from "../../../protocol/index.ts";
import { createUpdates, promptAccepted, turnFinished, turnStarted } from "../../support/sessionUpdates.ts";
import { tellTranscript } from "../../support/transcript.ts";

const open = () => {
	let text = Buffer.alloc(0);
	const editor = new Editor(async (_, [batch]) => {
		for (const message of batch as Message[])
			if (message.kind === "chat")
				text = Buffer.concat([text.subarray(0, message.from), Buffer.from(message.text)]);
	});
	const book = new TurnBook(editor, () => null);
	const kinds = [
		"promptQueued",
		"turnStarted",
		"toolStarted",
		"toolOutput",
		"toolFinished",
		"turnChanges",
		"turnFinished",
	];
	const told = tellTranscript(
		Object.fromEntries(kinds.map((kind) => [kind, (action: TurnAction) => book.onAction(action)])) as never,
	);
	return async (...updates: SessionUpdateParams[]): Promise<string> => {
		told.update(...updates);
		await nextTick();
		return text.toString();
	};
};

test("a command shows the last it printed while it runs, then its result", async () => {
	const { event, hint } = createUpdates();
	const show = open();
	const call = { turnId: "t1", callId: "x", name: "exec_command", args: { cmd: "make" } };
	const said = (delta: string) => hint({ kind: "toolOutput", turnId: "t1", callId: "x", delta });
	await show(event(promptAccepted("t1", "build")), event(turnStarted("t1")));
	const head = "## You\n\n> build\n\n🔧 `exec_command`\n\n```bash\nmake\n```";
	const printed = (text: string) => `${head}\n\n\`\`\`text\n${text}\n\`\`\``;
	expect(await show(event({ kind: "toolCall", ...call, executor: "provider" }))).toBe(head);
	expect(await show(said("one\n10%"), said("\r20%"))).toBe(printed("one\n20%"));
	const lines = Array.from({ length: 9 }, (_, index) => `line ${index}`);
	expect(await show(said(`\n${lines.join("\n")}`))).toBe(printed(lines.slice(3).join("\n")));
	const content = [{ kind: "text" as const, text: "built" }];
	expect(await show(event({ kind: "toolResult", turnId: "t1", callId: "x", content, isError: false }))).toBe(
		`${head}\n\n→ \`built\``,
	);
	expect(await show(event(turnFinished("t1")))).toBe(`${head}\n\n→ \`built\``);
});

test("what a turn changed stands behind its answer", async () => {
	const { event } = createUpdates();
	const show = open();
	await show(event(promptAccepted("t1", "build")), event(turnStarted("t1")));
	const changes = { files: [], variables: [{ name: "x", before: "3", after: "4" }], notes: [] };
	await show(event({ kind: "turnChanges", turnId: "t1", changes }));
	expect(await show(event(turnFinished("t1")))).toBe("## You\n\n> build\n\n*Changed: x 3 → 4*");
});
