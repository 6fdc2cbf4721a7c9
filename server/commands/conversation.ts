import { contentText } from "../../ground/text/contentText.ts";
import type { Content, ContextResult } from "../../protocol/index.ts";
import { parsePromptEntry } from "../../protocol/promptEntry.ts";
import { sessionName } from "../../protocol/sessionList.ts";
import { previewContext } from "../sessions/turns/contextPreview.ts";
import { changesText } from "../tools/changes/report.ts";
import { type Command, type CommandContext, CommandError, type CommandOutcome } from "./command.ts";
import { firstLine, table } from "./tables.ts";
import { usageText } from "./usage.ts";

/** Prompts that are looked through for one by its number. */
const maxTurns = 500;

/** `%ipyai` words about the conversation with the AI. */
export const conversationCommands = {
	reset: {
		usage: "reset",
		summary: "new conversation, same variables",
		run: ({ session, sessions }) => {
			const row = sessions.store.session(session.sessionId)!;
			const prompts = sessions.store
				.turnHeads(session.sessionId, row.resetSeq)
				.filter(({ state }) => state !== "queued").length;
			session.reset();
			return { text: `Deleted ${prompts} AI prompts from session ${sessionName(row)}.` };
		},
	},
	usage: {
		usage: "usage",
		summary: "tokens and cost, per turn and in all",
		run: ({ session, sessions }) => ({ text: usageText(sessions.store.turnHeads(session.sessionId, 0)) }),
	},
	context: {
		usage: "context [last | TEXT]",
		summary: "what a prompt would send, or what the last one sent",
		run: async (context, rest) => (rest === "last" ? lastContext(context) : nextContext(context, rest)),
	},
	changes: {
		usage: "changes [N]",
		summary: "what the AI's tools changed for the last prompt, or for In [N]: files with diffs, variables",
		run: ({ session, sessions }, rest) => {
			if (!/^\d*$/.test(rest)) throw new CommandError("write the number of a prompt's input, or nothing.");
			const all = sessions.store.changes(session.sessionId, rest === "" ? 1 : maxTurns);
			const found = rest === "" ? all : all.filter(({ executionCount }) => executionCount === Number(rest));
			if (rest !== "" && found.length === 0) return { text: `In [${rest}] changed nothing that was seen.` };
			return { text: changesText(found) };
		},
	},
	hide: {
		usage: "hide [N] [--off]",
		summary: "leave the last prompt, or In [N], out of what the AI sees; or not",
		run: ({ session, sessions }, rest) => {
			const match = /^(\d*)\s*(--off)?$/.exec(rest);
			if (!match) throw new CommandError("write the number of a prompt's input, --off, or nothing.");
			const hidden = match[2] === undefined;
			const turns = sessions.store
				.turnHeads(session.sessionId, sessions.store.session(session.sessionId)!.resetSeq)
				.filter(({ state }) => state === "finished");
			const wanted = match[1] === "" ? null : Number(match[1]);
			const turn = turns.findLast((each) =>
				wanted === null ? each.hidden !== hidden : each.executionCount === wanted,
			);
			if (!turn) {
				const what = hidden ? "prompt that the AI sees" : "hidden prompt";
				throw new CommandError(
					wanted === null ? `there is no ${what}.` : `In [${wanted}] is no finished prompt.`,
				);
			}
			if (turn.hidden !== hidden) session.hideTurn(turn.turnId, hidden);
			const name = turn.executionCount === null ? "" : `In [${turn.executionCount}] `;
			const prompt = `${name}${firstLine(contentText(turn.content), 60)}`;
			return { text: hidden ? `Hidden from the AI: ${prompt}` : `The AI sees again: ${prompt}` };
		},
	},
	queue: {
		usage: "queue [edit N TEXT | remove N]",
		summary: "prompts that wait",
		run: ({ session, sessions }, rest) => {
			const waiting = sessions.store.queue(session.sessionId);
			const [, word = "", number = "", text = ""] = /^(\w*)\s*(\d*)\s*(.*)$/s.exec(rest)!;
			if (word === "")
				return {
					text:
						waiting.length === 0
							? "No prompt waits."
							: waiting
									.map((turn, index) => `${index + 1}  ${firstLine(contentText(turn.content), 70)}`)
									.join("\n"),
				};
			const turn = waiting[Number(number) - 1];
			if ((word !== "edit" && word !== "remove") || number === "" || (word === "edit" && text === ""))
				throw new CommandError("write queue, queue edit N TEXT or queue remove N.");
			if (!turn) throw new CommandError(`no prompt ${number} waits; there are ${waiting.length}.`);
			if (word === "remove") {
				session.turns.remove(turn.turnId);
				return { text: `Removed: ${firstLine(contentText(turn.content), 70)}` };
			}
			// Typed as a prompt is, or its text alone.
			const entry = parsePromptEntry(text, false);
			const prompt = entry.kind === "prompt" ? entry.text : text;
			session.turns.edit(turn.turnId, [{ kind: "text", text: prompt }]);
			return { text: `${number}  ${firstLine(prompt, 70)}` };
		},
	},
} satisfies Record<string, Command>;

const nextContext = async (
	{ session, sessions, signal }: CommandContext,
	text: string,
): Promise<CommandOutcome> => {
	const result = await previewContext(session, text, sessions.backends, signal);
	return page(result.rendered, result);
};

const lastContext = ({ session, sessions }: CommandContext): CommandOutcome => {
	const turnId = sessions.store.session(session.sessionId)?.lastTurn ?? null;
	const start = turnId === null ? null : sessions.store.turnStart(session.sessionId, turnId);
	if (!start) throw new CommandError("no prompt has been sent to a model in this session yet.");
	return page(start.rendered, { parts: start.parts ?? [], warnings: start.warnings });
};

/** What it is made of, what was cut, and then all of it. */
const page = (
	rendered: readonly Content[],
	{ parts, warnings }: Pick<ContextResult, "parts" | "warnings">,
): CommandOutcome => {
	const text = contentText(rendered);
	const rows = parts.map((part) => [
		part.label,
		`${part.chars}`,
		part.cutChars > 0 ? `${part.cutChars}` : "",
	]);
	return {
		text: [
			`${text.length} characters`,
			...(rows.length > 0 ? [table(["part", "characters", "left out"], rows, [1, 2])] : []),
			...warnings.map((each) => `! ${each}`),
			"",
			text,
		].join("\n"),
		action: { kind: "page" },
	};
};
